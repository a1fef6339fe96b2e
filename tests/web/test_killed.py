"""A process that is killed loses nothing that it answered for."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.adapters.store import SqlInbox, postgres_url, sqlite_url
from tests.waiting import until
from tests.web.wire import headers, post

CLIENTS = 4


@contextmanager
def served(url: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    words = [sys.executable, "-m", "tests.web.hook_server", url]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def deliver(port: int, answered: list[str], stop: threading.Event) -> None:
    """Delivers until told to stop, and notes what was answered 202."""
    number = 0
    while not stop.is_set():
        guid = f"{threading.get_ident()}-{port}-{number}"
        number += 1
        try:
            answer = post(port, given=headers(guid=guid))
        except OSError:
            return
        if answer.status == 202:
            answered.append(guid)


def pending(url: str) -> set[str]:
    inbox = SqlInbox(url, time.time)
    try:
        return {one.guid for one in inbox.pending(100_000)}
    finally:
        inbox.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return postgres_url(request.getfixturevalue("database_url"))
    return sqlite_url(tmp_path / "store.sqlite")


@pytest.mark.parametrize("after", [CLIENTS, 200])
def test_what_was_answered_202_is_there_after_kill_9(url: str, after: int) -> None:
    """Killed after so many answers, while others are under way."""
    answered: list[str] = []
    stop = threading.Event()
    with served(url) as (process, port):
        clients = [
            threading.Thread(target=deliver, args=(port, answered, stop))
            for _ in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        until(lambda: len(answered) >= after, f"{after} answers")
        process.send_signal(signal.SIGKILL)
        process.wait()
        stop.set()
        for client in clients:
            client.join()
    assert set(answered) <= pending(url)


def test_what_was_being_worked_on_at_a_kill_is_worked_on_again(url: str) -> None:
    with served(url) as (process, port):
        assert post(port, given=headers(guid="one")).status == 202
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert pending(url) == {"one"}  # handed out, and never said to be done
    with served(url) as (_, port):
        assert post(port, given=headers(guid="one")).status == 202
    assert pending(url) == {"one"}
