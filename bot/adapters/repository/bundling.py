"""A tree as a git bundle: one branch with one commit, on a commit that others have.

git writes a bundle of references, and the scratch repository has none. So a repository
is made for a moment that borrows its objects and has nothing but that one branch.
"""

import tempfile
from pathlib import Path

from bot.adapters.repository.command import GitCommand
from bot.adapters.repository.identity import as_nobody
from bot.adapters.repository.offering import require_name
from bot.adapters.repository.place import Place, borrowing
from bot.app.bundling import Bundled
from bot.domain.errors import UserFault

LARGEST = 32 * 1024 * 1024
"""Bytes of a bundle that is kept and handed out, at most."""


def bundled(
    scratch: GitCommand, place: Place, branch: str, ends: tuple[str, str]
) -> Bundled:
    """A bundle of `branch`, from one of the two commits to the other.

    Both lie in the scratch repository of `place`; who has the first can fetch the
    second. `UserFault` for a name that git would not take.
    """
    require_name(scratch, branch)
    parent, commit = ends
    ref = f"refs/heads/{branch}"
    with tempfile.TemporaryDirectory(dir=scratch.folder, prefix=".bundle-") as made:
        file = Path(made) / "bundle"
        git = borrowing(Path(made) / "aside.git", scratch.folder / "objects", place)
        as_nobody(git).run("update-ref", ref, commit)
        git.run("bundle", "create", "--quiet", str(file), ref, f"^{parent}")
        return Bundled(commit, _read(file))


def _read(file: Path, largest: int = LARGEST) -> bytes:
    """All of it, unless that is more than anybody should load from a website."""
    if file.stat().st_size > largest:
        raise UserFault(
            f"What is left of the branch takes more than {largest // 1024**2} MB as a "
            "git bundle, and is not handed out.",
            "Split the branch in a clone of the repository with `seedgate split`.",
        )
    return file.read_bytes()
