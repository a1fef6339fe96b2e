"""What becomes of a verdict when its base moves on."""

import dataclasses

import pytest

from bot.domain.pulls.base_moved import (
    Again,
    Carried,
    Footing,
    Moved,
    Moving,
    Same,
    Stands,
    Why,
    moved,
)

DAY = 86400.0
JUDGED = Footing("c1", base="b1", landing="l1", policy="p1", metrics="m1")
KEEP, REJUDGE = Moving(False, 14 * DAY), Moving(True, 14 * DAY)
AT = 1_000_000.0


def after(rule: Moving = KEEP, days: float = 1, **now: str) -> Moved:
    footing = dataclasses.replace(JUDGED, **now)
    return moved(JUDGED, AT, footing, rule, AT + days * DAY)


@pytest.mark.parametrize("rule", [KEEP, REJUDGE])
def test_on_the_base_that_it_is_of_a_verdict_stands_for_ever(rule: Moving) -> None:
    assert after(rule, days=1000) == Same()


@pytest.mark.parametrize("rule", [KEEP, REJUDGE])
def test_a_base_that_training_cannot_tell_apart_takes_the_verdict_over(
    rule: Moving,
) -> None:
    assert after(rule, days=1000, commit="c2") == Carried()


@pytest.mark.parametrize("seen", [{"base": "b2"}, {"landing": "l2"}])
def test_one_that_it_can_tell_apart_leaves_the_verdict_for_a_while(
    seen: dict[str, str],
) -> None:
    until = Stands(AT + 14 * DAY)
    assert after(commit="c2", **seen) == until
    assert after(days=13.999, commit="c2", **seen) == until
    assert after(days=14, commit="c2", **seen) == Again(Why.AGE)


def test_where_nothing_was_judged_nothing_stands() -> None:
    nothing = dataclasses.replace(JUDGED, landing=JUDGED.base)
    same = dataclasses.replace(nothing, commit="c2")
    other = dataclasses.replace(same, base="b2")
    assert moved(nothing, AT, same, KEEP, AT + DAY) == Carried()
    assert moved(nothing, AT, other, KEEP, AT + DAY) == Again(Why.NOTHING)
    assert moved(nothing, AT, other, REJUDGE, AT + DAY) == Again(Why.NOTHING)


def test_a_clock_that_went_back_does_not_end_a_verdict() -> None:
    assert after(days=-1, commit="c2", base="b2") == Stands(AT + 14 * DAY)


def test_where_the_policy_says_so_it_is_judged_again_at_once() -> None:
    assert after(REJUDGE, days=0, commit="c2", base="b2") == Again(Why.ASKED)


@pytest.mark.parametrize("rule", [KEEP, REJUDGE])
def test_under_another_policy_or_definition_no_verdict_stands(rule: Moving) -> None:
    assert after(rule, commit="c2", policy="p2") == Again(Why.POLICY)
    assert after(rule, commit="c2", metrics="m2") == Again(Why.METRICS)
