"""What every outbox promises: a post goes until it stands, and is never forgotten."""

from dataclasses import replace

import pytest

from bot.app.pulls.ports import PullStore, Queued, Remote
from bot.domain.github import Priority
from bot.domain.pulls.posts import Post, key_of
from tests.adapters.store.pull_samples import (
    NEXT,
    ODD,
    Clock,
    check,
    every_post,
    reaction,
    reply,
    standing,
    sticky,
)

STANDS = Remote(2**40, "node", 50, "digest")


def waiting(pulls: PullStore, now: float = 1_000.0) -> list[Queued]:
    return list(pulls.waiting(now, 99))


def only(pulls: PullStore, now: float = 1_000.0) -> Queued:
    (one,) = waiting(pulls, now)
    return one


def send(pulls: PullStore, post: Post, remote: Remote | None = STANDS) -> Queued:
    pulls.put([post])
    one = only(pulls)
    pulls.begun(one)
    pulls.sent(one, remote)
    return one


def test_every_kind_of_post_waits_as_it_was_put(pulls: PullStore) -> None:
    pulls.put(every_post())
    found = {one.key: one.post for one in waiting(pulls)}
    assert found == {key_of(post): post for post in every_post()}


def test_a_post_waits_since_it_was_put(pulls: PullStore) -> None:
    pulls.put([reply()])
    one = only(pulls)
    assert (one.key, one.installation, one.since) == (key_of(reply()), 99, 1_000.0)
    assert (one.priority, one.attempts, one.tried) == (Priority.COMMENT, 0, False)
    assert one.remote is None
    assert one.digest


def test_the_most_urgent_goes_first_and_the_oldest_of_equals(
    pulls: PullStore, time: Clock
) -> None:
    old, young = reply("comment:9"), reply("comment:1")
    pulls.put([reaction(), old])
    time.seconds += 1
    ended = check(ended=True)
    pulls.put([young, check(NEXT), ended])
    order = [ended, check(NEXT), reaction(), old, young]
    assert [one.post for one in waiting(pulls)] == order
    assert [one.post for one in pulls.waiting(1_000.0, 2)] == order[:2]


def test_what_was_sent_waits_no_more_and_is_known(pulls: PullStore) -> None:
    one = send(pulls, sticky())
    assert waiting(pulls) == []
    assert pulls.remote(one.key) == STANDS
    assert pulls.remote("sticky:1:1") is None
    assert pulls.next_at() is None


def test_the_same_that_was_sent_is_not_sent_again(pulls: PullStore) -> None:
    send(pulls, sticky())
    pulls.put([sticky()])
    assert waiting(pulls) == []


def test_something_new_goes_to_where_the_old_one_stands(
    pulls: PullStore, time: Clock
) -> None:
    send(pulls, sticky())
    time.seconds += 5
    pulls.put([sticky("60 %", progress=True)])
    one = only(pulls)
    assert one.post == sticky("60 %", progress=True)
    assert (one.remote, one.tried, one.attempts) == (STANDS, False, 0)
    assert (one.since, one.priority) == (1_005.0, Priority.PROGRESS)


def test_a_newer_version_takes_the_place_of_one_that_waits_and_its_turn(
    pulls: PullStore, time: Clock
) -> None:
    pulls.put([check(title="1 of 8")])
    first = only(pulls)
    time.seconds += 5
    pulls.put([check(title="2 of 8")])
    one = only(pulls)
    assert one.post == check(title="2 of 8")
    assert one.since == 1_000.0
    assert one.digest != first.digest


def test_a_post_that_waits_and_is_put_again_loses_nothing(
    pulls: PullStore, time: Clock
) -> None:
    pulls.put([reply()])
    pulls.begun(only(pulls))
    before = only(pulls)
    time.seconds += 5
    pulls.put([reply()])
    assert only(pulls) == before


