"""What runs since before a process led is left alone until its heirs have come."""

import pytest

from bot.compose.serving.heirs import LONGEST_S, Heirs, unsure
from bot.domain.pulls.acts import PullKey


class Clock:
    """Seconds that pass as tests say."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heirs(clock: Clock) -> Heirs:
    return Heirs(clock)


def test_all_that_waited_first_have_their_turn(heirs: Heirs) -> None:
    told = [heirs.have_come(one, whole=True) for one in ("ab", "bc", "cd", "d")]
    assert told == [False, False, False, True]


def test_whoever_comes_later_has_begun_nothing_before(heirs: Heirs) -> None:
    """Where many work there is always one that waits."""
    assert not heirs.have_come("", whole=True)
    assert heirs.have_come("e", whole=True)
    assert heirs.have_come("ef", whole=True)


def test_whoever_leads_anew_spares_those_that_wait_anew(heirs: Heirs) -> None:
    for _ in range(2):
        heirs.have_come("", whole=True)
    heirs.begin()
    assert not heirs.have_come("a", whole=True)
    assert not heirs.have_come("a", whole=True)


def test_while_no_sweep_reaches_everything_all_is_left_alone(
    heirs: Heirs, clock: Clock
) -> None:
    """GitHub is away: those that are to go on are not woken before it is back."""
    for _ in range(3):
        assert not heirs.have_come("", whole=False)
    assert not heirs.have_come("a", whole=True)
    assert not heirs.have_come("", whole=False)
    assert heirs.have_come("", whole=False)  # once is enough: nothing is missing since
    clock.seconds += LONGEST_S
    assert heirs.have_come("", whole=False)


def test_but_not_for_ever(heirs: Heirs, clock: Clock) -> None:
    clock.seconds += LONGEST_S - 1.0
    assert not heirs.have_come("", whole=False)
    clock.seconds += 1.0
    assert not heirs.have_come("", whole=False)  # who waits is only seen now
    assert heirs.have_come("", whole=False)


def test_what_is_due_counts_as_what_waits_for_an_hour(
    heirs: Heirs, clock: Clock
) -> None:
    """A look that fails for ever is due for ever; who waits in line has a turn."""
    for _ in range(3):
        assert not heirs.have_come("", "a", whole=True)
    clock.seconds += LONGEST_S
    assert not heirs.have_come("", "a", whole=True)
    assert heirs.have_come("", "a", whole=True)


def test_what_was_due_and_waits_now_still_has_its_turn_to_come(
    heirs: Heirs, clock: Clock
) -> None:
    assert not heirs.have_come("", "a", whole=True)
    clock.seconds += LONGEST_S
    assert not heirs.have_come("a", whole=True)
    assert not heirs.have_come("a", whole=True)
    assert not heirs.have_come("", whole=True)
    assert heirs.have_come("", whole=True)


ONE, TWO = PullKey(1, 1), PullKey(1, 2)


def test_a_look_may_find_what_goes_on_now_or_once_github_is_back() -> None:
    assert unsure([ONE], [ONE, TWO], [], []) == {ONE, TWO}


def test_of_what_is_judged_here_all_is_known_though_sweeps_wake_it() -> None:
    assert unsure([ONE], [ONE, TWO], [ONE, TWO], []) == frozenset()


def test_what_was_ordered_is_asked_after_while_it_is_carried_on() -> None:
    assert unsure([], [ONE, TWO], [], [ONE]) == {TWO}


def test_an_order_that_is_carried_on_tells_nothing_of_a_verdict_that_is_due() -> None:
    assert unsure([ONE], [ONE], [], [ONE]) == {ONE}
