"""Waiting for what others do: look again until it holds, up to a limit; no guesses."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

PATIENCE_S = 60.0
_PAUSE_S = 0.02


def until(
    condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S
) -> None:
    """Return once `condition()` holds; `what` names it if it does not in time."""
    give_up = time.monotonic() + patience_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up, f"waited in vain for {what}"
        pause.wait(_PAUSE_S)


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not asked after does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def started_as(process: psutil.Process) -> str:
    """The words it was started with; none of one that ended meanwhile, as git does."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # a zombie as well
        return ""
