"""One dispatcher at a time: the others stand by, and one of them takes over.

The lock belongs to the process: the kernel gives it back however the process ends. It
speaks for one machine; where machines share a queue, the queue says who leads them.
"""

import fcntl
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from workers.contract import QueueError, TrialQueue
from workers.dispatcher.patience import Patience

log = logging.getLogger(__name__)

EVERY_S = 0.2
GRACE_S = 5.0
"""After the queue failed for everyone, who led before takes the lead again first."""


class LeaderLock:
    """An exclusive lock on a file; nobody else may hold it at the same time."""

    def __init__(self, path: Path) -> None:
        """Prepare; nothing is taken before `wait`."""
        self._path = path
        self._file: TextIO | None = None

    def wait(self, stop: Callable[[], bool]) -> bool:
        """Take the lock, however long it takes; False if told to stop before."""
        while not stop():
            if self.take():
                return True
            time.sleep(EVERY_S)
        return False

    def take(self) -> bool:
        """Take the lock if it is free; whether we hold it. `OSError` if the file fails.

        The file then names our process, for people.
        """
        if self._file is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self._path.open("a+")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
            self._sign(file)
        return True

    def _sign(self, file: TextIO) -> None:
        with suppress(OSError):  # a full disk: the lock holds without a name in it
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


def lead(
    lock: LeaderLock, queue: TrialQueue, patience: Patience, stop: Callable[[], bool]
) -> bool:
    """Wait until we lead this machine and the queue; False if told to stop before.

    The machine is not kept from others while the queue lets us wait. Raises
    `QueueError` when the queue fails for longer than patience allows.
    """
    told = False
    while lock.wait(stop):
        if _leads(queue, patience):
            return True
        lock.release()
        if not (told or patience.tried):
            log.warning("Another dispatcher leads the queue. Standing by.")
            told = True
        pause = GRACE_S if patience.tried else EVERY_S
        if _waited(pause, stop):
            return False
    return False


def _leads(queue: TrialQueue, patience: Patience) -> bool:
    try:
        leads = queue.lead()
    except QueueError as error:
        patience.endure(error)
        return False
    patience.relieve()
    return leads


def _waited(pause_s: float, stop: Callable[[], bool]) -> bool:
    """Wait, unless told to stop; whether we were."""
    for _ in range(round(pause_s / EVERY_S)):
        if stop():
            return True
        time.sleep(EVERY_S)
    return stop()
