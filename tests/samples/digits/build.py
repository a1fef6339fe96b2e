"""Makes the digits sample as a git repository: python build.py DEST.

Needs git and the standard library. Names, dates and settings are fixed, so that every
build has the same commits.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILES = HERE / "repository"
LAST_STEP = HERE / "main.patch"
BRANCHES = HERE / "branches"

MAINTAINER = "Mira Okafor"
EMAIL = "mira@digits.example"
FIRST_DAY = "2026-03-02T09:00:00+00:00"
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".pytest_cache", "runs")


@dataclass(frozen=True)
class Git:
    """Runs git in one folder, untouched by the settings of whoever calls it."""

    folder: Path
    date: str = FIRST_DAY

    def __call__(self, *arguments: str) -> str:
        """What git printed. Raises `CalledProcessError` where git refuses."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self._environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        return kept | {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": MAINTAINER,
            "GIT_AUTHOR_EMAIL": EMAIL,
            "GIT_AUTHOR_DATE": self.date,
            "GIT_COMMITTER_NAME": MAINTAINER,
            "GIT_COMMITTER_EMAIL": EMAIL,
            "GIT_COMMITTER_DATE": self.date,
        }

    def start(self) -> None:
        """An empty repository whose first branch is main, without hooks."""
        branch = "--initial-branch=main"
        self("init", "--quiet", "--template=", "--object-format=sha1", branch)

    def commit(self, message: str) -> None:
        """All files as they lie there."""
        self("add", "--all")
        self("commit", "--quiet", "--message", message)

    def apply(self, patches: Path) -> None:
        """One commit for each patch, with the author, date and message it names."""
        self("am", "--quiet", "--committer-date-is-author-date", str(patches))


def build(destination: Path) -> None:
    """Make the repository at `destination`, all of it or nothing.

    Raises `FileExistsError` if something is there already.
    """
    if destination.is_file() or (destination.is_dir() and any(destination.iterdir())):
        raise FileExistsError(
            f"{destination} is not empty: name a folder that does not exist yet."
        )
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent) as scratch:
        made = Path(scratch, "digits")
        _write_history(made)
        made.replace(destination)


def _write_history(folder: Path) -> None:
    """The last step of main is taken back, branches are cut, then it is made again."""
    shutil.copytree(FILES, folder, ignore=LEFT_BEHIND)
    git = Git(folder)
    git.start()
    git("apply", "--reverse", str(LAST_STEP))
    git.commit("Read handwritten digits with two small networks")
    for patches in sorted(BRANCHES.glob("*.patch")):
        git("switch", "--quiet", "--create", patches.stem, "main")
        git.apply(patches)
    git("switch", "--quiet", "main")
    git.apply(LAST_STEP)


def main(arguments: list[str]) -> str | None:
    """Build where the one argument says; a sentence if that cannot be done."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        return "Name the folder to make: python build.py DEST"
    if shutil.which("git") is None:
        return "git was not found: install it, and put it on PATH."
    try:
        build(Path(arguments[0]))
    except FileExistsError as refused:
        return str(refused)
    except subprocess.CalledProcessError as failed:
        return f"{' '.join(failed.cmd[:2])} failed: {failed.stderr.strip()}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
