"""What every inbox promises: the one on a database and the one in memory alike."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters.store import SqlInbox, StoreError, postgres_url, sqlite_url
from bot.app.hooks import Delivery, DeliveryState
from bot.app.hooks.ports import BACK_OFF_S, TRIES
from tests.fakes.inbox import MemoryInbox

AnyInbox = SqlInbox | MemoryInbox


@dataclass
class Clock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return postgres_url(request.getfixturevalue("database_url"))
    return sqlite_url(tmp_path / "store.sqlite")


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def inbox(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> Iterator[AnyInbox]:
    if request.param == "memory":
        yield MemoryInbox(clock)
        return
    url = sqlite_url(tmp_path / "store.sqlite")
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("database_url"))
    opened = SqlInbox(url, clock)
    yield opened
    opened.close()


def delivery(guid: str, at: float = 900.0, body: bytes = b"{}") -> Delivery:
    return Delivery(guid, "push", body, at)


def counts(inbox: AnyInbox) -> tuple[int, int, int]:
    found = inbox.counts()
    return tuple(found[state] for state in DeliveryState)  # type: ignore[return-value]


def fail_for_good(inbox: AnyInbox, clock: Clock, guid: str) -> None:
    for _ in range(TRIES):
        inbox.failed(guid, "no such pull request")
        clock.seconds += max(BACK_OFF_S)


def test_what_is_kept_is_pending_byte_for_byte(inbox: AnyInbox) -> None:
    body = bytes(range(256)) * 3
    assert inbox.keep([delivery("a", body=body)]) == {"a"}
    assert list(inbox.pending(10)) == [Delivery("a", "push", body, 900.0)]
    assert counts(inbox) == (1, 0, 0)


def test_a_duplicate_is_kept_once_even_within_one_commit(inbox: AnyInbox) -> None:
    assert inbox.keep([delivery("a"), delivery("a")]) == {"a"}
    assert inbox.keep([delivery("a", body=b"other"), delivery("b")]) == {"b"}
    assert [one.body for one in inbox.pending(10)] == [b"{}", b"{}"]


def test_of_many_that_keep_one_guid_at_once_one_made_it(inbox: AnyInbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = pool.map(lambda _: len(inbox.keep([delivery("a")])), range(40))
    assert sum(kept) == 1
    assert counts(inbox) == (1, 0, 0)


def test_the_oldest_come_first_and_no_more_than_wanted(inbox: AnyInbox) -> None:
    inbox.keep([delivery("new", 30.0), delivery("old", 10.0), delivery("mid", 20.0)])
    assert [one.guid for one in inbox.pending(2)] == ["old", "mid"]


def test_a_redelivery_of_one_that_is_done_does_nothing(inbox: AnyInbox) -> None:
    inbox.keep([delivery("a")])
    inbox.done({"a": "woke up 7"})
    assert inbox.keep([delivery("a")]) == set()
    assert list(inbox.pending(10)) == []
    assert counts(inbox) == (0, 1, 0)


def test_a_redelivery_of_one_that_is_not_done_leaves_it_to_be_done(
    inbox: AnyInbox,
) -> None:
    inbox.keep([delivery("a")])
    assert inbox.keep([delivery("a")]) == set()
    assert [one.guid for one in inbox.pending(10)] == ["a"]


def test_one_that_fails_comes_again_after_longer_and_longer_pauses(
    inbox: AnyInbox, clock: Clock
) -> None:
    inbox.keep([delivery("a")])
    for attempt, pause in enumerate(BACK_OFF_S, start=1):
        inbox.failed("a", "GitHub is away")
        assert list(inbox.pending(10)) == []
        clock.seconds += pause
        assert [one.attempts for one in inbox.pending(10)] == [attempt]
    inbox.failed("a", "GitHub is away")
    clock.seconds += 1e6
    assert list(inbox.pending(10)) == []
    assert counts(inbox) == (0, 0, 1)


def test_a_redelivery_of_one_that_failed_for_good_does_work(
    inbox: AnyInbox, clock: Clock
) -> None:
    inbox.keep([delivery("a")])
    fail_for_good(inbox, clock, "a")
    assert inbox.keep([delivery("a")]) == {"a"}
    assert [one.attempts for one in inbox.pending(10)] == [0]


def test_one_that_is_to_wait_comes_then_and_has_not_failed(
    inbox: AnyInbox, clock: Clock
) -> None:
    inbox.keep([delivery("a"), delivery("done")])
    inbox.done({"done": ""})
    for _ in range(TRIES + 1):
        for guid in ("a", "done", "unknown"):
            inbox.later(guid, clock.seconds + 3_600, "GitHub has us rest")
        clock.seconds += 3_599
        assert list(inbox.pending(10)) == []
        clock.seconds += 1
        assert [one.attempts for one in inbox.pending(10)] == [0]
    assert counts(inbox) == (1, 1, 0)


def test_tries_outlast_an_outage_of_hours(inbox: AnyInbox, clock: Clock) -> None:
    inbox.keep([delivery("a")])
    began = clock.seconds
    while clock.seconds < began + 2 * 3_600:
        if inbox.pending(10):
            inbox.failed("a", "GitHub is away")
        clock.seconds += 300
    assert counts(inbox) == (1, 0, 0)


def test_a_failure_told_too_late_changes_nothing(inbox: AnyInbox) -> None:
    inbox.keep([delivery("a")])
    inbox.done({"a": ""})
    inbox.failed("a", "lost a race")
    inbox.failed("unknown", "never came")
    inbox.done({"unknown": ""})
    assert counts(inbox) == (0, 1, 0)


def test_what_a_fault_says_may_hold_anything(inbox: AnyInbox) -> None:
    inbox.keep([delivery("a")])
    inbox.failed("a", "\0 \ud800 " + "x" * 10_000)
    inbox.done({"a": "\0\ud800"})
    assert counts(inbox) == (0, 1, 0)


def test_only_what_has_ended_and_is_old_is_forgotten(
    inbox: AnyInbox, clock: Clock
) -> None:
    inbox.keep([delivery("waiting", 1.0), delivery("done", 1.0), delivery("lost", 1.0)])
    inbox.keep([delivery("young", 500.0)])
    inbox.done({"done": ""})
    inbox.done({"young": ""})
    fail_for_good(inbox, clock, "lost")
    assert inbox.prune(500.0) == 2
    assert counts(inbox) == (1, 1, 0)
    assert inbox.keep([delivery("done")]) == {"done"}


def test_an_inbox_that_is_there_can_be_reached(inbox: AnyInbox) -> None:
    inbox.reach()


def test_two_instances_share_one_inbox(url: str, clock: Clock) -> None:
    one, other = SqlInbox(url, clock), SqlInbox(url, clock)
    assert one.keep([delivery("a")]) == {"a"}
    assert other.keep([delivery("a")]) == set()
    other.done({"a": ""})
    assert list(one.pending(10)) == []
    one.close()
    other.close()


def test_two_instances_that_keep_the_same_ones_do_not_block_each_other(
    url: str, clock: Clock
) -> None:
    both = SqlInbox(url, clock), SqlInbox(url, clock)
    some = [delivery(f"{number}") for number in range(20)]
    orders = [some, some[::-1]] * 10
    with ThreadPoolExecutor(4) as pool:
        kept = pool.map(lambda n: len(both[n % 2].keep(orders[n])), range(20))
        assert sum(kept) == 20
    for inbox in both:
        inbox.close()


def test_every_commit_waits_for_the_disk(tmp_path: Path, clock: Clock) -> None:
    inbox = SqlInbox(sqlite_url(tmp_path / "store.sqlite"), clock)
    with inbox._once.write() as connection:
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    inbox.close()
    assert (level, journal) == (2, "wal")  # 2 is FULL


def test_a_store_that_another_program_locks_says_so(
    tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "store.sqlite"
    inbox = SqlInbox(sqlite_url(file), clock, patience_s=0.05)
    other = sqlite3.connect(file)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="keeps the store"):
        inbox.keep([delivery("a")])
    inbox.reach()  # reading goes on
    other.rollback()
    other.close()
    assert inbox.keep([delivery("a")]) == {"a"}
    inbox.close()


def test_one_that_is_hurried_leaves_the_log_of_sqlite_to_others(tmp_path: Path) -> None:
    """It is copied back by whoever commits next and is not hurried."""
    log = tmp_path / "store.sqlite-wal"
    url, clock, body = sqlite_url(tmp_path / "store.sqlite"), Clock(), b"x" * 2**20
    hurried, other = SqlInbox(url, clock, hurried=True), SqlInbox(url, clock)
    try:
        for number in range(20):
            hurried.keep([Delivery(f"{number}", "push", body, 1.0)])
        grown = log.stat().st_size
        assert grown > 20 * len(body)
        for number in range(20, 40):
            other.keep([Delivery(f"{number}", "push", body, 1.0)])
        assert log.stat().st_size < 1.5 * grown
        assert len(other.pending(99)) == 40
    finally:
        hurried.close()
        other.close()
