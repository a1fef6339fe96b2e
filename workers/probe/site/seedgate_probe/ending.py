"""Ending a process that ran only to be looked at: at once, and without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

_PATIENCE_S = 10.0
_PAUSE_S = 0.01


def leave(session: Any) -> None:
    """End this process with status 0; it does not return.

    Processes of one group wait for each other, so that none loses a peer in the middle
    of its last step.
    """
    try:
        wait_for_group(session.asked.folder, _PATIENCE_S, session.torch)
        _hear_of_no_child()
        _end_helpers(session.asked.folder, _PATIENCE_S)
        _flush()
        session.process.listen_no_more()
        _release_parent(session.journal.processes())
    finally:  # even where a handler of the user's, say for an alarm, raises
        os._exit(0)


def _hear_of_no_child() -> None:
    """Have no handler called for helpers that we kill: that of torch raises."""
    with contextlib.suppress(ValueError):  # another thread than the one handlers run in
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed, or replaced by something that cannot be flushed
            pass


def place_in_group(torch: Any) -> tuple[int | None, int]:
    """Rank and size of the group that this process is in; None and 1 without one."""
    group = getattr(torch, "distributed", None)
    if group is not None and group.is_available() and group.is_initialized():
        return int(group.get_rank()), int(group.get_world_size())
    rank = os.environ.get("RANK", "")
    size = _number("LOCAL_WORLD_SIZE") or _number("WORLD_SIZE")
    return (int(rank) if rank.isdigit() else None), size


def wait_for_group(folder: str, patience_s: float, torch: Any = None) -> None:
    """Return when all ranks of this machine are here, or patience is at its end.

    A rank that is here once more, in a later group, waits for the others to be so too.
    """
    rank, size = place_in_group(torch)
    if size <= 1 or rank is None:
        return
    group = os.path.join(folder, "done")
    try:
        os.makedirs(group, exist_ok=True)
        with open(os.path.join(group, str(rank)), "ab") as file:
            file.write(b".")
        turn = _times(group, rank)
        give_up = time.monotonic() + patience_s
        while _here(group, turn) < size and time.monotonic() < give_up:
            time.sleep(_PAUSE_S)
    except OSError:
        return


def _times(group: str, rank: int) -> int:
    return os.stat(os.path.join(group, str(rank))).st_size


def _here(group: str, turn: int) -> int:
    return sum(_times(group, int(one)) >= turn for one in os.listdir(group))


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdigit() else 0


def _end_helpers(folder: str, patience_s: float) -> None:
    """Kill data loaders and the like: they would outlive us by seconds.

    Children that train are looked at as well: they end by themselves.
    """
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None:
        return
    children = multiprocessing.active_children()
    give_up = time.monotonic() + patience_s
    for child in children:
        if not child.daemon and _trains(folder, child.pid):
            child.join(max(0.0, give_up - time.monotonic()))
    for child in children:
        if child.exitcode is None:  # else the number may be another's by now
            with contextlib.suppress(OSError):
                os.kill(child.pid, signal.SIGKILL)
    for child in children:  # a killed process needs a moment, on a busy machine more
        child.join(max(0.0, give_up - time.monotonic()))


def _release_parent(looked_at: Sequence[int]) -> None:
    """Have a parent ended that waits for our result, which will never come."""
    parent = os.getppid()
    if os.getpid() in looked_at[:1] or parent not in looked_at:
        return  # nobody of this training waits for us
    releasing = os.path.join(os.path.dirname(__file__), "releasing.py")
    command = [sys.executable, "-I", "-S", releasing, str(parent)]
    silent = [(os.POSIX_SPAWN_OPEN, one, os.devnull, os.O_RDWR, 0) for one in range(3)]
    with contextlib.suppress(OSError):
        os.posix_spawn(sys.executable, command, {}, file_actions=silent)


def _trains(folder: str, pid: int) -> bool:
    """Whether a process has told of a step."""
    names = [one for one in os.listdir(folder) if one.endswith(f"-{pid}.jsonl")]
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            if any(line.startswith('{"step"') for line in file):
                return True
    return False
