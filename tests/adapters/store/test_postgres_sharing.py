"""Several programs on one PostgreSQL store: turns, claims, and who carries what on."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import Connection, text

from bot.adapters.store import SqlStore, StoreError, postgres_url
from bot.adapters.store.database.locks import TURN, wait_for
from bot.adapters.store.trials import wanting
from tests.databases.postgres import Server, name_of
from tests.waiting import until
from workers.contract import Attempt, TrialSpec, TrialState

PATIENCE_S = 5.0
HOLD = """
import sys
from bot.adapters.store import SqlStore
with SqlStore(sys.argv[1], float).hold("e1"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def url(database_url: str) -> str:
    return postgres_url(database_url)


@pytest.fixture
def pair(url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """Two programs, each with the store open."""
    both = tuple(SqlStore(url, lambda: 1_000.0, PATIENCE_S) for _ in range(2))
    yield both[0], both[1]
    for one in both:
        one.close()


def spec(key: str) -> TrialSpec:
    return TrialSpec(key, "/o", "t", "baseline", "m", "fast", 1, ("true",), ())


def alive(store: SqlStore, evaluation: str = "e1") -> bool:
    with store.abandoned(evaluation) as abandoned:
        return not abandoned


def test_a_trial_is_never_claimed_by_two(pair: tuple[SqlStore, SqlStore]) -> None:
    pair[0].want("one", [spec(f"{number}") for number in range(60)])

    def drain(mine: SqlStore) -> list[Attempt]:
        taken: list[Attempt] = []
        while claims := mine.claim(2):
            taken += [claim.attempt for claim in claims]
        return taken

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(drain, pair))
    taken = [attempt.key for part in parts for attempt in part]
    assert sorted(taken) == sorted(f"{number}" for number in range(60))


def test_who_claims_does_not_wait_for_another_who_does(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    first, second = pair
    first.want("one", [spec("a"), spec("b")])
    with first._engine.begin() as slow:
        slow.execute(text("SELECT key FROM trials WHERE key = 'a' FOR UPDATE"))
        assert [claim.attempt.key for claim in second.claim(1)] == ["b"]


def test_a_trial_that_another_wants_at_the_same_moment_is_not_cancelled(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    first, second = pair
    first.want("one", [spec("a")])
    with ThreadPoolExecutor(1) as pool:
        with second._engine.begin() as slow:
            wait_for(slow, TURN)
            wanting.want(slow, "two", [spec("a")])
            cancelled = pool.submit(first.cancel, "one", ["a"])
        cancelled.result()
    assert first.find(["a"])["a"].state is TrialState.QUEUED
    assert first.wishing() == ["two"]


def test_two_evaluations_that_begin_at_once_are_counted_as_two(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    start = Barrier(2)

    def begin(store: SqlStore, evaluation: str, head: str) -> int:
        start.wait()
        return store.attempt(evaluation, "/repo", "main", head)

    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            places = (["one", "two"], [f"idea-{number}"] * 2)
            assert sorted(pool.map(begin, pair, *places)) == [1, 2]


def test_all_trials_of_one_evaluation_stand_together_in_the_queue(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    start = Barrier(2)

    def want(store: SqlStore, name: str) -> None:
        start.wait()
        store.want(name, [spec(f"{name}{number}") for number in range(50)])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(want, pair, "ab"))
    order = [claim.attempt.key[0] for claim in pair[0].claim(100)]
    assert "".join(order) in ("a" * 50 + "b" * 50, "b" * 50 + "a" * 50)


def test_of_two_that_stand_in_each_others_way_both_come_through(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    """The server takes one of them back, and that one is made again."""
    engine, dispatcher = pair
    engine.want("one", [spec("a"), spec("b")])
    meet = Barrier(2, timeout=PATIENCE_S)
    tries: list[str] = []

    def lock(connection: Connection, keys: str) -> str:
        tries.append(keys)
        for key in keys:
            query = text("UPDATE trials SET tries = tries + 1 WHERE key = :key")
            connection.execute(query, {"key": key})
            if len(tries) <= 2 and key == keys[0]:
                meet.wait()
        return keys

    with ThreadPoolExecutor(2) as pool:
        crossed = [
            pool.submit(engine._calls.write, lock, "ab"),
            pool.submit(dispatcher._lead.call, lock, "ba"),
        ]
        assert [one.result() for one in crossed] == ["ab", "ba"]
    assert len(tries) == 3
    with engine._engine.connect() as connection:
        counted = connection.execute(text("SELECT tries FROM trials")).scalars().all()
    assert counted == [2, 2]


def test_a_store_that_another_keeps_locked_is_named(url: str) -> None:
    store = SqlStore(url, lambda: 1_000.0, patience_s=0.1)
    with store._engine.begin() as locker:
        locker.execute(text("LOCK TABLE evaluations"))
        with pytest.raises(StoreError, match=r"keeps the store .* locked") as caught:
            store.save_evaluation("one", "{}")
    assert "pg_stat_activity" in caught.value.mend
    store.save_evaluation("one", "{}")
    store.close()


def test_all_that_one_call_reads_is_of_one_moment(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    reader, writer = pair

    def twice(connection: Connection) -> list[str | None]:
        seen = [wanting.load_evaluation(connection, "one")]
        writer.save_evaluation("one", "{}")
        return [*seen, wanting.load_evaluation(connection, "one")]

    assert reader._calls.read(twice) == [None, None]
    assert reader.load_evaluation("one") == "{}"


def test_a_float_comes_back_bit_for_bit_whatever_the_server_prints(
    postgres: Server, empty_database: str
) -> None:
    postgres.execute(f"ALTER DATABASE {empty_database} SET extra_float_digits = -9")
    third = 1.0 / 3.0
    store = SqlStore(postgres_url(postgres.url(empty_database)), lambda: third)
    store.want("one", [spec("a")])
    store.cancel("one", ["a"])
    assert store.find(["a"])["a"].finished_at == third
    store.close()


# Who carries an evaluation on ----------------------------------------------------


def test_an_evaluation_is_alive_while_somebody_holds_it(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    first, second = pair
    assert not alive(first)
    with first.hold("e1"), second.hold("e1"), first.hold("e1"):
        assert alive(first)
        assert alive(second)
        assert not alive(second, "e2")
    assert not alive(first)
    assert not alive(second)


def test_nobody_starts_while_what_was_left_is_cleared(
    pair: tuple[SqlStore, SqlStore],
) -> None:
    first, second = pair
    started = Event()

    def start() -> None:
        with second.hold("e1"):
            started.set()

    with ThreadPoolExecutor(1) as pool:
        with first.abandoned("e1") as abandoned:
            assert abandoned
            waiting = pool.submit(start)
            assert not started.wait(0.1)
        waiting.result()
    assert started.is_set()


def test_a_killed_process_does_not_keep_its_evaluation_alive(
    pair: tuple[SqlStore, SqlStore], url: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert alive(pair[0])
        holder.kill()
        holder.wait()
        until(lambda: not alive(pair[0]), "the server to notice")


def test_an_evaluation_is_held_again_after_its_session_was_cut(
    postgres: Server, database_url: str, pair: tuple[SqlStore, SqlStore]
) -> None:
    first, second = pair
    with first.hold("e1"), first.hold("e2"):
        assert postgres.cut(name_of(database_url)) > 0
        assert not alive(second)
        first._holds.doubt()
        first.wishing()
        assert alive(second)
        assert alive(second, "e2")
    assert not alive(second)


def test_one_more_is_held_after_the_session_was_cut(
    postgres: Server, database_url: str, pair: tuple[SqlStore, SqlStore]
) -> None:
    first, second = pair
    with first.hold("e1"):
        postgres.cut(name_of(database_url))
        with first.hold("e2"):
            assert alive(second, "e1")
            assert alive(second, "e2")


def test_a_lock_that_cannot_be_taken_again_leaves_nothing_half_held(
    postgres: Server, database_url: str
) -> None:
    impatient, other = (
        SqlStore(postgres_url(database_url), float, patience) for patience in (0.1, 9.0)
    )
    with impatient.hold("e1"), impatient.hold("e2"):
        postgres.cut(name_of(database_url))
        with other.abandoned("e2") as abandoned:
            assert abandoned
            with pytest.raises(StoreError, match="locked"), impatient.hold("e3"):
                pass
        assert impatient.wishing() == []
        assert [alive(other, name) for name in ("e1", "e2", "e3")] == [1, 1, 0]
    impatient.close()
    other.close()


def test_what_was_held_by_a_lost_session_is_let_go_without_a_word(
    postgres: Server, database_url: str, pair: tuple[SqlStore, SqlStore]
) -> None:
    with pair[0].hold("e1"):
        postgres.cut(name_of(database_url))
    assert not alive(pair[1])
    with pair[0].hold("e1"):
        assert alive(pair[1])
