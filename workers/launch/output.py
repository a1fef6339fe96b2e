"""What a trial prints: kept in a log of bounded size, and passed on in whole lines."""

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Self

from workers.metrics.lines import LineCutter
from workers.metrics.numbers import cleaned

LOG_BYTES = 4 * 1024 * 1024
_TAIL_LINES = 20
_STDERR_LINES = 200
_TAIL_BYTES = 16 * 1024
_TAIL_WIDTH = 400


class CappedLog:
    """A log file that keeps the first and the last bytes of a stream.

    The file is never larger than twice `limit`: what follows the head is written round
    a ring behind it, and put in order when the log is closed. A disk that is full stops
    the writing, never the reading; `fault` then holds the error.
    """

    def __init__(self, path: Path, limit: int = LOG_BYTES) -> None:
        """Create `path`; `limit` bytes are kept of either end."""
        self.fault: OSError | None = None
        self._limit = limit
        self._written = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o644)

    def write(self, data: bytes) -> None:
        """Append; never raises."""
        try:
            while data and self.fault is None:
                data = data[self._put(data) :]
        except OSError as fault:
            self.fault = fault

    def close(self) -> None:
        """Put the end of the stream behind its head, and close the file (once)."""
        if self._file < 0:
            return
        try:
            if self._written > 2 * self._limit and self.fault is None:
                self._unroll()
        except OSError as fault:
            self.fault = fault
        finally:
            os.close(self._file)
            self._file = -1

    def _put(self, data: bytes) -> int:
        place = self._written
        if place >= self._limit:
            place = self._limit + (place - self._limit) % self._limit
        room = self._limit - place % self._limit
        count = os.pwrite(self._file, data[:room], place)
        self._written += count
        return count

    def _unroll(self) -> None:
        turn = (self._written - self._limit) % self._limit
        ring = os.pread(self._file, self._limit, self._limit)
        left_out = self._written - 2 * self._limit
        mark = f"\n[seedgate left out {left_out} bytes here]\n".encode()
        os.pwrite(self._file, mark + ring[turn:] + ring[:turn], self._limit)


class LastLines:
    """The last lines of all streams of a trial, in the order in which they came."""

    def __init__(self, count: int = _TAIL_LINES) -> None:
        """Keep `count` lines."""
        self._lines: deque[bytes] = deque(maxlen=count)

    def take(self, block: bytes) -> None:
        """Note the last lines of a block of whole lines."""
        lines = block[-_TAIL_BYTES:].split(b"\n")
        self._lines.extend(line for line in lines if line.strip())

    def text(self) -> str:
        """The lines, each of at most 400 characters, fit for a terminal."""
        return "\n".join(
            cleaned(line[: 4 * _TAIL_WIDTH].decode(errors="replace"))[:_TAIL_WIDTH]
            for line in self._lines
        )


class Stream:
    """One output stream of a trial."""

    def __init__(self, log: CappedLog, *listeners: Callable[[bytes], None]) -> None:
        """Each of `listeners` is called with blocks of whole lines."""
        self.log = log
        self._cutter = LineCutter()
        self._listeners = listeners

    def feed(self, piece: bytes) -> None:
        """Take at most 64 KiB as they came."""
        self.log.write(piece)
        self._tell(self._cutter.feed(piece))

    def finish(self) -> None:
        """The stream has ended; the log is closed."""
        self._tell(self._cutter.finish())
        self.log.close()

    def _tell(self, block: bytes) -> None:
        if block:
            for listener in self._listeners:
                listener(block)


class Outputs:
    """Both streams of one trial: their logs, and the last lines of them."""

    def __init__(
        self, folder: Path, on_stdout: Callable[[bytes], None], log_bytes: int
    ) -> None:
        """Write `stdout.log` and `stderr.log` in `folder`."""
        self.tail = LastLines()
        self._errors = LastLines(_STDERR_LINES)
        self._logs = tuple(
            CappedLog(folder / f"{name}.log", log_bytes)
            for name in ("stdout", "stderr")
        )
        self.stdout = Stream(self._logs[0], on_stdout, self.tail.take)
        self.stderr = Stream(self._logs[1], self._errors.take, self.tail.take)

    def __enter__(self) -> Self:
        """Be closed at the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the logs."""
        for log in self._logs:
            log.close()

    @property
    def fault(self) -> OSError | None:
        """Why a log could not be written, if so."""
        return next((log.fault for log in self._logs if log.fault), None)

    def last_words(self) -> str:
        """The end of stderr, or of all output where nothing was written there."""
        return self._errors.text() or self.tail.text()
