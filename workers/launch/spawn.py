"""Starting one trial's command under its supervisor."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

from workers.launch.leftovers import RUN_TOKEN

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_PIPE_BYTES = 1 << 20
_KILL = b"K"


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start. `lock` is a locked descriptor that lives as long as the trial.

    `token` marks the environment of every process of the run. `grace_s` is seconds
    between SIGTERM and SIGKILL, `file_bytes` the largest file that may be written.
    """

    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    token: str
    lock: int
    grace_s: float
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Report:
    """The supervisor's last words; the fields are described there."""

    errno: int
    status: int
    asked: bool
    background: int
    left: int
    peak_kib: int
    started: float
    ended: float


class Trial:
    """A supervised command. Its three descriptors are readable, and do not block.

    `status` is at its end when the supervisor is gone, and with it, unless it was
    killed, everything that the command started.
    """

    def __init__(self, launch: Launch) -> None:
        """Start it; raises OSError or ValueError where no process can be made."""
        ours, theirs = _pipes(3)
        self.stdout, self.stderr, self.status = ours
        try:
            self._process = _start(launch, theirs)
        except BaseException:
            _close(ours)
            raise
        finally:
            _close(theirs)
        self._words = b""

    @property
    def pid(self) -> int:
        """The process id of the supervisor."""
        return self._process.pid

    def read_status(self) -> bool:
        """Take in what the supervisor says; False when it is gone."""
        with suppress(BlockingIOError):
            words = os.read(self.status, 4096)
            self._words += words
            return bool(words)
        return True

    def end(self) -> None:
        """SIGTERM to the command, then SIGKILL to all; returns at once."""
        self._process.stdin.close() if self._process.stdin else None

    def kill(self) -> None:
        """SIGKILL to all, at once."""
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(OSError):
                os.write(self._process.stdin.fileno(), _KILL)

    def abandon(self) -> None:
        """Kill the supervisor itself, which did not do what it was asked."""
        self._process.kill()

    def close(self) -> Report | None:
        """Collect the supervisor (`status` is at its end); None if it was killed."""
        self.end()
        self._process.wait()
        _close((self.stdout, self.stderr, self.status))
        try:
            return Report(**json.loads(self._words))
        except (ValueError, TypeError):
            return None


def _start(launch: Launch, theirs: Sequence[int]) -> "subprocess.Popen[bytes]":
    stdout, stderr, status = theirs
    options = [status, launch.lock, launch.grace_s, launch.file_bytes]
    python = [sys.executable, "-I", "-S", str(_SUPERVISOR)]
    return subprocess.Popen(
        [*python, *map(str, options), "--", *launch.argv],
        cwd=launch.folder,
        env={**launch.environment, RUN_TOKEN: launch.token},
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        pass_fds=(status, launch.lock),
        start_new_session=True,
    )


def _pipes(count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    pairs = [os.pipe() for _ in range(count)]
    for read_end, _ in pairs:
        os.set_blocking(read_end, False)
        with suppress(OSError):  # a user may have used up what pipes may hold
            fcntl(read_end, F_SETPIPE_SZ, _PIPE_BYTES)
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
