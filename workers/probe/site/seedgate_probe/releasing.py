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

TYPE_CHECKING = False
if TYPE_CHECKING:
    _Stats = dict[tuple[int, str], list[str]]

_PAUSE_S = 0.1
_QUIET_S = 5.0
_IDLE_TICKS = 5
_ASLEEP = "SZTI"


def main(pid: int) -> None:
    """Return when the process has ended, by itself or by us."""
    since, before = time.monotonic(), _family(pid)
    while _stat(pid):
        time.sleep(_PAUSE_S)
        if time.monotonic() - since < _QUIET_S:
            continue
        now = _family(pid)
        if _idle(before, now):
            os.kill(pid, signal.SIGKILL)
            return
        since, before = time.monotonic(), now


def _idle(before: _Stats, now: _Stats) -> bool:
    """Whether nothing was done between: no process began or ended, all slept.

    At both ends: one that waits for a processor all the while has done little as well.
    """
    if before.keys() != now.keys():
        return False  # what one that ended had done is in no sum
    if any(one[0] not in _ASLEEP for one in (*before.values(), *now.values())):
        return False
    return _ticks(now) - _ticks(before) <= _IDLE_TICKS


def _ticks(family: _Stats) -> int:
    """Hundredths of seconds that these, and what they waited for, have worked."""
    return sum(int(ticks) for one in family.values() for ticks in one[11:15])


def _family(pid: int) -> _Stats:
    """What the kernel says of a process and of all below it.

    By their numbers and when they began, for numbers come again.
    """
    stats = {
        one: _stat(one) for one in map(int, filter(str.isdigit, os.listdir("/proc")))
    }
    family = {pid}
    for _ in stats:
        more = {one for one, stat in stats.items() if stat and int(stat[1]) in family}
        if more <= family:
            break
        family |= more
    known = ((one, stats.get(one)) for one in family)
    return {(one, stat[19]): stat for one, stat in known if stat}


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
