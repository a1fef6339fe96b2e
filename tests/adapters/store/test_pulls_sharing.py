"""Several programs on the App's store, programs that die, and much that is done."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, event, text

from bot.adapters.store import SqlPulls, StoreError, postgres_url, sqlite_url
from bot.app.pulls.ports import Pin, Remote
from tests.adapters.store.pull_samples import (
    HEAD,
    PULL,
    REPOSITORY,
    Clock,
    act,
    check,
    full_standing,
    remark,
    reply,
    standing,
    sticky,
    stop,
)
from tests.databases.postgres import Server, name_of

Two = tuple[SqlPulls, SqlPulls]
ROUNDS = 20
DIES = """
import os, signal, sys
from bot.adapters.store import SqlPulls
pulls = SqlPulls(sys.argv[1], float)
(one,) = pulls.waiting(1e12, 9)
pulls.begun(one)
os.kill(os.getpid(), signal.SIGKILL)
"""


def at_once(two: Two, work: object) -> None:
    """Do it in both programs at the same moment."""
    start = Barrier(2)

    def one(pulls: SqlPulls, number: int) -> None:
        start.wait()
        work(pulls, number)  # type: ignore[operator]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, two, range(2)))


def test_of_two_that_settle_a_remark_at_once_one_does(two: Two) -> None:
    for round_ in range(ROUNDS):
        one = remark(round_)
        two[0].note(one)

        def settle(pulls: SqlPulls, number: int, one: object = one) -> None:
            source = f"{one.key}:{number}"  # type: ignore[attr-defined]
            answer = reply(source, f"{number} <!-- r -->")
            pulls.settle(one, [act(source)], [answer], 5.0)  # type: ignore[arg-type]

        at_once(two, settle)
    assert len(two[0].acts(PULL)) == ROUNDS
    answers = {queued.post.to for queued in two[1].waiting(1e12, 99)}  # type: ignore[union-attr]
    assert answers == {one.source for one in two[0].acts(PULL)}
    assert [due.serial for due in two[0].due(5.0, 9)] == [ROUNDS]


def test_of_two_that_say_a_pull_at_once_the_posts_are_of_the_standing_that_is_kept(
    two: Two,
) -> None:
    for round_ in range(ROUNDS):

        def say(pulls: SqlPulls, number: int, round_: int = round_) -> None:
            name = f"{round_}.{number}"
            posts = [check(title=name), sticky(name)]
            pulls.say(standing(inputs=name), posts)

        at_once(two, say)
        kept = two[0].standing(PULL)
        assert kept is not None
        posts = [one.post for one in two[1].waiting(1e12, 9)]
        assert posts == [check(title=kept.inputs), sticky(kept.inputs)]


def test_wake_ups_acts_and_bases_of_two_programs_are_all_counted(two: Two) -> None:
    def work(pulls: SqlPulls, number: int) -> None:
        for round_ in range(ROUNDS):
            pulls.wake(PULL, 99, 50.0 - round_)
            pulls.act([act(f"{number}:{round_}"), stop(f"both:{round_}")])
            pulls.pin(Pin(PULL, HEAD, "main", f"base {number}", 1.0))

    at_once(two, work)
    (due,) = two[0].due(50.0 - ROUNDS + 1, 9)
    assert due.serial == 2 * ROUNDS
    assert len(two[0].acts(PULL)) == 3 * ROUNDS
    kept = [one.pin(Pin(PULL, HEAD, "main", "late", 1.0)).base for one in two]
    assert len(set(kept)) == 1
    assert kept[0].startswith("base ")


def test_a_program_that_is_killed_in_a_call_leaves_word_that_it_tried(
    pulls_url: str, time: Clock
) -> None:
    pulls = SqlPulls(pulls_url, time)
    pulls.put([sticky()])
    ended = subprocess.run([sys.executable, "-c", DIES, pulls_url], check=False)
    assert ended.returncode == -signal.SIGKILL
    (one,) = pulls.waiting(1e12, 9)
    assert (one.tried, one.attempts) == (True, 1)
    pulls.put([sticky("60 %")])
    (one,) = pulls.waiting(1e12, 9)
    assert (one.tried, one.attempts) == (True, 0)
    pulls.close()


@pytest.fixture
def served(database_url: str, time: Clock) -> Iterator[SqlPulls]:
    opened = SqlPulls(postgres_url(database_url), time)
    yield opened
    opened.close()


def test_a_call_whose_connection_is_cut_is_made_again(
    postgres: Server, database_url: str, served: SqlPulls
) -> None:
    served.note(remark())
    tries: list[int] = []

    def cut_once(_connection: Connection) -> None:
        tries.append(1)
        if len(tries) == 1:
            postgres.cut(name_of(database_url))

    event.listen(served._engine, "commit", cut_once)
    served.settle(remark(), [act()], [reply()], 5.0)
    event.remove(served._engine, "commit", cut_once)
    assert len(tries) >= 2
    assert list(served.acts(PULL)) == [act()]
    assert [one.serial for one in served.due(5.0, 9)] == [1]


def test_a_store_that_another_program_locks_says_so(
    tmp_path: Path, time: Clock
) -> None:
    file = tmp_path / "store.sqlite"
    pulls = SqlPulls(sqlite_url(file), time, patience_s=0.05)
    other = sqlite3.connect(file)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="keeps the store"):
        pulls.wake(PULL, 99, 1.0)
    assert list(pulls.due(1.0, 9)) == []  # reading goes on
    other.rollback()
    other.close()
    pulls.wake(PULL, 99, 1.0)
    pulls.close()


@pytest.mark.parametrize("table", ["pull_outbox", "pull_acts", "pull_standings"])
def test_a_text_that_cannot_be_read_is_a_fault_of_the_store(
    pulls_url: str, time: Clock, table: str
) -> None:
    pulls = SqlPulls(pulls_url, time)
    pulls.say(standing(), [sticky()])
    pulls.act([act()])
    with pulls._engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET document = '{{}}'"))
    reads = {
        "pull_outbox": lambda: pulls.waiting(1e12, 9),
        "pull_acts": lambda: pulls.acts(PULL),
        "pull_standings": lambda: pulls.standing(PULL),
    }
    with pytest.raises(StoreError, match="holds a record that cannot be read"):
        reads[table]()
    pulls.close()


def test_what_is_done_keeps_no_text(pulls_url: str, time: Clock) -> None:
    pulls = SqlPulls(pulls_url, time)
    pulls.note(remark(body="a secret"))
    pulls.settle(remark(), [], [reply(body="a secret <!-- r -->")], 1.0)
    (one,) = pulls.waiting(1e12, 9)
    pulls.sent(one, Remote(1))
    with pulls._engine.connect() as connection:
        for table in ("pull_remarks", "pull_outbox"):
            query = text(f"SELECT document FROM {table}")
            assert connection.execute(query).scalars().all() == [""]
    pulls.close()


def test_what_is_asked_again_and_again_goes_by_an_index(
    tmp_path: Path, time: Clock
) -> None:
    """So it does not become slower with all that was ever done."""
    file = tmp_path / "store.sqlite"
    pulls = SqlPulls(sqlite_url(file), time)
    asked: list[tuple[str, object]] = []

    def note(*words: object) -> None:
        asked.append((str(words[2]), words[3]))

    event.listen(pulls._engine, "before_cursor_execute", note)
    pulls.note(remark())
    pulls.settle(remark(), [act()], [reply()], 5.0)
    pulls.say(full_standing(), [check(), sticky()])
    for one in pulls.waiting(1e12, 9):
        pulls.begun(one)
        pulls.sent(one, Remote(1))
    pulls.rest(pulls.due(5.0, 9)[0], None)
    pulls.saw_head(PULL, HEAD, 1.0)
    pulls.head_at(PULL, 1.0)
    pulls.heads(PULL)
    pulls.remarks(9)
    pulls.standing(PULL)
    pulls.standings(REPOSITORY, HEAD)
    pulls.pin(Pin(PULL, HEAD, "main", "base", 1.0))
    pulls.next_at()
    event.remove(pulls._engine, "before_cursor_execute", note)
    pulls.close()
    plans = [_plan(file, *one) for one in asked]
    # What an index has found is gone through: never a whole table.
    found = ("SCAN (subquery", "SCAN taken")
    steps = [step for one in plans for step in one.split("; ")]
    assert not [one for one in steps if "SCAN" in one and not one.startswith(found)]
    for index in (
        "pull_alarms_due_at",
        "pull_remarks_waits_created_at",
        "pull_acts_repository_number_place",
        "pull_standings_repository_head_number",
        "pull_outbox_state_not_before",
    ):
        assert [one for one in plans if f"ix_{index} " in one], index


def _plan(file: Path, statement: str, values: object) -> str:
    """How SQLite would go about it."""
    if not statement.startswith(("SELECT", "UPDATE")):
        return ""
    connection = sqlite3.connect(file)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
    steps = [row[3] for row in plan]
    connection.close()
    return "; ".join(steps)
