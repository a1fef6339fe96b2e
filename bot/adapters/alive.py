"""Which evaluations of this machine are being carried on: a locked file for each.

A lock ends with its process, however that ends. So the wishes of an evaluation that
was killed and never called again can be told from those of one that still runs.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO


class AliveLocks:
    """Locks in one folder; several processes may carry on one evaluation."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    @contextmanager
    def hold(self, evaluation: str) -> Iterator[None]:
        """Be one of those who carry on this evaluation."""
        with self._open(evaluation) as file, _locked(file, fcntl.LOCK_SH):
            yield

    @contextmanager
    def abandoned(self, evaluation: str) -> Iterator[bool]:
        """Whether nobody carries it on; if so, nobody can start to within the block."""
        with self._open(evaluation) as file, ExitStack() as held:
            try:
                held.enter_context(_locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
                free = True
            except BlockingIOError:
                free = False
            yield free

    def _open(self, evaluation: str) -> IO[bytes]:
        return (self._folder / evaluation).open("ab")


@contextmanager
def _locked(file: IO[bytes], how: int) -> Iterator[None]:
    """Hold the lock of an open file, and give it back; raises `BlockingIOError`.

    A process that is just being started has all files of ours open for a moment, and
    closing ours alone would leave the lock with it: whoever asks then would be told
    that the evaluation is still carried on, and leave its trials running.
    """
    fcntl.flock(file, how)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
