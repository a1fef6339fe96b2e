"""What a trial could not see of a tree: submodules, LFS pointers, stray links."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.adapters.repository.bounds import Bounds
from bot.adapters.repository.command import (
    GitCommand,
    GitLimitError,
    readable,
    unread,
)
from bot.adapters.repository.place import Place
from bot.domain.changes import Leaf
from bot.domain.errors import UserFault

_POINTER = re.compile(
    rb"version https?://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v\d+\n"
    rb"(?:[a-z0-9.-]+ [^\n]*\n)*?oid [^\n]+\n(?:[a-z0-9.-]+ [^\n]*\n)*?size \d+\n"
)
_POINTER_SIZES = range(60, 1025)
"""Bytes that a pointer can have (git-lfs specification: less than 1024)."""
_SUBMODULE = "160000"
_LINK = "120000"
_SHOWN = 5
MOST_ROWS = 200_000
"""Files that a tree may have: a few objects can spell out millions of them."""
_MOST_BYTES = 64 * 2**20
"""Of a list of them. git is killed beyond, so a tree costs no more than that."""
LONGEST_LINK = 4096
"""Bytes that a system takes as the target of a link (PATH_MAX)."""
_AT_ONCE = 10_000
"""Small files that are held in memory together."""

Sizes = Mapping[str, int | None]
"""Bytes of each object by its name; None where the clone does not hold it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf of a tree: a file, a symbolic link or a submodule."""

    mode: str
    object_name: str
    path: bytes


def require_plain(git: GitCommand, tree: str, place: Place) -> None:
    """Refuse `tree` by path if a trial could not see all of it as it is meant."""
    entries = list_entries(git, tree)
    _refuse_submodules(entries)
    files = [entry for entry in entries if entry.mode != _SUBMODULE]
    sizes = _sizes(git, files)
    _refuse_missing(files, sizes, place)
    links = [entry for entry in files if entry.mode == _LINK]
    _refuse_long(links, sizes)
    small = [entry for entry in files if sizes[entry.object_name] in _POINTER_SIZES]
    _refuse_pointers(git, small)
    _refuse_links(git, links)


def find_flaw(git: GitCommand, tree: str, place: Place) -> str:
    """What a trial could not see of `tree`, as a clause; empty where it sees all."""
    try:
        require_plain(git, tree, place)
    except UserFault as fault:
        problem = fault.problem.rstrip(".")
        return f"{problem[:1].lower()}{problem[1:]}"
    return ""


def list_entries(git: GitCommand, tree: str) -> tuple[Entry, ...]:
    """All leaves of `tree`, in git's order; `UserFault` where they are too many."""
    bounded = replace(git, bounds=Bounds(git.bounds.seconds, _MOST_BYTES))
    try:
        output = bounded.run("ls-tree", "-r", "-z", "--full-tree", tree).output
    except GitLimitError as fault:
        raise _too_many() from fault
    if output.count(b"\0") > MOST_ROWS:
        raise _too_many()
    return tuple(_entry(row) for row in output.split(b"\0") if row)


def leaves(git: GitCommand, tree: str, place: Place) -> tuple[Leaf, ...]:
    """All leaves of `tree` in git's order, links with what they point at."""
    entries = list_entries(git, tree)
    links = [entry for entry in entries if entry.mode == _LINK]
    targets = _targets(git, links, place) if links else {}
    return tuple(_leaf(entry, targets) for entry in entries)


def _too_many() -> UserFault:
    return UserFault(
        f"The tree has more than {MOST_ROWS:,} files, or their paths are more than "
        f"{_MOST_BYTES // 2**20} MiB; no more are read.",
        "Take out what training does not need, or keep data outside of git.",
    )


def _targets(
    git: GitCommand, links: Sequence[Entry], place: Place
) -> Mapping[str, bytes]:
    """What links point at, by object name; each object is read once."""
    sizes = _sizes(git, links)
    _refuse_missing(links, sizes, place, "symbolic link")
    _refuse_long(links, sizes)
    return _contents(git, links)


