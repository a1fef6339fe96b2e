"""`seedgate serve` and `seedgate dispatch`: the App, and what runs its trials."""

from typing import Annotated

from typer import Option

Jobs = Annotated[
    int | None, Option(min=1, help="The most trials at once; default: what fits.")
]


def serve(
    dispatch: Annotated[
        bool, Option(help="Run trials from this process too; else `seedgate dispatch`.")
    ] = True,
    jobs: Jobs = None,
) -> None:
    """Be the GitHub App: take webhooks, judge pull requests, answer commands.

    Serves on SEEDGATE_LISTEN until it is interrupted. The first time, without an App,
    it shows a link by which one is made.
    """
    from bot.compose.serve import serve as run
    from bot.settings import Settings

    run(Settings(), dispatch=dispatch, jobs=jobs, tell=_tell)


def dispatch(jobs: Jobs = None) -> None:
    """Run the trials that a `seedgate serve --no-dispatch` on the same store wants."""
    from bot.compose.serve import dispatch as run
    from bot.settings import Settings

    run(Settings(), jobs=jobs, tell=_tell)


def _tell(line: str) -> None:
    import typer

    typer.echo(line, err=True)
