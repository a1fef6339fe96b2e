"""What every store promises of pull requests that nobody will ask for again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.adapters.store import SqlPulls, pruning, sqlite_url
from bot.app.pulls.ports import Pin, PullStore, Remote
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.posts import Post, key_of
from tests.adapters.store.pull_samples import (
    ELSEWHERE,
    HEAD,
    NEXT,
    OTHER,
    PULL,
    REPOSITORY,
    Clock,
    act,
    check,
    remark,
    reply,
    standing,
    sticky,
)

LONG = 500.0
"""How long they are kept here."""


def prune(pulls: PullStore, time: Clock) -> int:
    return pulls.prune(time.seconds - LONG)


def sent(pulls: PullStore, *posts: Post) -> None:
    pulls.put(posts)
    for one in pulls.waiting(1e12, 99):
        pulls.sent(one, Remote(7))


def closed(pulls: PullStore, pull: PullKey = PULL, head: str = HEAD) -> None:
    """One that was judged, answered, and closed."""
    pulls.saw_head(pull, head, 900.0)
    pulls.pin(Pin(pull, head, "main", "c" * 40, 900.0))
    pulls.act([act(f"comment:{pull}:1", pull=pull)])
    pulls.say(replace(standing(pull, head), open=False), [])


def later(pulls: PullStore, time: Clock) -> int:
    """It is found closed now; after long enough it goes."""
    assert prune(pulls, time) == 0
    time.seconds += LONG + 1
    return prune(pulls, time)


def test_a_pull_request_that_was_closed_long_ago_is_forgotten_but_for_its_orders(
    pulls: PullStore, time: Clock
) -> None:
    closed(pulls)
    sent(pulls, check(), sticky())
    assert later(pulls, time) == 1
    assert pulls.standing(PULL) is None
    assert list(pulls.heads(PULL)) == []
    assert pulls.pinned(PULL, HEAD, "main") is None
    assert pulls.remote(key_of(check())) is None
    assert pulls.remote(key_of(sticky())) is None
    assert [one.pull for one in pulls.acts(PULL)] == [PULL]
    assert prune(pulls, time) == 0


def test_one_that_is_open_or_to_be_looked_at_is_kept(
    pulls: PullStore, time: Clock
) -> None:
    closed(pulls)
    pulls.wake(PULL, 99, 1e9)
    closed(pulls, OTHER, NEXT)
    pulls.say(standing(OTHER, NEXT), [])
    assert later(pulls, time) == 0
    assert pulls.standing(PULL) is not None
    assert list(pulls.heads(OTHER)) == [NEXT]


def test_one_that_was_open_meanwhile_is_kept_as_long_as_any(
    pulls: PullStore, time: Clock
) -> None:
    closed(pulls)
    prune(pulls, time)
    time.seconds += LONG - 1
    pulls.say(standing(PULL), [])
    prune(pulls, time)
    closed(pulls)
    time.seconds += 2
    assert prune(pulls, time) == 0
    time.seconds += LONG + 1
    assert prune(pulls, time) == 1


def test_the_check_run_of_a_head_that_another_one_has_is_kept(
    pulls: PullStore, time: Clock
) -> None:
    closed(pulls)
    pulls.saw_head(OTHER, HEAD, 950.0)
    pulls.say(standing(OTHER, HEAD), [])
    sent(pulls, check(), sticky())
    assert later(pulls, time) == 1
    assert pulls.remote(key_of(check())) == Remote(7)
    assert pulls.remote(key_of(sticky())) is None


def test_what_waits_to_be_sent_is_never_forgotten(
    pulls: PullStore, time: Clock
) -> None:
    closed(pulls)
    pulls.put([check(), reply()])
    assert later(pulls, time) == 1
    assert {one.post for one in pulls.waiting(1e12, 9)} == {check(), reply()}


def test_settled_remarks_and_their_answers_go_with_time(
    pulls: PullStore, time: Clock
) -> None:
    old, young, waits = remark(1), remark(2, at=1_400.0), remark(3)
    for one in (old, young, waits):
        pulls.note(one)
    pulls.settle(old, [], [], 900.0)
    pulls.settle(young, [], [], 900.0)
    sent(pulls, reply())
    assert later(pulls, time) == 0
    assert pulls.remote(key_of(reply())) is None
    assert not pulls.note(young)
    assert list(pulls.remarks(9)) == [waits]
    assert pulls.note(old)


def test_notes_of_groups_and_alarms_go_with_them(pulls: PullStore, time: Clock) -> None:
    group = group_key(REPOSITORY, "f" * 40)
    closed(pulls, group)
    closed(pulls, ELSEWHERE)
    kept = ("round:99", "errand:7:comment:1", "until:comments:7")
    for name in (f"group:{group}", *kept):
        pulls.remember(name, "1.0")
    pulls.remember("until:alarm:7:main", "1.0")
    pulls.remember("until:alarm:7:dev", "1400.0")
    assert later(pulls, time) == 2
    assert pulls.recall(f"group:{group}") == ""
    assert pulls.recall("until:alarm:7:main") == ""
    assert pulls.recall("until:alarm:7:dev") == "1400.0"
    assert [pulls.recall(name) for name in kept] == ["1.0"] * 3


def test_one_that_was_seen_and_never_said_anything_of_goes_with_time(
    pulls: PullStore, time: Clock
) -> None:
    for pull in (PULL, OTHER, ELSEWHERE):
        pulls.saw_head(pull, HEAD, 900.0)
    pulls.saw_head(OTHER, NEXT, 1_400.0)
    pulls.wake(ELSEWHERE, 99, 1e9)
    pulls.wake(PULL, 99, 900.0)
    (due,) = pulls.due(1_000.0, 9)
    pulls.rest(due, None)
    assert later(pulls, time) == 0
    assert list(pulls.heads(PULL)) == []
    assert list(pulls.heads(OTHER)) == [HEAD, NEXT]
    assert list(pulls.heads(ELSEWHERE)) == [HEAD]
    pulls.wake(PULL, 99, 900.0)
    assert [one.serial for one in pulls.due(1_000.0, 9)] == [1]


def test_a_great_many_of_many_repositories_go_in_portions(
    pulls_url: str, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST", 3)
    pulls = SqlPulls(pulls_url, time)
    for number in (1, 2):
        for repository in (7, 8):
            closed(pulls, PullKey(repository, number))
    assert prune(pulls, time) == 0
    time.seconds += LONG + 1
    assert [prune(pulls, time) for _ in range(3)] == [3, 1, 0]
    pulls.close()


def test_answers_go_in_portions_too(
    pulls_url: str, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST_ANSWERS", 2)
    pulls = SqlPulls(pulls_url, time)
    old = [remark(n) for n in (1, 2, 3)]
    for one in old:
        pulls.note(one)
        pulls.settle(one, [], [], 900.0)
    time.seconds += LONG + 1
    assert prune(pulls, time) == 0
    assert [pulls.note(one) for one in old].count(True) == 2
    pulls.close()


def test_no_pull_request_has_the_whole_outbox_read(tmp_path: Path, time: Clock) -> None:
    """Webhooks wait meanwhile: what goes is found by the key of the table."""
    pulls = SqlPulls(sqlite_url(tmp_path / "store.sqlite"), time)
    closed(pulls)
    sent(pulls, check(), sticky())
    prune(pulls, time)
    time.seconds += LONG + 1
    plans: list[str] = []

    def planned(
        connection: Connection, _cursor: object, said: str, given: Any, *_: object
    ) -> None:
        if said.startswith("DELETE FROM pull_outbox"):
            asked = connection.connection.cursor()
            asked.execute(f"EXPLAIN QUERY PLAN {said}", given)
            plans.extend(row[3] for row in asked.fetchall())

    event.listen(Engine, "before_cursor_execute", planned)
    try:
        assert prune(pulls, time) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", planned)
    assert len(plans) >= 5
    assert [one for one in plans if one.startswith("SCAN")] == []
    assert pulls.remote(key_of(sticky())) is None
    pulls.close()
