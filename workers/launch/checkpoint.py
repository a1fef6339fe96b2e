"""Finding what a training wrote as its checkpoint, and a hash of it.

A trial may put a link, a FIFO or a device where a checkpoint is expected. Nothing is
opened through a link, and a folder holds regular files and folders alone.
"""

import glob
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from workers.contract import Failed, FailureReason
from workers.metrics.files import Place, UnsafeFile, kind, look

_CHUNK = 1 << 20
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Content:
    """What a checkpoint holds: SHA-256 over names and bytes, and its size in bytes."""

    digest: str
    size: int


def locate(output: Path, pattern: str) -> Path | Failed:
    """The checkpoint below the folder `output`, or why there is none to score.

    Where several match the pattern, it is the one that was written last.
    """
    try:
        found = [(one, look(Place(output, one))) for one in _matches(output, pattern)]
    except UnsafeFile as fault:
        return _unsafe(f"The checkpoint cannot be scored: {fault}")
    there = [(seen.st_mtime_ns, str(one)) for one, seen in found if seen is not None]
    if not there:
        return _missing(output, pattern)
    name = max(there)[1]
    odd = next(_odd(output / name), None)
    if odd is None:
        return output / name
    path, what = odd
    relative = path.relative_to(output)
    return _unsafe(f"The checkpoint cannot be scored: {relative} is {what}.")


def content(path: Path) -> Content:
    """A hash of a file or folder without links; raises OSError."""
    whole, size = hashlib.sha256(), 0
    for file in _files(path):
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            length = os.fstat(stream.fileno()).st_size
            name = os.fsencode(file.relative_to(path))
            whole.update(b"%d %d " % (len(name), length) + name)
            while piece := stream.read(_CHUNK):
                whole.update(piece)
        size += length
    return Content(whole.hexdigest(), size)


def protect(path: Path) -> None:
    """Make a file or folder readable by its owner alone, and writable by nobody."""
    for folder, _, names in os.walk(path):
        for name in names:
            (Path(folder) / name).chmod(stat.S_IRUSR)
        Path(folder).chmod(stat.S_IRUSR | stat.S_IXUSR)
    if path.is_file():
        path.chmod(stat.S_IRUSR)


def _matches(output: Path, pattern: str) -> list[PurePath]:
    if not glob.has_magic(pattern):
        return [PurePath(pattern)]
    return [one.relative_to(output) for one in output.glob(pattern)]


def _odd(path: Path) -> Iterator[tuple[Path, str]]:
    """Everything in a checkpoint that is neither a regular file nor a folder."""
    found = path.lstat().st_mode
    if not stat.S_ISDIR(found):
        if not stat.S_ISREG(found):
            yield path, kind(found)
        return
    names = sorted(path.iterdir())
    if not names:
        yield path, "an empty folder"
    for below in names:
        if not stat.S_ISREG(below.lstat().st_mode):
            yield from _odd(below)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(
        Path(folder) / name for folder, _, names in os.walk(path) for name in names
    )


def _missing(output: Path, pattern: str) -> Failed:
    names = sorted(one.name for one in output.iterdir())[:_MOST_NAMES]
    there = f"it wrote {', '.join(names)}" if names else "it wrote nothing"
    sentence = (
        f"The training wrote no checkpoint: there is no {pattern} in its output "
        f"directory ({there}), and the evaluation command has nothing to score."
    )
    return Failed(FailureReason.MISSING_METRIC, sentence)


def _unsafe(sentence: str) -> Failed:
    return Failed(FailureReason.UNSAFE_FILE, sentence)
