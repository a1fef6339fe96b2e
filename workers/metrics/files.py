"""Opening what a trial wrote without being led astray by it.

A trial may put a FIFO, a device or a symbolic link where a file is expected: reading
it could block for ever or read somebody else's file. Every step of a path inside the
trial's folders is opened relative to the one before and never through a link.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

MAX_FILE = 64 * 1024 * 1024
_PREFIX = 1024
_OUTPUT = "{output_dir}"


class UnsafeFile(Exception):  # noqa: N818 - a finding about the trial, not an error
    """Something that is no plain file stands in a metric file's place."""

    def __init__(self, path: PurePath, what: str) -> None:
        """`what` is what was found at `path`."""
        super().__init__(f"{path} is {what}, not a regular file.")
        self.what = what


@dataclass(frozen=True, slots=True)
class Place:
    """A path relative to one of the trial's folders, or below `/` if absolute.

    `before` is what stood there before the trial (a file that is part of the tree is
    not something that the trial wrote), or None.
    """

    base: Path
    relative: PurePath
    before: tuple[int, int, int] | None = None

    @property
    def path(self) -> Path:
        """The whole path, for messages."""
        return self.base / self.relative


def places(locator: str, output: Path, tree: Path) -> tuple[Place, ...]:
    """Where the file or folder that `locator` names may be, first choice first."""
    path = PurePath(locator.replace(_OUTPUT, str(output)))
    if path.is_relative_to(output):
        return (Place(output, path.relative_to(output)),)
    if path.is_relative_to(tree):
        return (_in_tree(tree, path.relative_to(tree)),)
    if path.is_absolute():  # links that were there before the trial are the owner's
        real = Path(path.parent).resolve() / path.name
        return (Place(Path("/"), real.relative_to("/")),)
    return (Place(output, path), _in_tree(tree, path))


def _in_tree(tree: Path, relative: PurePath) -> Place:
    try:
        before = identity((tree / relative).lstat())
    except OSError:
        before = None
    return Place(tree, relative, before)


def identity(found: os.stat_result) -> tuple[int, int, int]:
    """What changes when a file is written: inode, size, time in nanoseconds."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def look(place: Place) -> os.stat_result | None:
    """What is at `place` (links not followed); None if nothing that the trial wrote."""
    try:
        parent = _parent(place)
    except FileNotFoundError:
        return None
    try:
        name = place.relative.name or "."
        found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return None
    finally:
        os.close(parent)
    if stat.S_ISDIR(found.st_mode) or place.before is None:
        return found  # a folder's own times say nothing of the files in it
    return None if identity(found) == place.before else found


def open_regular(place: Place) -> int | None:
    """A descriptor for reading; None if there is no such file (yet).

    Raises `UnsafeFile` for anything but a regular file, on the way or at the end.
    """
    found = look(place)
    if found is None:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeFile(place.path, kind(found.st_mode))
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    parent = _parent(place)
    try:
        descriptor = os.open(place.relative.name, flags, dir_fd=parent)
    except PermissionError as fault:
        raise UnsafeFile(place.path, "closed to reading") from fault
    except OSError:
        return None  # changed between the look and the opening: looked at again later
    finally:
        os.close(parent)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise UnsafeFile(place.path, "something else now")


def names_in(place: Place) -> list[str]:
    """The names in the folder at `place`, sorted; none if there is no such folder.

    Raises `UnsafeFile` where a link or anything but a folder is in its place.
    """
    try:
        folder = _parent(Place(place.base, place.relative / "_"))
    except FileNotFoundError:
        return []
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - an open folder, no path
    finally:
        os.close(folder)


def _parent(place: Place) -> int:
    """Open the folder of `place`, step by step, through no link."""
    current = _step(place, str(place.base), None)
    for part in place.relative.parts[:-1]:
        above = current
        try:
            current = _step(place, part, above)
        finally:
            os.close(above)
    return current


def _step(place: Place, part: str, above: int | None) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(part, flags, dir_fd=above)
    except NotADirectoryError as fault:
        what = f"not below a plain folder ({part} is none)"
        raise UnsafeFile(place.path, what) from fault


def kind(mode: int) -> str:
    """A file's kind in words."""
    names = {
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return names.get(stat.S_IFMT(mode), "of an unknown kind")


class Tail:
    """Follows one file by offset, from its start again if it was replaced.

    `overgrown` is set once the file has passed its size limit: it is then no longer
    read. `path` is the place that is followed.
    """

    def __init__(self, candidates: Sequence[Place], limit: int = MAX_FILE) -> None:
        """Follow the first of `candidates` that exists."""
        self.overgrown = False
        self.path: Path | None = None
        self._candidates = candidates
        self._limit = limit
        self._file: tuple[Path, int] | None = None
        self._offset = 0
        self._prefix = b""

    def read(self, most: int) -> tuple[bytes, bool]:
        """At most `most` new bytes, and whether they start the file anew."""
        for place in self._candidates:
            descriptor = open_regular(place)
            if descriptor is None:
                continue
            try:
                return self._read(place.path, descriptor, most)
            finally:
                os.close(descriptor)
        return b"", False

    def whole(self, most: int) -> bytes | None:
        """All of the file that is followed; None if it has more than `most` bytes."""
        for place in self._candidates:
            descriptor = open_regular(place) if place.path == self.path else None
            if descriptor is not None:
                with os.fdopen(descriptor, "rb") as file:
                    data = file.read(most + 1)
                return data if len(data) <= most else None
        return None

    def _read(self, path: Path, descriptor: int, most: int) -> tuple[bytes, bool]:
        found = os.fstat(descriptor)
        self.overgrown = self.overgrown or found.st_size > self._limit
        if self.overgrown:
            return b"", False
        anew = self._replaced(path, descriptor, found)
        if anew:
            self._file, self._offset, self._prefix = (path, found.st_ino), 0, b""
        self.path = path
        data = os.pread(descriptor, most, self._offset)
        if len(self._prefix) < _PREFIX:
            self._prefix = os.pread(descriptor, _PREFIX, 0)[: self._offset + len(data)]
        self._offset += len(data)
        return data, anew

    def _replaced(self, path: Path, descriptor: int, found: os.stat_result) -> bool:
        if self._file != (path, found.st_ino) or found.st_size < self._offset:
            return True
        return os.pread(descriptor, len(self._prefix), 0) != self._prefix
