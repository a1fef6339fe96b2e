"""Finding the repository that a path is in, and its private scratch repository."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.repository.command import (
    GitCommand,
    GitError,
    Told,
    complaint,
    unread,
)
from bot.domain.errors import MachineryFault, UserFault

_OWNER = re.compile(r"detected dubious ownership in repository at '(.*)'")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository lies. All paths are absolute.

    `top` is the top folder of the working copy, or the git directory where there is
    none. `shared` is the git directory that all working copies have in common.
    `shallow` is the file that lists where history was cut off, or None. `own` is
    there for a copy that we keep ourselves: what is wrong with it is our fault.
    """

    top: Path
    shared: Path
    objects: Path
    object_format: str
    has_working_copy: bool
    shallow: Path | None
    own: Told | None = None

    @property
    def git(self) -> GitCommand:
        """git in the user's repository."""
        return GitCommand(self.top)


def locate(path: Path, *, own: Told | None = None) -> Place:
    """The repository that `path` is in; `UserFault` if there is none to be read.

    Of one of our `own` that is a `GitFault`.
    """
    if not path.is_dir():
        if own:
            raise unread(own)
        raise UserFault(
            f"There is no folder {path}.", "Give --repo the folder of a repository."
        )
    git = GitCommand(path.absolute())
    try:
        return _place(git, own=own)
    except GitError as failed:
        words = failed.answer.words
        raise (unread(own) if own else _unreadable(path, words)) from failed


def _place(git: GitCommand, *, own: Told | None) -> Place:
    kind = git.run("rev-parse", "--is-inside-work-tree", "--show-object-format")
    inside, object_format = kind.line.split("\n")
    top = "--show-toplevel" if inside == "true" else "--absolute-git-dir"
    shallow = _git_path(git, "shallow")
    return Place(
        top=Path(git.run("rev-parse", top).line),
        shared=_shared(git),
        objects=_git_path(git, "objects"),
        object_format=object_format,
        has_working_copy=inside == "true",
        shallow=shallow if shallow.exists() else None,
        own=own,
    )


def _shared(git: GitCommand) -> Path:
    asked = ("rev-parse", "--path-format=absolute", "--git-common-dir")
    return Path(git.run(*asked).line).resolve()


def _git_path(git: GitCommand, name: str) -> Path:
    answer = git.run("rev-parse", "--path-format=absolute", "--git-path", name)
    return Path(answer.line)


def _unreadable(path: Path, words: str) -> UserFault:
    owner = _OWNER.search(words)
    if owner is not None:
        return UserFault(
            f"The repository {owner[1]} belongs to another user, so git refuses it.",
            "If you trust it: `git config --global --add safe.directory "
            f"'{owner[1]}'`.",
        )
    if "not a git repository" in words:
        return UserFault(
            f"{path} is not in a git repository.",
            "Run seedgate inside one, or name one with --repo.",
        )
    return UserFault(
        f"git cannot read the repository at {path}: {complaint(words)}.",
        f"See what `git -C '{path}' status` says.",
    )


def scratch_git(place: Place, scratch: Path) -> GitCommand:
    """git in the bare repository under `scratch` that borrows `place`'s objects.

    It is made on first use; two processes may do so at once. What is written to it
    never reaches the user's repository. `MachineryFault` if it cannot be made.
    """
    name = hashlib.sha256(os.fsencode(place.objects)).hexdigest()[:20]
    home = scratch.absolute() / f"{name}-{place.object_format}.git"
    try:
        _ensure(home, place)
    except (OSError, GitError) as fault:
        if place.own:
            raise unread(place.own) from fault
        raise MachineryFault(
            f"The scratch repository {home} cannot be made: {fault}.",
            "Make room there, or make the cache folder writable.",
        ) from fault
    return _bare_git(home, place.shallow)


def borrowing(fresh: Path, objects: Path, place: Place) -> GitCommand:
    """git in a new bare repository at `fresh`, which has no objects but borrowed ones.

    `objects` is a folder of objects of the same format as those of `place`.
    """
    _create(fresh, _alternates(objects), place.object_format)
    return _bare_git(fresh, place.shallow)


def _bare_git(home: Path, shallow: Path | None = None) -> GitCommand:
    variables = {"GIT_DIR": str(home)}
    if shallow is not None:
        variables["GIT_SHALLOW_FILE"] = str(shallow)
    return GitCommand(home, variables, isolated=True)


def _ensure(home: Path, place: Place) -> None:
    wanted = _alternates(place.objects)
    if _is_whole(home, wanted):
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".making-") as made:
        fresh = Path(made) / "fresh.git"
        _create(fresh, wanted, place.object_format)
        _put(fresh, home, wanted)


def _create(fresh: Path, alternates: bytes, object_format: str) -> None:
    fresh.mkdir()
    git = _bare_git(fresh)
    git.run("init", "--bare", "--template=", f"--object-format={object_format}")
    info = fresh / "objects" / "info"
    info.mkdir(exist_ok=True)
    (info / "alternates").write_bytes(alternates)


def _put(fresh: Path, home: Path, wanted: bytes) -> None:
    """Move `fresh` to `home`; whoever comes second uses what the first one made."""
    if home.exists() and not _is_whole(home, wanted):
        home.rename(fresh.with_name("damaged.git"))
    try:
        fresh.rename(home)
    except OSError:
        if not _is_whole(home, wanted):
            raise


def _is_whole(home: Path, alternates: bytes) -> bool:
    try:
        held = (home / "objects" / "info" / "alternates").read_bytes()
    except OSError:
        return False
    return held == alternates and (home / "HEAD").is_file()


def _alternates(objects: Path) -> bytes:
    """The line that names `objects`, quoted as git reads it (newlines, quotes)."""
    name = os.fsencode(objects)
    for plain, quoted in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        name = name.replace(plain, quoted)
    return b'"' + name + b'"\n'
