"""Running git for as long as it may, and no longer: time, bytes, the whole group."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from tempfile import TemporaryFile

from bot.adapters.repository.command import Answer, GitCommand

_LOOK_S = 0.2
_INCOMING = "objects/pack/tmp_pack_*"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call of git may take, how much may come at once, how long to wait.

    `patience_s` is for whoever else works on the same mirror. `slow_s` is how long less
    than a kilobyte a second may come before git itself gives up.
    """

    seconds: float = 1800.0
    most_bytes: int = 10 * 2**30
    patience_s: float = 60.0
    slow_s: int = 60


class OverrunError(Exception):
    """git had not ended when its time was up; it was killed with all it had started.

    The text goes on after a name, as that of `OvergrownError` does.
    """


class OvergrownError(Exception):
    """More came than may come; git was killed with all it had started."""


def watched(
    git: GitCommand,
    arguments: tuple[str, ...],
    feed: bytes,
    lent: int | None,
    limits: Limits,
) -> Answer:
    """Run git in a mirror, which it locks by the file `lent`, within the limits.

    One that only reads needs no lock: None. What comes meanwhile is not its own.
    """
    files = () if lent is None else (lent,)
    with TemporaryFile() as source:
        source.write(feed)
        source.seek(0)
        with git.start(*arguments, source=source, lent=files) as process:
            try:
                return _answer(process, git.folder if files else None, limits)
            finally:
                _end(process)


def _answer(process: "Popen[bytes]", fills: Path | None, limits: Limits) -> Answer:
    give_up = time.monotonic() + limits.seconds
    while True:
        try:
            output, words = process.communicate(timeout=_LOOK_S)
        except TimeoutExpired:
            _hold(fills, limits, give_up)
        else:
            said = words.decode("utf-8", "backslashreplace")
            return Answer(process.returncode, output, said)


def _hold(fills: Path | None, limits: Limits, give_up: float) -> None:
    if time.monotonic() >= give_up:
        raise OverrunError(f"did not end in {limits.seconds:g} s")
    coming = fills.glob(_INCOMING) if fills else ()
    if any(_size(one) > limits.most_bytes for one in coming):
        most = f"{limits.most_bytes / 2**30:.3g} GiB"
        raise OvergrownError(f"would take more than {most} at once")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _end(process: "Popen[bytes]") -> None:
    """Kill all that it started, though it has ended itself.

    The group is its own, and stays its own until somebody asked how it ended.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
