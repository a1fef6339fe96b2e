"""What every store of pull requests promises: in memory and on databases alike."""

from dataclasses import replace

from bot.app.pulls.ports import Due, Pin, PullStore, Remark
from bot.domain.commands import Ok, Run
from tests.adapters.store.pull_samples import (
    ELSEWHERE,
    HEAD,
    NEXT,
    ODD,
    OTHER,
    PULL,
    REPOSITORY,
    act,
    full_standing,
    remark,
    reply,
    standing,
    sticky,
    stop,
)

# Which are to be looked at ----------------------------------------------------------


def due(pulls: PullStore, now: float = 1_000.0) -> list[Due]:
    return list(pulls.due(now, 9))


def test_one_that_is_woken_is_due_from_then_on(pulls: PullStore) -> None:
    pulls.wake(PULL, 99, 50.0)
    assert due(pulls, 49.9) == []
    assert due(pulls, 50.0) == [Due(PULL, 99, 1)]
    assert due(pulls, 50.0) == [Due(PULL, 99, 1)]


def test_a_later_wake_up_does_not_put_an_earlier_one_off(pulls: PullStore) -> None:
    pulls.wake(PULL, 99, 50.0)
    pulls.wake(PULL, 100, 70.0)
    assert due(pulls, 50.0) == [Due(PULL, 100, 2)]
    pulls.wake(PULL, 100, 20.0)
    assert due(pulls, 20.0) == [Due(PULL, 100, 3)]


def test_the_longest_due_come_first_and_no_more_than_wanted(pulls: PullStore) -> None:
    for pull, at in ((PULL, 30.0), (ELSEWHERE, 10.0), (OTHER, 10.0)):
        pulls.wake(pull, 99, at)
    assert [one.pull for one in due(pulls)] == [ELSEWHERE, OTHER, PULL]
    assert [one.pull for one in pulls.due(1_000.0, 2)] == [ELSEWHERE, OTHER]


def test_one_that_rests_is_due_when_it_said_or_when_it_is_woken(
    pulls: PullStore,
) -> None:
    pulls.wake(PULL, 99, 50.0)
    assert pulls.rest(due(pulls)[0], 200.0)
    assert due(pulls, 199.0) == []
    assert due(pulls, 200.0) == [Due(PULL, 99, 1)]
    assert pulls.rest(due(pulls)[0], None)
    assert due(pulls, 1e12) == []
    pulls.wake(PULL, 99, 300.0)
    assert due(pulls, 300.0) == [Due(PULL, 99, 2)]


def test_one_that_was_woken_while_it_was_looked_at_stays_due(pulls: PullStore) -> None:
    pulls.wake(PULL, 99, 50.0)
    (seen,) = due(pulls)
    pulls.wake(PULL, 99, 60.0)
    assert pulls.rest(seen, None)
    assert due(pulls) == [Due(PULL, 99, 2)]
    assert not pulls.rest(Due(OTHER, 99, 0), 1.0)  # of which nothing is kept
    assert due(pulls) == [Due(PULL, 99, 2)]


# Heads ------------------------------------------------------------------------------


def test_the_head_at_a_moment_is_the_last_one_seen_by_then(pulls: PullStore) -> None:
    assert pulls.head_at(PULL, 1e12) is None
    pulls.saw_head(PULL, HEAD, 10.0)
    pulls.saw_head(PULL, NEXT, 20.0)
    pulls.saw_head(OTHER, "c" * 40, 15.0)
    moments = (9.9, 10.0, 19.9, 20.0)
    assert [pulls.head_at(PULL, one) for one in moments] == [None, HEAD, HEAD, NEXT]


def test_a_head_that_is_seen_again_keeps_its_time(pulls: PullStore) -> None:
    pulls.saw_head(PULL, HEAD, 10.0)
    pulls.saw_head(PULL, HEAD, 30.0)
    assert pulls.head_at(PULL, 10.0) == HEAD


