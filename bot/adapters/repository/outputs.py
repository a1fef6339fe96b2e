"""Files that we wrote, or are about to write: they are nobody's uncommitted work."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePath

from bot.presentation.signature import WITHIN, is_signed

IsOurs = Callable[[Path], bool]
_STDOUT, _STDERR = 1, 2


def nobodys(_: Path) -> bool:
    """No file is ours."""
    return False


def ours(outputs: Iterable[PurePath]) -> IsOurs:
    """Whether a file is one of ours: an output of this call, or of an earlier one.

    `outputs` are those of this call; what its stdout and stderr go to is one as well.
    Those of earlier calls are known by their signature. Links and folders are none.
    """
    written = frozenset(_written(outputs))

    def is_ours(path: Path) -> bool:
        try:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                return False
            return (found.st_dev, found.st_ino) in written or is_signed(_start(path))
        except OSError:
            return False

    return is_ours


def _written(outputs: Iterable[PurePath]) -> Iterator[tuple[int, int]]:
    """The device and number of every file that this call writes and that is there."""
    asked: list[Callable[[], os.stat_result]] = [
        *(Path(one).stat for one in outputs),
        *(partial(os.fstat, one) for one in (_STDOUT, _STDERR)),
    ]
    for ask in asked:
        try:
            found = ask()
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode):
            yield found.st_dev, found.st_ino


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(WITHIN)
