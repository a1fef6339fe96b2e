"""One works on a mirror at a time: a locked file, shared with the git that works.

The lock ends with the last process that holds the file open. A git that outlives the
process that started it holds it too, so nobody comes between it and what it writes.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PAUSE_S = 0.05
_BUSY = b"busy\n"


class StillHeldError(Exception):
    """Somebody else works on the mirror, for longer than we have patience."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that is ours; `interrupted`: whoever had it before did not finish."""

    file: int
    interrupted: bool


@contextmanager
def held(path: Path, patience_s: float) -> Iterator[Held]:
    """Hold the lock file at `path`; `StillHeldError` after so many seconds.

    A block that ends by an exception has not finished.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(file, patience_s)
        interrupted = os.fstat(file).st_size > 0
        os.pwrite(file, _BUSY, 0)
        yield Held(file, interrupted)
        os.ftruncate(file, 0)
    finally:
        os.close(file)  # unlocking it would take it from a git that still works


def _wait(file: int, patience_s: float) -> None:
    give_up = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                raise StillHeldError from None
            time.sleep(_PAUSE_S)
        else:
            return