def test_a_try_that_began_is_known_until_it_is_known_to_stand(
    pulls: PullStore,
) -> None:
    pulls.put([reply()])
    pulls.begun(only(pulls))
    assert (only(pulls).tried, only(pulls).attempts) == (True, 1)
    pulls.later(only(pulls), 1_000.0, "no answer")
    pulls.begun(only(pulls))
    assert (only(pulls).tried, only(pulls).attempts) == (True, 2)
    pulls.put([reply(body="Other. <!-- r -->")])
    assert (only(pulls).tried, only(pulls).attempts) == (True, 0)
    pulls.sent(only(pulls), STANDS)
    pulls.put([reply()])
    assert (only(pulls).tried, only(pulls).attempts) == (False, 0)


def test_a_newer_version_that_came_during_the_call_goes_on_waiting(
    pulls: PullStore,
) -> None:
    pulls.put([check(title="1 of 8")])
    old = only(pulls)
    assert old.priority is Priority.CREATE
    pulls.begun(old)
    pulls.put([check(title="2 of 8")])
    pulls.sent(old, STANDS)
    one = only(pulls)
    assert one.post == check(title="2 of 8")
    assert (one.remote, one.tried, one.attempts) == (STANDS, False, 0)
    assert one.priority is Priority.PROGRESS


def test_an_answer_that_stands_there_is_taken_back_first_whatever_is_said_since(
    pulls: PullStore,
) -> None:
    """Until then GitHub lets people merge by an answer that does not hold."""
    pulls.put([check(ended=True)])
    pulls.sent(only(pulls), replace(STANDS, concluded=True))
    pulls.put([check(title="0 of 8")])
    pulls.put([check(title="1 of 8")])
    one = only(pulls)
    assert one.priority is Priority.CONCLUSION
    pulls.sent(one, STANDS)
    pulls.put([check(title="2 of 8")])
    assert only(pulls).priority is Priority.PROGRESS


def test_an_answer_that_may_stand_there_is_taken_back_first(pulls: PullStore) -> None:
    """It was on its way when something else came to be said, and nobody knows."""
    send(pulls, check(title="0 of 8"))
    pulls.put([check(ended=True)])
    pulls.begun(only(pulls))
    pulls.put([check(title="1 of 8")])
    assert only(pulls).priority is Priority.CONCLUSION


def test_the_last_word_is_there_until_it_was_sent(pulls: PullStore) -> None:
    key = key_of(sticky())
    assert pulls.unsent(key) is None
    pulls.suspect([sticky()])
    assert pulls.unsent(key) is None
    pulls.put([sticky()])
    assert pulls.unsent(key) == sticky()
    pulls.sent(only(pulls), STANDS)
    assert pulls.unsent(key) is None
    pulls.put([sticky("Two")])
    pulls.give_up(only(pulls), "locked")
    assert pulls.unsent(key) == sticky("Two")


def test_an_answer_may_be_seen_from_when_it_waits_until_it_is_taken_back(
    pulls: PullStore,
) -> None:
    key = key_of(check())
    assert not pulls.may_answer(key)
    pulls.put([check()])
    assert not pulls.may_answer(key)
    pulls.put([check(ended=True)])
    assert pulls.may_answer(key)
    pulls.sent(only(pulls), replace(STANDS, concluded=True))
    assert pulls.may_answer(key)
    pulls.put([check(title="0 of 8")])
    assert pulls.may_answer(key)
    pulls.sent(only(pulls), STANDS)
    assert not pulls.may_answer(key)


def test_an_answer_may_be_seen_whatever_became_of_a_try(pulls: PullStore) -> None:
    pulls.put([check(ended=True)])
    one = only(pulls)
    pulls.begun(one)
    pulls.give_up(one, "away for too long")
    assert pulls.may_answer(one.key)
    pulls.put([check(title="0 of 8")])
    assert pulls.may_answer(one.key)


def test_an_answer_that_was_never_tried_and_is_given_up_is_not_seen(
    pulls: PullStore,
) -> None:
    pulls.put([check(ended=True)])
    one = only(pulls)
    pulls.give_up(one, "not wanted")
    assert not pulls.may_answer(one.key)


def test_nothing_but_a_check_run_answers(pulls: PullStore) -> None:
    pulls.put([sticky()])
    assert not pulls.may_answer(key_of(sticky()))


