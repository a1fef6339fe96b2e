"""One leader, a lifeline, and the surroundings of an embedded cluster."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import until
from workers.cluster import session, warden
from workers.dispatcher import LeaderLock, Lifeline


def never() -> bool:
    return False


def test_only_one_of_two_dispatchers_leads(tmp_path: Path) -> None:
    first, second = (LeaderLock(tmp_path / "new" / "lock") for _ in range(2))
    assert first.wait(never)
    assert first.take()
    assert not second.take()
    assert (tmp_path / "new" / "lock").read_text() == f"{os.getpid()}\n"
    first.release()
    first.release()
    assert second.take()
    second.release()


def test_a_dispatcher_that_stands_by_can_be_told_to_stop(tmp_path: Path) -> None:
    first, second = (LeaderLock(tmp_path / "lock") for _ in range(2))
    first.take()
    answers = iter([False, True])
    assert not second.wait(lambda: next(answers))
    first.release()


def test_the_one_that_stands_by_takes_over_when_the_leader_is_killed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys, pathlib; from workers.dispatcher.leader import LeaderLock;"
        "l = LeaderLock(pathlib.Path(sys.argv[1])); l.take(); print(flush=True);"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    leader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with leader:
        assert leader.stdout is not None
        leader.stdout.readline()
        heir = LeaderLock(path)
        assert not heir.take()
        leader.kill()
        leader.wait()
        assert heir.wait(never)
        heir.release()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)


def test_the_lifeline_ends_with_the_parent_and_not_with_what_it_says(
    pipe: tuple[int, int],
) -> None:
    reader, writer = pipe
    lifeline = Lifeline(reader)
    assert not lifeline.ended()
    os.write(writer, b"anything")
    assert not lifeline.ended()
    os.close(writer)
    assert lifeline.ended()
    assert lifeline.ended()


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in Lifeline.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_lifeline_ends_with_a_signal(number: signal.Signals) -> None:
    lifeline = Lifeline(None)
    lifeline.listen()
    assert not lifeline.ended()
    signal.raise_signal(number)
    assert lifeline.ended()


def test_a_session_folder_is_private_and_removed(tmp_path: Path) -> None:
    with session.session_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "r").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_folders_of_dead_processes_are_swept_and_others_left(tmp_path: Path) -> None:
    dead = tmp_path / f"{session.PREFIX}dead"
    dead.mkdir()
    (dead / "lock").touch()
    (tmp_path / f"{session.PREFIX}link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / f"{session.PREFIX}new").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with session.session_folder(tmp_path) as alive:
        session.sweep(tmp_path)
        left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        alive.name,
        "elsewhere",
        f"{session.PREFIX}link",
        f"{session.PREFIX}new",
    }


def test_the_environment_is_given_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "elsewhere")
    before, here = dict(os.environ), Path.cwd()
    settings = session.embedded_environment()
    with (
        session.environment(settings, inherit=False),
        session.working_directory(tmp_path / "empty"),
    ):
        assert "RAY_ADDRESS" not in os.environ
        assert len(os.environ["RAY_AUTH_TOKEN"]) == 64
        os.environ["RAY_LEFT_BEHIND"] = "1"
        assert list(Path.cwd().iterdir()) == []
    assert (dict(os.environ), Path.cwd()) == (before, here)
    with session.environment(session.joining_environment(), inherit=True):
        assert os.environ["RAY_ADDRESS"] == "elsewhere"
        assert "RAY_AUTH_TOKEN" not in os.environ


def test_every_cluster_has_a_token_of_its_own() -> None:
    tokens = {session.embedded_environment()["RAY_AUTH_TOKEN"] for _ in range(3)}
    assert len(tokens) == 3


def test_a_process_that_leads_no_session_has_no_warden(tmp_path: Path) -> None:
    assert os.getsid(0) != os.getpid()
    with session.warden(tmp_path):
        pass
    assert tmp_path.exists()


LEADER = """
import os, sys, subprocess, pathlib
from workers.cluster.session import warden
with warden(pathlib.Path(sys.argv[1])):
    sleepers = [subprocess.Popen(["sleep", "100"]) for _ in range(2)]
    print(*(one.pid for one in sleepers), flush=True)
    sys.stdin.read()
print(*(one.wait() for one in sleepers), flush=True)
"""


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "folder").mkdir()
    command = [sys.executable, "-c", LEADER, str(tmp_path / "folder")]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_warden_ends_what_a_killed_dispatcher_left(
    leader: subprocess.Popen[str], tmp_path: Path
) -> None:
    read_line(leader)
    folder = tmp_path / "folder"
    leader.kill()
    until(lambda: not folder.exists(), "its folder to be gone")
    assert warden.session_members(leader.pid) == []


def test_the_warden_ends_what_is_left_after_a_clean_end_too(
    leader: subprocess.Popen[str],
) -> None:
    read_line(leader)
    assert leader.stdin is not None
    leader.stdin.close()
    assert read_line(leader).split() == ["-9", "-9"]
    assert leader.wait(10) == 0


def test_the_members_of_a_session_are_ended_but_not_its_leader() -> None:
    script = "sleep 100 & sleep 100 & echo; wait"
    with subprocess.Popen(
        ["sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as shell:
        read_line(shell)
        assert len(warden.session_members(shell.pid)) == 2
        assert warden.end(shell.pid)
        assert warden.session_members(shell.pid) == []
        assert shell.wait(10) == 0
    assert warden.end(shell.pid)
