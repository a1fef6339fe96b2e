"""The dispatcher's process before and after Ray: standing by, and bad starts."""

import os
import signal
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.fakes.cluster import Clock
from tests.fakes.store import MemoryStore
from workers.cluster.interface import Agent
from workers.contract import Attempt, Node, QueueError
from workers.dispatcher import Capacity, LeaderLock, Lifeline, Site, serve

NODE = Node("n1", "cpu", "env", 2.0, 0.0, 10**9)


class IdleAgent:
    """Describes the machine, and is never asked for more."""

    closed = 0

    def __init__(self, root: Path) -> None:
        self.root = root

    def describe(self) -> Node:
        return NODE

    def close(self) -> None:
        IdleAgent.closed += 1


class DeafStore(MemoryStore):
    """A store whose disk is full."""

    def register(self, node: Node) -> None:
        raise QueueError("The disk that holds the store is full. Free some space.")


class Restarting(MemoryStore):
    """A store whose server is away at first; it closes the lifeline in the end."""

    def __init__(self, writer: int) -> None:
        super().__init__(Clock())
        self.calls: list[str] = []
        self._writer = writer

    def _fail_once(self, call: str) -> None:
        self.calls.append(call)
        if self.calls.count(call) == 1:
            raise QueueError("The connection was lost.")

    def recover(self, mine: Collection[Attempt] = ()) -> Collection[Attempt]:
        self._fail_once("recover")
        return super().recover(mine)

    def waiting(self, machines: Collection[str] = ()) -> bool:
        self._fail_once("waiting")
        os.close(self._writer)
        return False


def make(root: Path) -> Agent:
    return IdleAgent(root)  # type: ignore[return-value]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "root", tmp_path / "lock", Capacity(cpus=1))


@pytest.fixture
def ended() -> Iterator[int]:
    """A lifeline whose other end is closed already."""
    reader, writer = os.pipe()
    os.close(writer)
    yield reader
    os.close(reader)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in Lifeline.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_dispatcher_that_stands_by_is_registered_and_ends_with_its_parent(
    site: Site, ended: int
) -> None:
    leader = LeaderLock(site.lock)
    leader.take()
    store, before = MemoryStore(Clock()), IdleAgent.closed
    assert serve(store, site, ended, make) == 0
    assert list(store.nodes()) == [NODE]
    assert IdleAgent.closed == before + 1
    leader.release()


def test_an_idle_dispatcher_outlives_a_store_that_is_away_for_a_while(
    site: Site,
) -> None:
    reader, writer = os.pipe()
    store = Restarting(writer)
    assert serve(store, site, reader, make) == 0
    assert store.calls == ["recover", "recover", "waiting", "waiting"]
    os.close(reader)


def test_a_store_that_fails_at_the_start_is_said_in_a_sentence(
    site: Site, ended: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve(DeafStore(Clock()), site, ended, make) == 70
    assert capsys.readouterr().err == (
        "The disk that holds the store is full. Free some space.\n"
    )


def test_a_lock_that_cannot_be_made_is_said(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.lock.mkdir()
    assert serve(MemoryStore(Clock()), site, None, make) == 70
    assert str(site.lock) in capsys.readouterr().err
