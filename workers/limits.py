"""What a trial may use: memory of its whole process tree, measured from /proc."""

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_ZOMBIE = b"Z"
_STAT_STATE, _STAT_PARENT, _STAT_FLAGS, _STAT_START, _STAT_RSS = 0, 1, 6, 19, 21
_STAT_ENVIRON_END = 48
_EXITING, _OF_THE_KERNEL = 0x4, 0x200000


@dataclass(frozen=True, slots=True)
class Process:
    """One process as /proc shows it; `started` (clock ticks) tells pids apart."""

    pid: int
    parent: int
    started: int
    rss_bytes: int


class ProcessTable:
    """All processes of this machine, looked at together for all trials of a node."""

    def __init__(self, max_age_s: float = 0.1) -> None:
        """One look serves everybody who asks within `max_age_s` seconds."""
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._taken_at = -1e9
        self._children: Mapping[int, Sequence[Process]] = {}

    def below(self, root: int) -> list[Process]:
        """All descendants of the process `root`, nearest first."""
        children = self._look()
        found = list(children.get(root, ()))
        for process in found:  # grows while it is walked
            found.extend(children.get(process.pid, ()))
        return found

    def _look(self) -> Mapping[int, Sequence[Process]]:
        with self._lock:
            if time.monotonic() - self._taken_at > self._max_age_s:
                self._children = _by_parent()
                self._taken_at = time.monotonic()
            return self._children


def _by_parent() -> Mapping[int, Sequence[Process]]:
    children: dict[int, list[Process]] = {}
    for pid in process_ids():
        process = read_process(pid)
        if process is not None:
            children.setdefault(process.parent, []).append(process)
    return children


def process_ids() -> list[int]:
    """The ids of all processes."""
    with os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdigit()]


def read_process(pid: int) -> Process | None:
    """A process that runs; None if it is gone or only waits to be collected."""
    fields = _stat(pid)
    if fields is None or fields[_STAT_STATE] == _ZOMBIE:
        return None
    return Process(
        pid,
        int(fields[_STAT_PARENT]),
        int(fields[_STAT_START]),
        int(fields[_STAT_RSS]) * _PAGE,
    )


def between_programs(pid: int) -> bool:
    """Whether the process is becoming another program at this moment.

    Until that is done (milliseconds, longer on a busy machine) its environment reads
    as empty, whatever it was given: `environ_read` in Linux's fs/proc/base.c.
    """
    fields = _stat(pid)
    if fields is None or fields[_STAT_STATE] == _ZOMBIE:
        return False
    flags, end = int(fields[_STAT_FLAGS]), int(fields[_STAT_ENVIRON_END])
    return end == 0 and not flags & (_EXITING | _OF_THE_KERNEL)


def _stat(pid: int) -> list[bytes] | None:
    """The fields behind the name in /proc/PID/stat; None of one that is gone."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return None
    try:
        text = os.read(descriptor, 4096)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return text[text.rindex(b")") + 2 :].split()


class MemoryMeter:
    """The peak memory of the processes below one process.

    Resident sizes of forked processes count shared pages again and again. So where
    there are several and their sum would be a new peak, the proportional sizes are
    read instead: exact, but dearer.
    """

    def __init__(self, table: ProcessTable, root: int) -> None:
        """Watch the descendants of the process `root`."""
        self.peak_bytes = 0
        self.seen: dict[int, Process] = {}
        self._table = table
        self._root = root

    def measure(self) -> int:
        """Look once; the peak so far in bytes."""
        family = self._table.below(self._root)
        if family:  # none: the root is gone, and those it left are still known
            self.seen = {process.pid: process for process in family}
        total = sum(process.rss_bytes for process in family)
        if total > self.peak_bytes and len(family) > 1:
            total = sum(map(_proportional, family))
        self.peak_bytes = max(self.peak_bytes, total)
        return self.peak_bytes


def _proportional(process: Process) -> int:
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:  # gone, or the kernel does not say
        return process.rss_bytes if read_process(process.pid) else 0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return process.rss_bytes


def oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(x.split()[1]) for x in lines if x.startswith("oom_kill ")), 0)
