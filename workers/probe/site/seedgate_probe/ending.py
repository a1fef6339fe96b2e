"""Ending a process that ran only to be looked at: at once, and without a trace."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

_PATIENCE_S = 10.0
_PAUSE_S = 0.01


def leave(session: Any) -> None:
    """End this process with status 0; it does not return.

    Processes of one group wait for each other, so that none loses a peer in the middle
    of its last step.
    """
    try:
        wait_for_group(session.asked.folder, _PATIENCE_S)
        _end_helpers()
        _flush()
    finally:  # even where a handler of the user's, say for a child's end, raises
        os._exit(0)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed, or replaced by something that cannot be flushed
            pass


def wait_for_group(folder: str, patience_s: float) -> None:
    """Return when all ranks of this machine are here, or patience is at its end."""
    ranks = _number("LOCAL_WORLD_SIZE") or _number("WORLD_SIZE")
    rank = os.environ.get("RANK", "")
    if ranks <= 1 or not rank.isdigit():
        return
    group = os.path.join(folder, "done")
    try:
        os.makedirs(group, exist_ok=True)
        with open(os.path.join(group, rank), "w", encoding="ascii"):
            pass
        give_up = time.monotonic() + patience_s
        while len(os.listdir(group)) < ranks and time.monotonic() < give_up:
            time.sleep(_PAUSE_S)
    except OSError:
        return


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdigit() else 0


def _end_helpers() -> None:
    """Kill data loaders and the like: they would outlive us by seconds."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None:
        return
    for child in multiprocessing.active_children():
        try:
            os.kill(child.pid, signal.SIGKILL)
        except OSError:
            continue
