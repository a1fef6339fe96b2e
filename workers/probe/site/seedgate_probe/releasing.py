"""A process of its own that ends one which waits for a process that the probe ended.

A parent that waits for the result of its child (a queue, a pool) would wait for ever,
because the probe ends children in the middle. It is ended where it and all that it has
started do nothing for seconds. Runs without the probe: `releasing.py PID`.
"""

from __future__ import annotations

import os
import signal
import sys
import time

_PAUSE_S = 0.1
_QUIET_S = 5.0
_IDLE_TICKS = 5
_ASLEEP = "SZTI"


def main(pid: int) -> None:
    """Return when the process has ended, by itself or by us."""
    since, before = time.monotonic(), _ticks(pid)
    while _stat(pid):
        time.sleep(_PAUSE_S)
        if time.monotonic() - since < _QUIET_S:
            continue
        now = _ticks(pid)
        if _asleep(pid) and now - before <= _IDLE_TICKS:
            os.kill(pid, signal.SIGKILL)
            return
        since, before = time.monotonic(), now


def _ticks(pid: int) -> int:
    """Hundredths of seconds that a process and all below it have worked so far."""
    return sum(int(one[11]) + int(one[12]) for one in _family(pid))


def _asleep(pid: int) -> bool:
    return all(one[0] in _ASLEEP for one in _family(pid))


def _family(pid: int) -> list[list[str]]:
    """What the kernel says of a process and of all below it."""
    stats = {
        one: _stat(one) for one in map(int, filter(str.isdigit, os.listdir("/proc")))
    }
    family = {pid}
    for _ in stats:
        more = {one for one, stat in stats.items() if stat and int(stat[1]) in family}
        if more <= family:
            break
        family |= more
    return [stats[one] for one in family if stats.get(one)]


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name: state, parent, ..; empty if it ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[:1] == ["Z"] else fields


if __name__ == "__main__":
    main(int(sys.argv[1]))
