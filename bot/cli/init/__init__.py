"""`seedgate init`: writes a first policy by looking at the repository."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from bot.cli.check import POLICY_PATH, repository_top
from bot.cli.screen import clean, out
from bot.domain.errors import UserFault

if TYPE_CHECKING:
    from bot.presentation.first_policy import Advice, CommandGuess, MetricGuess


def init(
    repo: Annotated[
        Path | None, Option(help="The repository; default: the current one.")
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write a first .github/seedgate.yml by looking at the repository.

    Reads scripts, flags and what earlier runs left; runs nothing. Guesses are marked.
    """
    from bot.adapters.policy_file import load_policy
    from bot.presentation.first_policy import advice, policy_text

    top = _top(repo)
    target = top / POLICY_PATH
    _refuse_overwrite(target, force=force)
    command, metric = look_at(top)
    text = policy_text(command, metric)
    load_policy(text.encode(), str(target))
    _write(target, text)
    in_git = repository_top(top.resolve()) is not None
    said = advice(command, metric, POLICY_PATH.as_posix(), in_git=in_git)
    _show(said, target)


def _top(repo: Path | None) -> Path:
    if repo is None:
        here = Path.cwd()
        return repository_top(here) or here
    if not repo.is_dir():
        raise UserFault(f"{repo} is no folder.", "Name the folder of a repository.")
    return repo


def _refuse_overwrite(target: Path, *, force: bool) -> None:
    if target.exists() and not force:
        mend = "`seedgate check` explains it; `seedgate init --force` replaces it."
        raise UserFault(f"{target} exists already.", mend)


def look_at(top: Path) -> "tuple[CommandGuess | None, MetricGuess | None]":
    """The command and the metric that the files of a repository suggest."""
    from bot.cli.init.entry import guess_command, scripts
    from bot.cli.init.files import walk
    from bot.cli.init.traces import guess_metric

    files = walk(top)
    found = scripts(top, files)
    command = guess_command(found)
    words = [word for one in command.options for word in one.words] if command else []
    return command, guess_metric(top, files, found, folder="{output_dir}" in words)


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        problem = f"{target} cannot be written: {error.strerror}."
        raise UserFault(problem, "Name a folder that you may write.") from None


def _show(said: "Advice", target: Path) -> None:
    console = out()
    console.print(f"{clean(str(target))} is written.", style="bold green")
    console.print("\nGuessed from this repository", style="bold")
    for name, text in said.guessed:
        console.print(f"  {name:<8} {clean(text)}")
    console.print("\nLook at these before you rely on it", style="bold")
    for line in said.check:
        console.print(f"  - {clean(line)}")
    console.print("\nThen", style="bold")
    for typed, why in said.following:
        console.print(f"  {clean(typed)}", end="")
        console.print(f"  # {why}", style="dim")
