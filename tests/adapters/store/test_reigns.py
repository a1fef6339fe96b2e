"""Of two that take themselves for the leader, the one before cannot write any more."""

from dataclasses import replace

import pytest

from bot.adapters.store import SqlPulls, StoreError
from bot.domain.pulls.acts import PullKey
from tests.adapters.store.pull_samples import (
    HEAD,
    PULL,
    check,
    full_standing,
    remark,
    reply,
    standing,
)

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
