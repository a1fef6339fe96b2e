"""Stories about the supervisor alone: its lifeline, its orders and its last words."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import alive, until
from workers.launch import supervisor

SLEEP = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEP}"
DAEMON = f"""
import os
if os.fork() == 0:
    os.setsid()
    {SLEEP}
"""


class Supervised:
    """A supervisor as the agent starts it, but seen by the coverage measurement."""

    def __init__(self, *command: str, grace_s: float = 5.0) -> None:
        self.words, theirs = os.pipe()
        options = [theirs, theirs, grace_s, 1 << 30]
        python = [sys.executable, "-m", supervisor.__name__]
        self.process = subprocess.Popen(
            [*python, *map(str, options), "--", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(theirs,),
            start_new_session=True,
        )
        os.close(theirs)

    def pid(self) -> int:
        """The process id that the command printed."""
        return int(self.process.stdout.readline())

    def report(self) -> dict[str, float]:
        with os.fdopen(self.words) as words:
            text = words.read()
        self.process.wait(30)
        return json.loads(text)


@contextmanager
def supervised(*command: str, grace_s: float = 5.0) -> Iterator[Supervised]:
    one = Supervised(*command, grace_s=grace_s)
    with one.process:
        yield one


def test_it_reports_how_the_command_ended() -> None:
    with supervised("sh", "-c", "exit 7") as one:
        report = one.report()
    assert os.waitstatus_to_exitcode(report["status"]) == 7
    assert 0 < report["ended"] - report["started"] < 30
    assert report["peak_kib"] > 100
    assert [report[x] for x in ("errno", "asked", "background", "left")] == [0] * 4
    assert one.process.returncode == 0


def test_it_reports_a_command_that_cannot_start() -> None:
    with supervised("/no/such/program") as one:
        assert one.report()["errno"] == errno.ENOENT
    assert one.process.returncode == 1


def test_the_end_of_its_input_asks_the_command_to_end() -> None:
    with supervised(sys.executable, "-c", SLEEP) as one:
        pid = one.pid()
        one.process.stdin.close()
        report = one.report()
    assert report["asked"]
    assert os.waitstatus_to_exitcode(report["status"]) == -signal.SIGTERM
    assert not alive(pid)


def test_the_grace_is_given_and_then_it_kills() -> None:
    with supervised(sys.executable, "-c", STUBBORN, grace_s=0.3) as one:
        one.pid()
        one.process.stdin.close()
        report = one.report()
    assert os.waitstatus_to_exitcode(report["status"]) == -signal.SIGKILL


def test_an_order_to_kill_does_not_wait() -> None:
    with supervised(sys.executable, "-c", STUBBORN, grace_s=600) as one:
        one.pid()
        one.process.stdin.write(b"K")
        one.process.stdin.flush()
        report = one.report()
    assert os.waitstatus_to_exitcode(report["status"]) == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_it_ends_the_command(number: signal.Signals) -> None:
    with supervised(sys.executable, "-c", SLEEP) as one:
        pid = one.pid()
        one.process.send_signal(number)
        assert one.report()["asked"]
    assert not alive(pid)


def test_daemons_are_ended_after_the_command() -> None:
    with supervised(sys.executable, "-c", DAEMON) as one:
        pid = one.pid()
        report = one.report()
    assert report["background"] == 1
    assert not alive(pid)


def test_a_lost_lifeline_cuts_short_the_wait_for_daemons() -> None:
    with supervised(
        sys.executable, "-c", f"{DAEMON}\nimport time; time.sleep(9)"
    ) as one:
        pid = one.pid()
        one.process.stdin.close()
        assert one.report()["asked"]
    assert not alive(pid)


def test_the_command_dies_with_its_supervisor() -> None:
    with supervised(sys.executable, "-c", STUBBORN) as one:
        pid = one.pid()
        one.process.kill()
        until(lambda: not alive(pid), "the command died too")


def test_descendants_are_found_over_generations() -> None:
    with supervised("sh", "-c", f"{sys.executable} -c '{SLEEP}'; true") as one:
        pid = one.pid()
        assert pid in supervisor.descendants(one.process.pid)
        assert pid in supervisor.descendants(os.getpid())
        one.process.stdin.close()
        one.report()


def test_it_imports_nothing_of_ours() -> None:
    text = Path(supervisor.__file__).read_text()
    assert "workers" not in text
