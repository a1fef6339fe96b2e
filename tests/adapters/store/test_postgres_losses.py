"""A PostgreSQL store whose server goes away, and who leads before and after that."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from bot.adapters.store import SqlStore, StoreError, postgres_url
from tests.databases.postgres import Server, name_of
from tests.waiting import until
from workers.contract import (
    Attempt,
    Ok,
    QueueError,
    TrialResult,
    TrialSpec,
    TrialState,
)

GOOD = TrialResult(Ok(), {"loss": 0.5})


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def other(database_url: str) -> Iterator[SqlStore]:
    """The same store in another program."""
    opened = open_store(database_url)
    yield opened
    opened.close()


def open_store(url: str, patience_s: float = 10.0) -> SqlStore:
    return SqlStore(postgres_url(url), lambda: 1_000.0, patience_s)


def spec(key: str) -> TrialSpec:
    return TrialSpec(key, "/o", "t", "baseline", "m", "fast", 1, ("true",), ())


def state(store: SqlStore, key: str) -> TrialState:
    return store.find([key])[key].state


def test_sessions_that_were_cut_are_opened_again(
    postgres: Server, database_url: str, store: SqlStore
) -> None:
    store.want("one", [spec("a")])
    assert postgres.cut(name_of(database_url)) > 0
    assert state(store, "a") is TrialState.QUEUED
    postgres.cut(name_of(database_url))
    store.cancel("one", ["a"])
    assert state(store, "a") is TrialState.CANCELLED


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_call_that_is_cut_in_the_middle_is_made_again(
    postgres: Server, database_url: str, store: SqlStore, kind: str
) -> None:
    tries: list[int] = []

    def cut_once(connection: Connection) -> int:
        tries.append(connection.execute(text("SELECT 1")).scalar_one())
        if len(tries) == 1:
            postgres.cut(name_of(database_url))
        return int(connection.execute(text("SELECT 2")).scalar_one())

    assert getattr(store._calls, kind)(cut_once) == 2
    assert tries == [1, 1]


def test_what_a_call_had_written_before_it_was_cut_is_written_once(
    postgres: Server, database_url: str, store: SqlStore
) -> None:
    store.want("one", [spec("a")])
    tries: list[int] = []

    def count(connection: Connection) -> None:
        connection.execute(text("UPDATE trials SET tries = tries + 1"))
        tries.append(1)
        if len(tries) == 1:
            postgres.cut(name_of(database_url))

    store._calls.write(count)
    with store._engine.connect() as connection:
        counted = connection.execute(text("SELECT tries FROM trials")).scalar_one()
    assert (len(tries), counted) == (2, 1)


def test_a_server_that_stays_away_is_named_and_found_again(
    postgres: Server, database_url: str
) -> None:
    store = open_store(database_url, patience_s=0.1)
    store.want("one", [spec("a")])
    with postgres.down():
        for _ in range(2):
            with pytest.raises(StoreError, match="was lost: ") as caught:
                store.find(["a"])
    assert isinstance(caught.value, QueueError)
    assert "the same command goes on from there" in caught.value.mend
    assert state(store, "a") is TrialState.QUEUED
    store.close()


def test_a_server_that_comes_back_soon_is_waited_for(
    postgres: Server, store: SqlStore
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with postgres.down():
            wanted = pool.submit(store.want, "one", [spec("a")])
            assert not wanted.done()
        wanted.result()
    assert state(store, "a") is TrialState.QUEUED


def test_a_call_of_the_dispatcher_says_at_once_that_the_server_is_gone(
    postgres: Server, store: SqlStore
) -> None:
    """Its loop must go on: trials that run are listened to."""
    assert store.lead()
    store.want("one", [spec("a")])
    with postgres.down():
        for call in (store.claim, store.recover, store.waiting):
            with pytest.raises(QueueError, match="was lost"):
                call(*([1] if call == store.claim else []))
    assert [claim.attempt for claim in store.claim(1)] == [Attempt("a", 1)]


# Who leads -----------------------------------------------------------------------


def test_one_dispatcher_of_a_database_leads(store: SqlStore, other: SqlStore) -> None:
    assert store.lead()
    assert not other.lead()
    assert store.lead()
    assert not other.lead()
    store.close()
    assert other.lead()


def test_the_leader_takes_its_lead_again_after_its_session_was_cut(
    postgres: Server, database_url: str, store: SqlStore
) -> None:
    assert store.lead()
    store.want("one", [spec("a"), spec("b")])
    (first,) = (claim.attempt for claim in store.claim(1))
    postgres.cut(name_of(database_url))
    with pytest.raises(QueueError, match="was lost"):
        store.finish(first, GOOD)
    assert list(store.recover([first])) == []
    assert store.finish(first, GOOD)
    other = open_store(database_url)
    assert not other.lead()
    other.close()


def test_who_stands_by_learns_that_the_server_was_away_before_it_leads(
    postgres: Server, database_url: str, store: SqlStore, other: SqlStore
) -> None:
    assert store.lead()
    assert not other.lead()
    postgres.cut(name_of(database_url))
    with pytest.raises(QueueError, match="was lost"):
        other.lead()
    with pytest.raises(QueueError, match="was lost"):
        store.waiting()
    store.waiting()  # the leader comes first
    assert not other.lead()


def test_who_lost_the_lead_cannot_write_any_more(
    postgres: Server, database_url: str, store: SqlStore, other: SqlStore
) -> None:
    assert store.lead()
    store.want("one", [spec("a"), spec("b")])
    (stale,) = (claim.attempt for claim in store.claim(1))
    postgres.cut(name_of(database_url))
    until(other.lead, "the server to notice that the leader is gone")
    other.recover()
    (fresh, _) = (claim.attempt for claim in other.claim(9))
    assert fresh == Attempt("a", 2)
    with pytest.raises(QueueError):
        store.recover()
    for write in (store.recover, lambda: store.claim(1), store.cancelled):
        with pytest.raises(QueueError, match="Another dispatcher leads the store"):
            write()
    with pytest.raises(QueueError, match="Another dispatcher leads"):
        store.finish(stale, GOOD)
    assert state(other, "a") is TrialState.RESERVED
    assert other.finish(fresh, GOOD)
    other.close()
    until(store.lead, "the server to notice that the other one is gone")
    assert list(store.recover([stale])) == [stale]  # it is told


def test_an_answer_that_got_lost_leaves_no_trial_behind(
    postgres: Server, database_url: str, store: SqlStore
) -> None:
    """It was claimed, and the leader never heard of it."""
    assert store.lead()
    store.want("one", [spec("a"), spec("b")])
    (mine,) = (claim.attempt for claim in store.claim(1))
    assert store.claim(1)  # this is the answer that got lost
    postgres.cut(name_of(database_url))
    with pytest.raises(QueueError):
        store.recover([mine])
    assert list(store.recover([mine])) == []
    assert [claim.attempt for claim in store.claim(9)] == [Attempt("b", 2)]


def test_a_value_that_cannot_be_stored_costs_no_lead(store: SqlStore) -> None:
    assert store.lead()
    store.want("one", [spec("a")])
    (attempt,) = (claim.attempt for claim in store.claim(1))
    with pytest.raises(ValueError, match="JSON compliant"):
        store.finish(attempt, TrialResult(Ok(), {"loss": float("nan")}))
    assert store.finish(attempt, GOOD)
