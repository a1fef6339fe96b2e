"""The lane for writes: never more than GitHub allows, and the urgent first."""

import bisect

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.github import Go, Lane, Priority, Rest, Waiting, rest, turn

ALL = list(Priority)
CAPS = ((1.0, 1), (60.0, 80), (3600.0, 500))


def waiting(*priorities: Priority, since: float = 0.0) -> list[Waiting]:
    return [Waiting(f"w{i}", one, since) for i, one in enumerate(priorities)]


def test_nobody_waits_and_nobody_goes() -> None:
    assert turn(Lane(), [], 5.0) is None


def test_a_conclusion_goes_before_everything_else() -> None:
    went = turn(Lane(), waiting(*reversed(ALL)), 100.0)
    assert went == Go("w4", Lane((100.0,)))


def test_of_equals_the_one_that_waits_longer_goes() -> None:
    both = [Waiting("b", Priority.COMMENT, 1.0), Waiting("a", Priority.COMMENT, 2.0)]
    went = turn(Lane(), both, 100.0)
    assert isinstance(went, Go)
    assert went.name == "b"


def test_a_second_lies_between_two_writes() -> None:
    lane = Lane((100.0,))
    assert turn(lane, waiting(Priority.CONCLUSION), 100.4) == Rest(101.0)
    assert isinstance(turn(lane, waiting(Priority.CONCLUSION), 101.0), Go)


def test_nothing_goes_while_github_says_to_rest() -> None:
    lane = rest(rest(Lane(), 200.0), 150.0)
    assert turn(lane, waiting(Priority.CONCLUSION), 199.0) == Rest(200.0)
    assert isinstance(turn(lane, waiting(Priority.CONCLUSION), 200.0), Go)


def test_progress_stops_early_and_leaves_room_for_conclusions() -> None:
    lane = Lane(tuple(100.0 + i for i in range(50)))
    assert turn(lane, waiting(Priority.PROGRESS), 151.0) == Rest(160.0)
    assert isinstance(turn(lane, waiting(Priority.CONCLUSION), 151.0), Go)
    hour = Lane(tuple(i * 7.0 for i in range(380)))
    assert turn(hour, waiting(Priority.PROGRESS), 3000.0) == Rest(3600.0)
    assert isinstance(turn(hour, waiting(Priority.CONCLUSION), 3000.0), Go)


def test_a_clock_that_is_set_back_does_not_close_the_lane() -> None:
    lane = Lane((5000.0,))
    assert isinstance(turn(lane, waiting(Priority.COMMENT), 100.0), Go)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 4, allow_nan=False), st.sampled_from(ALL)),
        min_size=1,
        max_size=700,
    )
)
def test_whoever_obeys_never_breaks_a_limit(
    asked: list[tuple[float, Priority]],
) -> None:
    lane, now, went = Lane(), 0.0, []
    for wait, priority in asked:
        now += wait
        outcome = turn(lane, waiting(priority), now)
        if isinstance(outcome, Rest):
            assert outcome.until > now
            now = outcome.until
            outcome = turn(lane, waiting(priority), now)
        assert isinstance(outcome, Go)
        lane = outcome.lane
        went.append(now)
    for at, (span, most) in ((t, cap) for t in went for cap in CAPS):
        first, last = bisect.bisect_left(went, at), bisect.bisect_left(went, at + span)
        assert last - first <= most
