"""`seedgate reproduce`: run one stored trial again, and compare it with itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

if TYPE_CHECKING:
    from bot.app.reproducing import Reproduced
    from bot.compose.reproduce import Found


def reproduce(
    trial: Annotated[
        str, Argument(metavar="TRIAL", help="The key of a trial, or its first digits.")
    ],
    dry_run: Annotated[
        bool, Option("--dry-run", help="Only show what it was, and how it is repeated.")
    ] = False,
    json: Annotated[
        Path | None, Option(help="Write the result as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Run a stored trial again on this machine, and compare bit for bit.

    Exit codes: 0 the same bit for bit or within the noise of other seeds, 1 it
    differs, 2 it cannot be told.
    """
    from bot.cli.emit import require_writable
    from bot.compose.reproduce import Reproducer

    require_writable(json)
    with Reproducer(trial) as reproducer:
        found = reproducer.find()
        if dry_run:
            _show_provenance(found, json)
            return
        from bot.cli.screen import err

        with err().status("running it again"):
            done = reproducer.run(found, lambda _elapsed_s: None)
        _show(done, json)
    raise typer.Exit(_code(done))


def _code(done: "Reproduced") -> int:
    from bot.domain.errors import ExitCode
    from bot.domain.repetition import Sameness

    match done.found.same:
        case Sameness.BITWISE | Sameness.WITHIN_NOISE:
            return ExitCode.PASS
        case Sameness.DIFFERS:
            return ExitCode.BLOCK
        case Sameness.UNKNOWN:
            return ExitCode.UNDECIDED


def _show_provenance(found: "Found", json: Path | None) -> None:
    """Where the trial came from; as JSON, the same rows under their names."""
    from bot.cli.emit import STDOUT, json_of, write_text
    from bot.cli.screen import clean, out
    from bot.presentation.repeat_text import provenance
    from bot.presentation.repro import by_hand

    console = out()
    rows = provenance(found.trial.spec, found.trial.result, found.known)
    plain = {**dict(rows), "by_hand": by_hand(found.trial.spec)}
    text = json_of(plain)
    if json == STDOUT:
        console.file.write(text)
        return
    if json is not None:
        write_text(json, text)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        console.print(clean(f"{name:<{width}}  {text}"))
    console.print(clean(f"\nBy hand:\n{plain['by_hand']}"))


def _show(done: "Reproduced", json: Path | None) -> None:
    """The answer for people; with `--json -` stdout belongs to the JSON alone."""
    from bot.cli.calibrate import table
    from bot.cli.emit import STDOUT, json_of, write_text
    from bot.cli.screen import clean, out
    from bot.presentation.repeat_text import document, grid, headline, sentences

    key, found = done.trial.key, done.found
    plain = document(key, done.again, found, moved=done.moved)
    text = json_of(plain)
    if json == STDOUT:
        out().file.write(text)
        return
    console, spec = out(), done.trial.spec
    named = f"{key[:12]} ({spec.arm} of {spec.mode}, stage {spec.stage})"
    console.print(clean(f"Trial {named}, seed {spec.seed}."))
    console.print(clean(headline(found)), style="bold")
    if found.metrics:
        console.print(table(grid(found)))
    for sentence in sentences(found, moved=done.moved):
        console.print(clean(sentence))
    if json is not None:
        write_text(json, text)
