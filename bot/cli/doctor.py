"""`seedgate doctor`: does the App work, and if not, what has to be done."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.doctor import Finding

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    most: Annotated[
        int, Option(min=0, help="Repositories of each installation that are looked at.")
    ] = 50,
    json: Annotated[
        Path | None, Option(help="Write the result as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Check the GitHub App: keys, permissions, webhooks, rules, store and machines.

    Exit codes: 0 everything works, 1 something does not, 64 no App is configured.
    """
    from bot.cli.emit import require_writable
    from bot.compose.doctor import doctor as examine
    from bot.domain.doctor import State, worst
    from bot.domain.errors import ExitCode
    from bot.settings import Settings

    require_writable(json)
    found = examine(Settings(), most)
    _show(found, json)
    if worst(found) is State.FAIL:
        raise typer.Exit(ExitCode.BLOCK)


def _show(found: "Sequence[Finding]", json: Path | None) -> None:
    """A line for each; with `--json -` stdout belongs to the JSON alone."""
    from bot.cli.emit import STDOUT, json_of, write_text
    from bot.cli.screen import clean, out
    from bot.presentation.doctor_text import document, headline, lines

    text, console = json_of(document(found)), out()
    if json == STDOUT:
        console.file.write(text)
        return
    for line in lines(found):
        about = f"{line.about}: " if line.about else ""
        state = line.state.value
        console.print(f"{state:<5}", style=STYLES[state], end="")
        console.print(clean(f"{about}{line.sentence}"))
        if line.mend:
            console.print(clean(f"     {line.mend}"), style="dim")
    console.print(headline(found), style="bold")
    if json is not None:
        write_text(json, text)
