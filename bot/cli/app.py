"""The command table and the exit codes; each verb imports what is heavy when called."""

import contextlib
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer import Option
from typer.exceptions import TyperException

from bot.cli.calibrate import calibrate
from bot.cli.check import check
from bot.cli.doctor import doctor
from bot.cli.init import init
from bot.cli.judge import judge
from bot.cli.local import local
from bot.cli.power import power
from bot.cli.replay import replay
from bot.cli.reproduce import reproduce
from bot.cli.revoke import revoke
from bot.cli.scan import scan
from bot.cli.schema import schema
from bot.cli.screen import err, finish_stdout, hush, show_fault
from bot.cli.serve import dispatch, serve
from bot.cli.setup import setup
from bot.cli.smoke import smoke
from bot.cli.split import split
from bot.domain.errors import ExitCode, MachineryFault, UserFault

HELP = (
    "A merge gate for deep-learning repositories.\n\n"
    "Trains a branch and its re-run baseline over several seeds and says, with known "
    "error rates, whether the metric got worse.\n\n"
    "Exit codes: 0 pass, 1 blocked, 2 undecided, 64 usage or policy fault, 70 our own "
    "failure, 130 interrupted (the next call goes on)."
)


VERBS = (
    *(local, judge, split, reproduce, scan, calibrate),
    *(power, replay, check, schema, init),
    *(serve, dispatch, setup, doctor, smoke, revoke),
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"seedgate {version('seedgate')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    del version


def commands() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="seedgate",
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=_root,
    )
    for verb in VERBS:
        app.command()(verb)
    return app


def run(arguments: Sequence[str], table: Callable[[], typer.Typer] = commands) -> int:
    """Run one command of the table; every end has its exit code and a sentence."""
    try:
        code = _dispatch(arguments, table)
    except (UserFault, MachineryFault) as fault:
        show_fault(fault)
        usage = isinstance(fault, UserFault)
        return ExitCode.USAGE if usage else ExitCode.MACHINERY
    except TyperException as fault:
        return _usage(fault)
    except (KeyboardInterrupt, typer.Abort):
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:  # a long text, and its reader went away
        hush(sys.stdout)
        return ExitCode.PASS
    except Exception:  # noqa: BLE001 - the outermost edge: every failure gets a code
        return _own_failure()
    if code == ExitCode.INTERRUPTED:  # typer makes an exit code of Ctrl-C
        err().print(f"seedgate: interrupted; {_how_to_go_on(arguments)}")
    return code


def _how_to_go_on(arguments: Sequence[str]) -> str:
    if {*arguments[:1]} & {"setup", "serve"}:
        return "where there is no App yet, the same command gives another link."
    return "finished trials are kept, and the same command goes on from there."


def _dispatch(arguments: Sequence[str], table: Callable[[], typer.Typer]) -> int:
    command = typer.main.get_command(table())
    with contextlib.ExitStack() as stack:
        stack.callback(finish_stdout)
        code = command.main(list(arguments), "seedgate", standalone_mode=False)
    return code if isinstance(code, int) else ExitCode.PASS


def _usage(fault: TyperException) -> int:
    """A wrong word on the command line: what is wrong, and where help is."""
    context = getattr(fault, "ctx", None)
    place = context.command_path if context is not None else "seedgate"
    message = fault.format_message().rstrip(".")
    if not message:  # no words at all: the help has been shown
        return ExitCode.USAGE
    problem = message if message.endswith("?") else f"{message}."
    show_fault(UserFault(problem, f"`{place} --help` shows what it takes."))
    return ExitCode.USAGE


def _own_failure() -> int:
    with tempfile.NamedTemporaryFile(
        "w", prefix="seedgate-traceback-", suffix=".txt", delete=False
    ) as file:
        traceback.print_exc(file=file)
    kind, value, _ = sys.exc_info()
    name = kind.__name__ if kind else "error"
    console = err()
    console.print(f"seedgate: failed in itself: {name}: {value}", style="bold red")
    console.print(f"  This is our fault. Traceback: {Path(file.name)}")
    console.print("  Finished trials are kept; the same command goes on from there.")
    return ExitCode.MACHINERY