def test_the_order_follows_what_stands_there_by_now(pulls: PullStore) -> None:
    """A check run that was made meanwhile is only changed, which can wait."""
    pulls.put([check()])
    old = only(pulls)
    pulls.put([check(title="more"), reply()])
    pulls.sent(old, STANDS)
    assert [one.post for one in waiting(pulls)] == [reply(), check(title="more")]
    pulls.forget(old.key)
    assert [one.post for one in waiting(pulls)] == [check(title="more"), reply()]


def test_a_try_of_an_older_version_counts_for_no_newer_one(pulls: PullStore) -> None:
    pulls.put([sticky()])
    old = only(pulls)
    pulls.put([sticky("60 %")])
    pulls.begun(old)
    pulls.later(old, 5_000.0, "GitHub is away")
    pulls.give_up(old, "GitHub is away")
    assert (only(pulls).tried, only(pulls).attempts) == (True, 0)


def test_what_did_not_go_waits_until_it_may_again(pulls: PullStore) -> None:
    pulls.put([reply(), reaction()])
    first, second = waiting(pulls)
    assert pulls.next_at() is not None
    assert pulls.next_at() <= 1_000.0  # type: ignore[operator]
    pulls.later(first, 2_000.0, ODD)
    pulls.later(second, 3_000.0, "")
    assert waiting(pulls, 1_999.0) == []
    assert pulls.next_at() == 2_000.0
    assert [one.post for one in waiting(pulls, 2_000.0)] == [reaction()]


def test_what_went_in_part_goes_on_from_there_as_if_it_had_never_failed(
    pulls: PullStore,
) -> None:
    pulls.put([check()])
    pulls.begun(only(pulls))
    pulls.begun(only(pulls))
    pulls.later(only(pulls), 1_000.0, "annotations follow", STANDS)
    one = only(pulls)
    assert (one.remote, one.tried, one.attempts) == (STANDS, False, 0)
    assert one.priority is Priority.PROGRESS
    assert pulls.remote(one.key) == STANDS


def test_what_went_in_part_is_known_to_a_newer_version(pulls: PullStore) -> None:
    pulls.put([check()])
    old = only(pulls)
    pulls.begun(old)
    pulls.put([check(title="more")])
    pulls.later(old, 9_000.0, "annotations follow", STANDS)
    one = only(pulls)
    assert one.post == check(title="more")
    assert (one.remote, one.tried, one.attempts) == (STANDS, False, 0)


def test_a_newer_version_does_not_wait_for_the_pause_of_an_older_one(
    pulls: PullStore,
) -> None:
    pulls.put([sticky()])
    pulls.later(only(pulls), 9_000.0, "refused")
    pulls.put([sticky("60 %")])
    assert only(pulls).post == sticky("60 %")


def test_what_was_given_up_goes_no_more_until_it_says_something_else(
    pulls: PullStore, time: Clock
) -> None:
    pulls.put([sticky()])
    pulls.begun(only(pulls))
    pulls.give_up(only(pulls), ODD)
    pulls.put([sticky()])
    assert waiting(pulls, 1e12) == []
    assert pulls.next_at() is None
    time.seconds += 5
    pulls.put([sticky("60 %")])
    one = only(pulls)
    assert (one.since, one.tried, one.attempts) == (1_005.0, True, 0)


def test_what_went_after_all_is_sent(pulls: PullStore) -> None:
    pulls.put([sticky()])
    one = only(pulls)
    pulls.give_up(one, "refused")
    pulls.sent(one, STANDS)
    assert pulls.remote(one.key) == STANDS
    pulls.later(one, 0.0, "told too late")
    pulls.give_up(one, "told too late")
    assert waiting(pulls) == []


