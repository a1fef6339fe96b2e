"""What a process gives, read for as long and as far as it may, and no longer."""

import os
import selectors
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from subprocess import Popen, TimeoutExpired
from typing import IO

_CHUNK = 1 << 16
_MOST_WORDS = 1 << 20
"""Bytes of its complaints that are kept; the rest is read and dropped."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a call may take, and how much it may give: seconds and bytes."""

    seconds: float = 600.0
    most_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Collected:
    """Exit status, output and complaints; `over` says which bound it went over."""

    status: int
    output: bytes
    words: bytes
    over: str = ""


def collected(process: "Popen[bytes]", bounds: Bounds) -> Collected:
    """All that a process gives, which heads a process group of its own.

    The group is killed where it goes over a bound, and where the wait is broken off.
    """
    give_up = time.monotonic() + bounds.seconds
    output, words = bytearray(), bytearray()
    with process:
        try:
            over = _read(process, bounds, give_up, (output, words))
            if not over:
                process.wait(max(0.0, give_up - time.monotonic()))
        except TimeoutExpired:
            over = _late(bounds)
            _kill(process)
        except BaseException:
            _kill(process)
            raise
        if over:
            _kill(process)
    return Collected(process.returncode, bytes(output), bytes(words), over)


def _read(
    process: "Popen[bytes]",
    bounds: Bounds,
    give_up: float,
    into: tuple[bytearray, bytearray],
) -> str:
    """Fill output and complaints; which bound that went over, or nothing."""
    output, words = into
    with selectors.DefaultSelector() as ready:
        ready.register(_there(process.stdout), selectors.EVENT_READ, output)
        ready.register(_there(process.stderr), selectors.EVENT_READ, words)
        while ready.get_map():
            left = give_up - time.monotonic()
            if left <= 0:
                return _late(bounds)
            _take(ready, left)
            del words[_MOST_WORDS:]
            if len(output) > bounds.most_bytes:
                return _much(bounds)
    return ""


def _take(ready: selectors.BaseSelector, left: float) -> None:
    for key, _ in ready.select(left):
        chunk = os.read(key.fd, _CHUNK)
        key.data.extend(chunk)
        if not chunk:
            ready.unregister(key.fileobj)


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # pragma: no cover - it was started with pipes
        raise AssertionError
    return stream


def _late(bounds: Bounds) -> str:
    return f"did not end in {bounds.seconds:g} s"


def _much(bounds: Bounds) -> str:
    return f"gave more than {bounds.most_bytes / 2**20:.3g} MiB"


def _kill(process: "Popen[bytes]") -> None:
    """Kill the group. It is not reaped yet or has none left, so it is its own."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
