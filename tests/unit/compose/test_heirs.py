"""What runs since before a process led is left alone until its heirs have come."""

import pytest

from bot.adapters.github.failing import LONGEST_REST_S
from bot.compose.serving.heirs import LONGEST_S, Heirs, unsure
from bot.domain.pulls.acts import PullKey
from tests.unit.compose.clock import Clock


@pytest.fixture
def heirs(clock: Clock) -> Heirs:
    return Heirs("ab", clock)


def test_all_that_waited_first_have_their_turn(heirs: Heirs) -> None:
    told = [heirs.have_come(one, ()) for one in ("abc", "bc", "cd", "d")]
    assert told == [False, False, False, True]


def test_whoever_comes_later_has_begun_nothing_before(clock: Clock) -> None:
    """Where many work there is always one that waits."""
    heirs = Heirs("", clock)
    assert heirs.have_come("e", "f")
    assert heirs.have_come("ef", "g")


def test_who_had_a_turn_once_is_waited_for_no_more(heirs: Heirs) -> None:
    assert not heirs.have_come("", "")
    assert heirs.have_come("a", "b")


def test_who_leads_no_more_is_told_so(heirs: Heirs) -> None:
    before = heirs.leads()
    heirs.end()
    assert (before, heirs.leads()) == (True, False)


def test_whoever_rests_for_github_s_limits_is_waited_for() -> None:
    assert LONGEST_S > LONGEST_REST_S


def test_what_is_due_counts_as_what_waits_for_a_while(
    heirs: Heirs, clock: Clock
) -> None:
    """A look that fails for ever is due for ever; who waits in line has a turn."""
    for _ in range(3):
        assert not heirs.have_come("", "a")
    clock.seconds += LONGEST_S
    assert not heirs.have_come("", "a")
    assert heirs.have_come("", "a")


def test_what_was_due_and_waits_now_still_has_its_turn_to_come(
    heirs: Heirs, clock: Clock
) -> None:
    assert not heirs.have_come("", "a")
    clock.seconds += LONGEST_S
    assert not heirs.have_come("a", "")
    assert not heirs.have_come("a", "")
    assert not heirs.have_come("", "")
    assert heirs.have_come("", "")


ONE, TWO = PullKey(1, 1), PullKey(1, 2)


def test_a_look_may_find_what_goes_on_now_or_once_github_is_back() -> None:
    assert unsure([ONE], [ONE, TWO], [], []) == {ONE, TWO}


def test_of_what_is_judged_here_all_is_known_though_sweeps_wake_it() -> None:
    assert unsure([ONE], [ONE, TWO], [ONE, TWO], []) == frozenset()


def test_what_was_ordered_is_asked_after_while_it_is_carried_on() -> None:
    assert unsure([], [ONE, TWO], [], [ONE]) == {TWO}


def test_an_order_that_is_carried_on_tells_nothing_of_a_verdict_that_is_due() -> None:
    assert unsure([ONE], [ONE], [], [ONE]) == {ONE}
