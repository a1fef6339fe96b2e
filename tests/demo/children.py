"""Child processes of the walk: each in a session of its own, ended by its number."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

FAREWELL_S = 60.0


@contextmanager
def child(
    words: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator["subprocess.Popen[str]"]:
    """A process whose stdout can be read; it is ended when the block is left.

    Ctrl-C at the terminal reaches the walk alone, which ends its children in order.
    """
    with log.open("w") as errors:
        started = subprocess.Popen(
            words,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        _end(started)


def _end(started: "subprocess.Popen[str]") -> None:
    """Ask it to end, wait for that, and insist; its pipe is closed after it."""
    started.send_signal(signal.SIGTERM)
    try:
        started.wait(FAREWELL_S)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
    finally:
        if started.stdout is not None:
            started.stdout.close()
