"""What every store promises to whoever goes through all that is open."""

from dataclasses import replace

from bot.app.pulls.ports import Due, Pin, PullStore, Remote
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.posts import key_of
from tests.adapters.store.pull_samples import (
    ELSEWHERE,
    HEAD,
    NEXT,
    OTHER,
    PULL,
    REPOSITORY,
    check,
    full_standing,
    standing,
    sticky,
)

GROUP = group_key(REPOSITORY, "f" * 40)


def test_outlines_are_the_open_standings_of_a_repository_in_short(
    pulls: PullStore,
) -> None:
    whole = replace(full_standing(), open=True)
    labelled = replace(standing(OTHER), draft=True, labels=("gpu",), stale_at=7.5)
    for one in (labelled, whole, standing(ELSEWHERE), standing(GROUP)):
        pulls.say(one, [])
    found = list(pulls.outlines(REPOSITORY))
    assert found == [standing(GROUP).outline, whole.outline, labelled.outline]
    assert [one.pull.is_group for one in found] == [True, False, False]
    assert list(pulls.outlines(4711)) == []


def test_a_standing_that_is_closed_has_no_outline_until_it_is_open_again(
    pulls: PullStore,
) -> None:
    pulls.say(standing(PULL), [])
    pulls.say(replace(standing(PULL), open=False), [])
    assert list(pulls.outlines(REPOSITORY)) == []
    pulls.say(standing(PULL), [])
    assert [one.pull for one in pulls.outlines(REPOSITORY)] == [PULL]


def test_the_base_that_was_kept_can_be_read_without_keeping_one(
    pulls: PullStore,
) -> None:
    assert pulls.pinned(PULL, HEAD, "main") is None
    kept = pulls.pin(Pin(PULL, HEAD, "main", "b" * 40, 5.0))
    assert pulls.pinned(PULL, HEAD, "main") == kept
    assert pulls.pinned(PULL, NEXT, "main") is None
    assert pulls.pinned(PULL, HEAD, "dev") is None


def test_a_note_is_what_was_last_written(pulls: PullStore) -> None:
    assert pulls.recall("how far") == ""
    pulls.remember("how far", "1")
    pulls.remember("how far", "12 \U0001f600")
    pulls.remember("another", "x")
    assert pulls.recall("how far") == "12 \U0001f600"


def test_what_stands_there_instead_is_changed_and_not_made_twice(
    pulls: PullStore,
) -> None:
    post = check()
    pulls.put([post])
    (one,) = pulls.waiting(1e12, 9)
    pulls.sent(one, Remote(77, digest=one.digest))
    pulls.forget(key_of(post), Remote(78))
    assert list(pulls.waiting(1e12, 9)) == []
    pulls.put([post])
    (again,) = pulls.waiting(1e12, 9)
    assert again.remote == Remote(78)


# Leaving ----------------------------------------------------------------------------


def settled(pulls: PullStore) -> None:
    """Two repositories of installation 99, and one of another installation."""
    strange = PullKey(9, 1)
    for one in (PULL, OTHER, ELSEWHERE):
        pulls.wake(one, 99, 50.0)
    pulls.wake(strange, 100, 50.0)
    for one in (PULL, ELSEWHERE):
        pulls.say(replace(standing(one), inputs="known", again_at=80.0), [])
    pulls.say(replace(standing(OTHER), open=False), [])
    pulls.say(replace(standing(strange), installation=100), [])


def test_nothing_is_done_any_more_in_a_repository_that_is_left(
    pulls: PullStore,
) -> None:
    settled(pulls)
    assert list(pulls.leave(99, REPOSITORY)) == [PULL]
    left = pulls.standing(PULL)
    assert left is not None
    assert (left.open, left.inputs, left.again_at) == (False, "", None)
    assert list(pulls.outlines(REPOSITORY)) == []
    assert [one.pull for one in pulls.due(1e12, 9)] == [ELSEWHERE, PullKey(9, 1)]
    assert list(pulls.leave(99, REPOSITORY)) == []


def test_nothing_is_done_any_more_in_an_installation_that_is_left(
    pulls: PullStore,
) -> None:
    settled(pulls)
    assert list(pulls.leave(99)) == [ELSEWHERE, PULL]
    assert [one.pull for one in pulls.due(1e12, 9)] == [PullKey(9, 1)]
    assert [one.pull for one in pulls.outlines(9)] == [PullKey(9, 1)]


def test_a_look_on_its_way_does_not_wake_what_was_left(pulls: PullStore) -> None:
    pulls.wake(PULL, 99, 50.0)
    (seen,) = pulls.due(50.0, 9)
    pulls.leave(99)
    assert not pulls.rest(seen, 60.0)
    assert list(pulls.due(1e12, 9)) == []
    pulls.wake(PULL, 99, 70.0)
    assert list(pulls.due(70.0, 9)) == [Due(PULL, 99, 3)]
    assert pulls.rest(seen, 60.0)  # whoever looks next sees to it
    assert list(pulls.due(70.0, 9)) == [Due(PULL, 99, 3)]


def test_what_waits_for_a_place_that_is_left_goes_when_it_is_put_again(
    pulls: PullStore,
) -> None:
    elsewhere = replace(sticky(), place=replace(sticky().place, repository=7))
    pulls.put([check(), sticky(), elsewhere])
    pulls.leave(99, REPOSITORY)
    assert [one.post for one in pulls.waiting(1e12, 9)] == [elsewhere]
    pulls.put([check()])
    assert {one.post for one in pulls.waiting(1e12, 9)} == {check(), elsewhere}
    pulls.leave(99)
    assert list(pulls.waiting(1e12, 9)) == []
