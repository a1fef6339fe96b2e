"""Ending what a trial left behind when its supervisor can no longer do it."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from workers.limits import Process, process_ids, read_process

RUN_TOKEN = "SEEDGATE_RUN_TOKEN"  # noqa: S105 - a variable's name; it is no secret
_PATIENCE_S = 5.0
_PAUSE_S = 0.01


def sweep(token: str, known: Iterable[Process] = ()) -> int:
    """Kill every process of the run `token`; how many there were.

    A process belongs to it if its environment says so, or if it is one of `known` (a
    daemon may have cleared its environment). Repeated until none is found, because a
    process may fork while it is looked for; given up after 5 seconds.
    """
    watched = set(known)
    killed: set[Process] = set()
    give_up = time.monotonic() + _PATIENCE_S
    # What was killed loses its environment before it is gone: it stays watched.
    while found := _alive(watched | killed) | _carriers(token):
        if time.monotonic() >= give_up:
            break
        for process in found:
            _kill(process.pid)
        killed |= found
        time.sleep(_PAUSE_S)
    return len(killed)


def _carriers(token: str) -> set[Process]:
    mark = f"{RUN_TOKEN}={token}".encode()
    pids = [pid for pid in process_ids() if mark in _environment(pid)]
    return {process for pid in pids if (process := read_process(pid)) is not None}


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone, a zombie, or somebody else's
        return []


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