def test_a_head_that_comes_back_is_the_latest_again(pulls: PullStore) -> None:
    for at, sha in ((10.0, HEAD), (20.0, NEXT), (30.0, HEAD)):
        pulls.saw_head(PULL, sha, at)
    assert [pulls.head_at(PULL, at) for at in (10.0, 20.0, 30.0)] == [HEAD, NEXT, HEAD]
    assert list(pulls.heads(PULL)) == [NEXT, HEAD]
    assert list(pulls.heads(OTHER)) == []


def test_a_clock_that_was_set_back_does_not_hide_the_latest_head(
    pulls: PullStore,
) -> None:
    pulls.saw_head(PULL, HEAD, 100.0)
    pulls.saw_head(PULL, NEXT, 90.0)
    assert pulls.head_at(PULL, 95.0) == NEXT
    assert pulls.head_at(PULL, 100.0) == NEXT


# Remarks and acts -------------------------------------------------------------------


def test_a_remark_waits_to_be_worked_on_as_it_was_written(pulls: PullStore) -> None:
    odd = remark(body=ODD)
    assert pulls.note(odd)
    assert not pulls.note(odd)
    assert list(pulls.remarks(9)) == [odd]


def test_remarks_come_in_the_order_of_github_and_no_more_than_wanted(
    pulls: PullStore,
) -> None:
    order = [remark(9, at=5.0), remark(10, at=6.0), remark(100, at=6.0)]
    for one in order[::-1]:
        pulls.note(one)
    assert list(pulls.remarks(9)) == order
    assert list(pulls.remarks(2)) == order[:2]


def test_the_same_number_elsewhere_is_another_remark(pulls: PullStore) -> None:
    assert pulls.note(remark())
    assert pulls.note(remark(pull=ELSEWHERE))
    pulls.settle(remark(), [], [], 1.0)
    assert [one.pull for one in pulls.remarks(9)] == [ELSEWHERE]


def test_settling_keeps_what_was_ordered_and_answered_and_wakes_the_pull(
    pulls: PullStore,
) -> None:
    pulls.note(remark())
    pulls.settle(remark(), [act(), stop()], [reply()], 40.0)
    assert list(pulls.remarks(9)) == []
    assert list(pulls.acts(PULL)) == [act(), stop()]
    assert [one.post for one in pulls.waiting(1_000.0, 9)] == [reply()]
    assert due(pulls, 40.0) == [Due(PULL, 99, 1)]
    assert not pulls.note(remark())


def test_a_remark_without_orders_wakes_nobody(pulls: PullStore) -> None:
    pulls.note(remark())
    pulls.settle(remark(), [], [reply()], 40.0)
    assert due(pulls) == []
    assert [one.post for one in pulls.waiting(1_000.0, 9)] == [reply()]


def test_a_remark_is_settled_once_whatever_it_would_come_to_later(
    pulls: PullStore,
) -> None:
    pulls.settle(remark(), [act()], [reply()], 40.0)
    pulls.rest(due(pulls)[0], None)
    pulls.settle(remark(), [act(), stop()], [reply(body="No. <!-- r -->")], 50.0)
    assert list(pulls.acts(PULL)) == [act()]
    assert [one.post for one in pulls.waiting(1_000.0, 9)] == [reply()]
    assert due(pulls) == []


def test_a_remark_that_asks_for_nothing_is_known_and_waits_for_nobody(
    pulls: PullStore,
) -> None:
    waiting, talk = remark(), remark(8, "Nice work.")
    assert pulls.note(waiting)
    pulls.overhear([talk, waiting])
    pulls.overhear([talk])
    pulls.overhear([])
    assert not pulls.note(talk)
    assert pulls.remarks(9) == [waiting]


