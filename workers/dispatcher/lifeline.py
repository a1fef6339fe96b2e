"""Knowing when to stop: the parent died or let go, or a signal came."""

import os
import select
import signal
import threading
from types import FrameType


class Lifeline:
    """A pipe whose other end our parent holds, and the signals that ask for an end."""

    SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def __init__(self, descriptor: int | None) -> None:
        """`descriptor` is readable; its end means stop. None: only signals do."""
        self._descriptor = descriptor
        self._ended = False
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Take over SIGTERM, SIGINT and SIGHUP; on the main thread.

        To be repeated after Ray has started: it puts its own handler in place.
        """
        for number in self.SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._ended = True

    def ended(self) -> bool:
        """Whether it is time to stop; once it is, it stays so. Any thread may ask."""
        with self._lock:  # a signal may come in between: only ever set it to True
            if self._descriptor is not None and _at_end(self._descriptor):
                self._ended = True
            return self._ended


def _at_end(descriptor: int) -> bool:
    """Whether a readable descriptor has come to its end; what it says is ignored."""
    readable, _, _ = select.select([descriptor], [], [], 0)
    return bool(readable) and os.read(descriptor, 4096) == b""
