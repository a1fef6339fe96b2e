"""`seedgate revoke`: links to reports that were given out open nothing any more."""

from typing import Annotated

import typer
from typer import Option


def revoke(
    repo: Annotated[
        str, Option(help="The repository, by name or number.", metavar="OWNER/NAME")
    ],
) -> None:
    """Make every link to reports and bundles of a repository worthless.

    New links open again: `/gate status` gives one. By GitHub's number it also works
    for a repository that the App does not reach any more. Exit codes: 0 done, 64 there
    is no such repository or no store, or no App is configured.
    """
    from bot.compose.revoke import revoke as count_up
    from bot.presentation.words.links import revoked
    from bot.settings import Settings

    done = count_up(Settings(), repo)
    typer.echo(revoked(repo, done.repository, done.store))
