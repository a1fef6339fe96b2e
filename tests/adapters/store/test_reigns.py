"""Of two that take themselves for the leader, the one before cannot write any more."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from bot.adapters.store import SqlPulls, StoreError
from bot.domain.commands import Run, Scan
from bot.domain.conclusions import CheckState, Status
from bot.domain.pulls.acts import PullKey, answer_note
from tests.adapters.store.pull_samples import (
    HEAD,
    PULL,
    act,
    check,
    full_standing,
    remark,
    reply,
    standing,
)

SCAN = Scan("lr", ("1", "2"))
Two = tuple[SqlPulls, SqlPulls]


def test_who_never_led_may_write(two: Two) -> None:
    first, second = two
    first.wake(PULL, 1, 5.0)
    second.reign()
    first.wake(PULL, 1, 4.0)
    assert first.due(9.0, 9)


def test_nothing_is_written_by_a_leader_after_the_next_one_began(two: Two) -> None:
    before, now = two
    before.reign()
    before.put([reply("a")])
    (waits,) = before.waiting(1e12, 9)
    now.reign()
    for write in (
        lambda: before.wake(PullKey(1, 99), 1, 5.0),
        lambda: before.say(standing(), [check()]),
        lambda: before.saw_head(PULL, HEAD, 1.0),
        lambda: before.settle(remark(1), (), (), 1.0),
        lambda: before.begun(waits),
        lambda: before.sent(waits, None),
    ):
        with pytest.raises(StoreError, match="Another instance leads"):
            write()
    assert now.waiting(1e12, 9) == [waits]
    assert now.due(1e12, 9) == []
    assert now.standing(PULL) is None


def test_it_can_be_asked_before_something_is_written_elsewhere(two: Two) -> None:
    first, second = two
    first.still_reigns()  # it never led: a command that is no server's
    first.reign()
    first.still_reigns()
    second.reign()
    second.still_reigns()
    with pytest.raises(StoreError, match="Another instance leads"):
        first.still_reigns()


def test_who_leads_again_may_write_again(two: Two) -> None:
    first, second = two
    first.reign()
    second.reign()
    first.reign()
    first.wake(PULL, 1, 5.0)
    with pytest.raises(StoreError, match="Another instance leads"):
        second.wake(PULL, 1, 5.0)


def test_a_new_leader_looks_at_what_has_not_ended(two: Two) -> None:
    before, now = two
    before.reign()
    waits = replace(full_standing(), open=True)
    before.say(waits, [])
    before.say(standing(PullKey(1, 99)), [])
    now.reign()
    assert [one.pull for one in now.due(1e12, 9)] == [waits.pull]


def test_a_new_leader_looks_at_what_runs_before_what_waits_for_its_turn(
    two: Two,
) -> None:
    before, now = two
    runs = replace(full_standing(), open=True)
    assert runs.voice is not None
    part = replace(runs.voice.part, state=CheckState(Status.QUEUED))
    lower = PullKey(PULL.repository, PULL.number - 1)
    waits = replace(runs, pull=lower, voice=replace(runs.voice, part=part))
    before.reign()
    before.say(waits, [])
    before.say(runs, [])
    now.reign()
    assert [one.pull for one in now.due(1e12, 9)] == [runs.pull, waits.pull]


def test_a_new_leader_looks_at_what_was_ordered_and_has_no_answer(two: Two) -> None:
    before, now = two
    open_, closed, other = PULL, PullKey(1, 98), PullKey(1, 99)
    before.reign()
    for pull in (open_, other):
        before.say(replace(standing(pull), open=True, installation=5), [])
    before.say(replace(standing(closed), open=False), [])
    scans = [act(f"comment:{n}:1", SCAN, one) for n, one in enumerate((open_, closed))]
    answered = act("comment:8:1", SCAN, other)
    before.act([*scans, answered, act("comment:9:1", Run(), other)])
    before.remember(answer_note(answered), "answered")
    now.reign()
    assert [(one.pull, one.installation) for one in now.due(1e12, 9)] == [(open_, 5)]


def test_an_order_that_cannot_be_read_keeps_nobody_from_leading(
    two: Two, pulls_url: str
) -> None:
    before, now = two
    before.say(replace(standing(), open=True), [])
    before.act([act("comment:1:1", SCAN)])
    engine = create_engine(pulls_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE pull_acts SET document = 'spoilt'"))
    engine.dispose()
    now.reign()
    assert [one.pull for one in now.due(1e12, 9)] == [PULL]


def test_a_new_leader_is_told_what_may_be_on_its_way(two: Two) -> None:
    before, now = two
    before.put([reply("a"), check()])
    one, other = before.waiting(1e12, 9)
    before.begun(one)
    assert now.reign() == {one.key}
    now.sent(one, None)
    before.begun(other)
    before.later(other, 9.0, "a bad gateway")
    assert now.reign() == {other.key}