def _leaf(entry: Entry, targets: Mapping[str, bytes]) -> Leaf:
    target = targets[entry.object_name] if entry.mode == _LINK else None
    return Leaf(
        path=readable(entry.path),
        mode=entry.mode,
        name=entry.object_name,
        target=None if target is None else readable(target),
    )


def _entry(row: bytes) -> Entry:
    head, path = row.split(b"\t", 1)
    mode, _, object_name = head.decode().split(" ")
    return Entry(mode, object_name, path)


def _sizes(git: GitCommand, files: Iterable[Entry]) -> Sizes:
    names = _feed(files)
    sizes: dict[str, int | None] = {}
    for line in git.run("cat-file", "--batch-check", feed=names).line.splitlines():
        name, *rest = line.split(" ")
        sizes[name] = int(rest[-1]) if len(rest) == 2 else None  # noqa: PLR2004
    return sizes


def _feed(entries: Iterable[Entry]) -> bytes:
    """The names of objects, each once: many files may be one object."""
    names = dict.fromkeys(entry.object_name for entry in entries)
    return "".join(f"{name}\n" for name in names).encode()


def _refuse_submodules(entries: Iterable[Entry]) -> None:
    _refuse(
        [entry.path for entry in entries if entry.mode == _SUBMODULE],
        "Submodules are not in the commit itself, so a trial would miss them",
        "Commit the files instead, or install that project as a package.",
    )


def _refuse_missing(
    files: Iterable[Entry], sizes: Sizes, place: Place, what: str = "file"
) -> None:
    missing = [entry.path for entry in files if sizes.get(entry.object_name) is None]
    if missing and place.own:
        raise unread(place.own)
    _refuse(
        missing,
        f"This is a partial clone, and it does not hold every {what}",
        f"Fetch the rest once: `git -C '{place.top}' fetch --refetch --no-filter`.",
    )


def _refuse_long(links: Iterable[Entry], sizes: Sizes) -> None:
    _refuse(
        [link.path for link in links if (sizes[link.object_name] or 0) > LONGEST_LINK],
        f"Symbolic links are longer than the {LONGEST_LINK} bytes that a path may have",
        "Remove them, or commit them as files.",
    )


def _refuse_pointers(git: GitCommand, files: Sequence[Entry]) -> None:
    _refuse(
        [
            path
            for start in range(0, len(files), _AT_ONCE)
            for path in _pointers(git, files[start : start + _AT_ONCE])
        ],
        "A trial would see a git-LFS pointer in place of the file",
        "Commit the files themselves (`git lfs migrate export`), or have the training "
        "command read them from outside the repository.",
    )


def _pointers(git: GitCommand, files: Sequence[Entry]) -> list[bytes]:
    contents = _contents(git, files)
    return [one.path for one in files if _POINTER.match(contents[one.object_name])]


def _refuse_links(git: GitCommand, links: Sequence[Entry]) -> None:
    contents = _contents(git, links)
    _refuse(
        [link.path for link in links if _leaves(link, contents[link.object_name])],
        "Symbolic links lead out of the repository, where a trial finds nothing",
        "Commit what they point at, or pass the place to the training command.",
    )


def _leaves(link: Entry, target: bytes) -> bool:
    there = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), target))
    return there == b".." or there.startswith((b"/", b"../"))


def _contents(git: GitCommand, entries: Iterable[Entry]) -> dict[str, bytes]:
    output = git.run("cat-file", "--batch", feed=_feed(entries)).output
    return dict(_blobs(output))


def _blobs(output: bytes) -> Iterator[tuple[str, bytes]]:
    place = 0
    while place < len(output):
        start = output.index(b"\n", place) + 1
        name, _, size = output[place:start].decode().split(" ")
        place = start + int(size) + 1
        yield name, output[start : place - 1]


def _refuse(paths: Sequence[bytes], problem: str, mend: str) -> None:
    if not paths:
        return
    names = ", ".join(f"`{readable(path)}`" for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    raise UserFault(f"{problem}: {names}{more}.", mend)
