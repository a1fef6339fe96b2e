"""Waits for the end of a dispatcher, ends what is left of its session, tidies up.

Run as a script with the id of a session and a folder: `warden.py SESSION FOLDER`.
Standard library only, and nothing of ours: it has to start in a moment.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

ATTEMPTS = 200
PAUSE_S = 0.05


def session_members(session: int) -> list[int]:
    """Live processes of a session, without its leader."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        state, sid = _stat(folder)
        if sid == session and state not in "ZX" and int(folder.name) != session:
            found.append(int(folder.name))
    return found


def _stat(process: Path) -> tuple[str, int]:
    """State and session of a process; a dead one's if it is gone."""
    try:
        text = (process / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "X", -1
    fields = text.rpartition(")")[2].split()
    return fields[0], int(fields[3])


def end(session: int) -> bool:
    """Kill every member until none is left; False if some would not go."""
    for _ in range(ATTEMPTS):
        members = session_members(session)
        if not members:
            return True
        for pid in members:
            _kill(pid)
        time.sleep(PAUSE_S)
    return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> None:
    """Wait for the end of standard input, then act."""
    session, folder = int(sys.argv[1]), sys.argv[2]
    while sys.stdin.buffer.read(4096):
        pass
    end(session)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
