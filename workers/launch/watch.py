"""The life of one running trial: pump its output, mind its limits, heed a cancel.

One thread, the caller's, waits for all of it at once; nothing is busy between events
but a look at memory and metric files a few times a second.
"""

import os
import selectors
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from workers.launch.output import Stream
from workers.launch.spawn import Report, Trial
from workers.limits import MemoryMeter

_PIECE = 64 * 1024
_DRAIN_PIECES = 256
_UNLIMITED = 4.0


class Cause(Enum):
    """Why a trial was told to end."""

    CANCELLED = auto()
    TIMEOUT = auto()
    MEMORY = auto()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a trial may use, and how often that is looked at. Seconds and bytes.

    Memory without a limit is looked at four times more seldom. A supervisor that has
    not done what it was told `patience_s` after the grace is itself ended.
    """

    timeout_s: float
    memory_bytes: int | None
    grace_s: float
    patience_s: float
    memory_every_s: float
    files_every_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """How a watch ended; no `report` if the supervisor was killed."""

    report: Report | None
    cause: Cause | None
    wall_s: float


class Bell:
    """Lets one thread wake another that waits in `select`."""

    def __init__(self) -> None:
        """Silent."""
        self.rung = False
        self._descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._descriptor

    def ring(self) -> None:
        """Wake it, now and for ever."""
        self.rung = True
        with suppress(OSError):  # closed: there is nobody left to wake
            os.eventfd_write(self._descriptor, 1)

    def close(self) -> None:
        """Give the descriptor back."""
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)


class Watch:
    """Watches one trial until nothing of it is left."""

    def __init__(
        self,
        trial: Trial,
        streams: Mapping[int, Stream],
        meter: MemoryMeter,
        bounds: Bounds,
        read_files: Callable[[], None],
    ) -> None:
        """`streams` are by descriptor of `trial`; `read_files` is called regularly."""
        self._trial = trial
        self._streams = dict(streams)
        self._meter = meter
        self._bounds = bounds
        self._selector = selectors.DefaultSelector()
        self._cause: Cause | None = None
        self._over = False
        self._began = time.monotonic()
        idle = 1.0 if bounds.memory_bytes else _UNLIMITED
        self._due: dict[Callable[[], None], float] = {
            self._mind_memory: self._began + bounds.memory_every_s,
            self._mind_time: self._began + bounds.timeout_s,
            read_files: self._began + bounds.files_every_s,
        }
        self._every = {
            self._mind_memory: bounds.memory_every_s * idle,
            read_files: bounds.files_every_s,
        }

    def run(self, cancel: Bell) -> Ended:
        """Return when the supervisor is gone; `cancel` ends the trial before."""
        with self._selector as selector:
            for descriptor in self._streams:
                selector.register(descriptor, selectors.EVENT_READ, self._pump)
            selector.register(self._trial.status, selectors.EVENT_READ, self._listen)
            selector.register(cancel, selectors.EVENT_READ, self._cancel)
            while not self._over:
                for key, _ in selector.select(self._patience()):
                    key.data(key.fd)
                self._chores()
        return self._end()

    def _patience(self) -> float:
        return max(0.0, min(self._due.values()) - time.monotonic())

    def _chores(self) -> None:
        now = time.monotonic()
        for chore in [chore for chore, due in self._due.items() if due <= now]:
            chore()
            self._due[chore] = time.monotonic() + self._every.get(chore, float("inf"))

    def _pump(self, descriptor: int) -> bool:
        """Take one piece of output; False if there is none now."""
        try:
            piece = os.read(descriptor, _PIECE)
        except BlockingIOError:
            return False
        if piece:
            self._streams[descriptor].feed(piece)
        elif not self._over:
            self._selector.unregister(descriptor)
        return bool(piece)

    def _listen(self, _descriptor: int) -> None:
        self._over = not self._trial.read_status()

    def _cancel(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)
        self._stop(Cause.CANCELLED)

    def _mind_time(self) -> None:
        self._stop(Cause.TIMEOUT)

    def _mind_memory(self) -> None:
        used, most = self._meter.measure(), self._bounds.memory_bytes
        if most is not None and used > most:
            self._trial.kill()
            self._stop(Cause.MEMORY)

    def _stop(self, cause: Cause) -> None:
        if self._cause is None:
            self._cause = cause
            self._trial.end()
            stuck = time.monotonic() + self._bounds.grace_s + self._bounds.patience_s
            self._due[self._trial.abandon] = stuck

    def _end(self) -> Ended:
        wall_s = time.monotonic() - self._began
        for descriptor, stream in self._streams.items():
            pieces = 0
            while pieces < _DRAIN_PIECES and self._pump(descriptor):
                pieces += 1
            stream.finish()
        report = self._trial.close()
        if report is not None:
            wall_s = report.ended - report.started
        return Ended(report, self._cause, wall_s)