def test_an_order_counts_once(pulls: PullStore) -> None:
    pulls.act([act("button:1"), stop("button:2")])
    pulls.act([act("button:2", Ok(HEAD)), act("button:3")])
    kept = [act("button:1"), stop("button:2"), act("button:3")]
    assert list(pulls.acts(PULL)) == kept
    assert list(pulls.acts(OTHER)) == []
    assert due(pulls) == []


def test_orders_are_given_as_they_were_said_however_late_they_come(
    pulls: PullStore,
) -> None:
    first, last = (
        replace(act(f"comment:{n}:1"), said_at=100.0, remark=n) for n in (9, 10)
    )
    before = replace(act("review:3:1"), said_at=99.0, remark=30)
    then = replace(stop("review:3:2"), said_at=99.0, remark=30)
    earlier = act("comment:1:1")  # of before anybody kept when it was said
    pulls.act([last, earlier])
    pulls.act([first, before, then])
    assert list(pulls.acts(PULL)) == [earlier, before, then, first, last]


def test_orders_of_several_pull_requests_do_not_mix(pulls: PullStore) -> None:
    orders = [
        act("a", Run(HEAD, None, ("mlp",))),
        act("b", pull=OTHER),
        act("a", pull=ELSEWHERE),
        act("c"),
    ]
    pulls.act(orders)
    assert list(pulls.acts(PULL)) == [orders[0], orders[3]]
    assert list(pulls.acts(OTHER)) == [orders[1]]
    assert list(pulls.acts(ELSEWHERE)) == [orders[2]]


# Bases and standings ----------------------------------------------------------------


def test_the_first_base_of_a_head_stays_until_another_is_asked_for(
    pulls: PullStore,
) -> None:
    first, second = (Pin(PULL, HEAD, "main", base, 1.5) for base in "xy")
    assert pulls.pin(first) == first
    assert pulls.pin(second) == first
    assert pulls.pin(second, renew=True) == second
    assert pulls.pin(first) == second


def test_another_head_base_branch_or_pull_has_a_base_of_its_own(
    pulls: PullStore,
) -> None:
    pins = [
        Pin(PULL, HEAD, "main", "x", 1.0),
        Pin(PULL, NEXT, "main", "y", 2.0),
        Pin(PULL, HEAD, "next", "z", 3.0),
        Pin(OTHER, HEAD, "main", "w", 4.0),
    ]
    assert [pulls.pin(one) for one in pins] == pins


def test_the_latest_standing_comes_back_as_it_was(pulls: PullStore) -> None:
    assert pulls.standing(PULL) is None
    pulls.say(standing(), [])
    pulls.say(full_standing(), [])
    assert pulls.standing(PULL) == full_standing()
    assert pulls.standing(OTHER) is None


def test_a_standing_and_its_posts_are_kept_as_one(pulls: PullStore) -> None:
    pulls.say(standing(), [sticky()])
    assert [one.post for one in pulls.waiting(1_000.0, 9)] == [sticky()]


def test_standings_are_found_by_repository_and_by_head(pulls: PullStore) -> None:
    both = [standing(PULL), standing(OTHER)]
    for one in (*both[::-1], standing(ELSEWHERE)):
        pulls.say(one, [])
    assert list(pulls.standings(REPOSITORY)) == both
    assert list(pulls.standings(REPOSITORY, HEAD)) == both
    pulls.say(standing(OTHER, NEXT), [])
    assert list(pulls.standings(REPOSITORY, HEAD)) == [standing(PULL)]
    assert list(pulls.standings(REPOSITORY, NEXT)) == [standing(OTHER, NEXT)]
    assert list(pulls.standings(1)) == []


def test_a_remark_of_an_account_that_is_gone_is_kept_as_any(pulls: PullStore) -> None:
    known = remark()
    ghost = Remark(
        "review:1",
        PULL,
        99,
        known.source,
        1,
        "",
        None,
        "ghost",
        None,
        1e9 + 0.1,
        edited=True,
    )
    pulls.note(ghost)
    assert list(pulls.remarks(9)) == [ghost]