@pytest.mark.parametrize("given_up", [False, True])
def test_what_is_gone_is_made_anew_once_it_is_put_again(
    pulls: PullStore, given_up: bool
) -> None:
    one = send(pulls, sticky(progress=True))
    if given_up:
        pulls.put([sticky("60 %")])
        pulls.give_up(only(pulls), "Not Found")
    pulls.forget(one.key)
    assert pulls.remote(one.key) is None
    assert waiting(pulls) == []
    again = sticky("60 %") if given_up else sticky(progress=True)
    pulls.put([again])
    assert only(pulls).post == again
    assert only(pulls).remote is None
    assert only(pulls).priority is Priority.COMMENT


def test_what_is_gone_while_a_version_waits_is_made_anew_by_it(
    pulls: PullStore,
) -> None:
    send(pulls, sticky())
    pulls.put([sticky("60 %", progress=True)])
    assert only(pulls).priority is Priority.PROGRESS
    pulls.begun(only(pulls))
    pulls.forget(only(pulls).key)
    one = only(pulls)
    assert (one.remote, one.tried, one.attempts) == (None, True, 1)
    assert one.priority is Priority.COMMENT


def test_what_was_sent_since_somebody_looked_is_not_taken_for_gone(
    pulls: PullStore,
) -> None:
    pulls.put([check()])
    one = only(pulls)
    before = pulls.remote(one.key)
    pulls.sent(one, STANDS)
    assert not pulls.correct(one.key, before)
    assert pulls.remote(one.key) == STANDS
    assert pulls.correct(one.key, STANDS)
    pulls.put([check()])
    assert only(pulls).remote is None


def test_what_was_never_put_can_be_told_of_without_harm(pulls: PullStore) -> None:
    pulls.put([reply()])
    (unknown,) = waiting(pulls)
    other = Queued("x", unknown.post, "d", unknown.priority, 99, 0.0)
    pulls.begun(other)
    pulls.sent(other, STANDS)
    pulls.later(other, 1.0, "", STANDS)
    pulls.give_up(other, "")
    pulls.forget("x")
    assert only(pulls) == unknown
    assert pulls.remote("x") is None


def test_what_may_stand_there_unknown_to_us_is_looked_for_once_it_is_put(
    pulls: PullStore,
) -> None:
    pulls.suspect([check(), sticky(), sticky()])
    assert waiting(pulls) == []
    assert pulls.next_at() is None
    assert pulls.may_answer(key_of(check()))
    assert not pulls.is_given_up(key_of(sticky()))
    pulls.put([sticky("new")])
    one = only(pulls)
    assert (one.tried, one.remote, one.attempts) == (True, None, 0)
    pulls.sent(one, STANDS)
    assert pulls.remote(one.key) == STANDS


def test_what_is_known_to_stand_is_suspected_of_nothing(pulls: PullStore) -> None:
    one = send(pulls, sticky())
    pulls.suspect([sticky("new"), reply()])
    pulls.put([sticky("new")])
    found = only(pulls)
    assert (found.key, found.tried, found.remote) == (one.key, False, STANDS)


def test_a_reaction_stands_without_a_number(pulls: PullStore) -> None:
    one = send(pulls, reaction(), None)
    assert pulls.remote(one.key) is None
    pulls.put([reaction()])
    assert waiting(pulls) == []


def test_what_is_said_of_a_pull_is_sent_once_however_often_it_is_said(
    pulls: PullStore,
) -> None:
    pulls.say(standing(), [check(), sticky()])
    for one in waiting(pulls):
        pulls.sent(one, STANDS)
    pulls.say(standing(), [check(), sticky("60 %")])
    assert [one.post for one in waiting(pulls)] == [sticky("60 %")]


def test_what_was_given_up_is_known_until_it_is_put_anew(pulls: PullStore) -> None:
    assert not pulls.is_given_up(key_of(sticky()))
    pulls.put([sticky()])
    assert not pulls.is_given_up(key_of(sticky()))
    pulls.give_up(only(pulls), "refused")
    assert pulls.is_given_up(key_of(sticky()))
    pulls.put([sticky()])
    assert pulls.is_given_up(key_of(sticky()))
    pulls.forget(key_of(sticky()), STANDS)
    pulls.put([sticky()])
    assert not pulls.is_given_up(key_of(sticky()))
    assert only(pulls).remote == STANDS
