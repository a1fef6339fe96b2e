"""Ending what a trial left behind when its supervisor can no longer do it."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from workers.limits import Process, between_programs, process_ids, read_process

RUN_TOKEN = "SEEDGATE_RUN_TOKEN"  # noqa: S105 - a variable's name; it is no secret
_PATIENCE_S = 5.0
_PAUSE_S = 0.01


def sweep(token: str, known: Iterable[Process] = ()) -> int:
    """Kill every process of the run `token`; how many there were.

    A process belongs to it if its environment says so, or if it is one of `known` (a
    daemon may have cleared its environment). Repeated until none is found, because a
    process may fork while it is looked for, and until each shows its environment: one
    that is just becoming another program does not. Given up after 5 seconds.
    """
    watched = set(known)
    killed: set[Process] = set()
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        carriers, doubtful = _carriers(token)
        # What was killed loses its environment before it is gone: it stays watched.
        found = _alive(watched | killed) | carriers
        if not (found or doubtful) or time.monotonic() >= give_up:
            return len(killed)
        for process in found:
            _kill(process.pid)
        killed |= found
        time.sleep(_PAUSE_S)


def _carriers(token: str) -> tuple[set[Process], bool]:
    """Those whose environment names the run; and whether some may yet turn out so."""
    mark = f"{RUN_TOKEN}={token}".encode()
    carriers: set[Process] = set()
    doubtful = False
    for pid in process_ids():
        environment = _environment(pid)
        if environment == b"" and between_programs(pid):
            doubtful = True
            continue
        # What was shown empty may have become another program since it was read.
        environment = environment or _environment(pid)
        if environment and mark in environment.split(b"\0"):
            process = read_process(pid)
            carriers |= {process} if process else set()
    return carriers, doubtful


def _environment(pid: int) -> bytes | None:
    """What it was started with, as the kernel shows it; None if that is denied."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # gone, a zombie, or somebody else's
        return None


def _alive(known: Iterable[Process]) -> set[Process]:
    alive = set()
    for process in known:
        now = read_process(process.pid)
        if now is not None and now.started == process.started:
            alive.add(process)
    return alive


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:  # gone in the meantime, or not ours to end
        return
