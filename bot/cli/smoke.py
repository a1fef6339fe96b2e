"""`seedgate smoke`: one live round trip of the App through GitHub."""

from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

if TYPE_CHECKING:
    from bot.domain.doctor.trip import Tried


def smoke(
    repo: Annotated[str, Option(help="The repository, by name.", metavar="OWNER/NAME")],
    pull: Annotated[
        int | None, Option(min=1, help="A pull request to comment on.")
    ] = None,
    pause: Annotated[
        float, Option(min=0.0, max=60.0, help="Seconds between writes.")
    ] = 1.0,
) -> None:
    """Try everything that the App does on GitHub, once, and say what works.

    Leaves a finished check run `seedgate-smoke` at the head and, with --pull, a folded
    comment. Exit codes: 0 it works, 1 it does not, 64 no App is configured.
    """
    from bot.cli.screen import out
    from bot.compose.smoke import Trip
    from bot.compose.smoke import smoke as travel
    from bot.domain.errors import ExitCode
    from bot.presentation.words.smoke import BREAKS, NO_PULL, WORKS
    from bot.settings import Settings

    worked = travel(Settings(), Trip(repo, pull, pause), _tell)
    console = out()
    if pull is None:
        console.print(NO_PULL)
    console.print(WORKS if worked else BREAKS, style="bold")
    if not worked:
        raise typer.Exit(ExitCode.BLOCK)


def _tell(tried: "Tried") -> None:
    from bot.cli.screen import clean, out
    from bot.presentation.words.smoke import line

    console = out()
    style = "green" if tried.ok else "bold red"
    console.print("ok   " if tried.ok else "fail ", style=style, end="")
    console.print(clean(line(tried)))
