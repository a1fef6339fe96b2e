"""One change alone, and how two of them combine: shown, never decisive."""

import dataclasses

import pytest

from bot.domain.judgement.changes import (
    ChangeArms,
)
from bot.domain.stats.choice import Choice, Test
from bot.domain.verdict import (
    Reason,
    Ruling,
)
from tests.unit.domain.judgement.branches import (
    arm,
    crashes,
    effect,
    judge,
    numbers,
    only,
    reasons,
    tremble,
    two,
    unlisted,
)


def test_a_single_is_shown_with_its_interval_and_decides_nothing() -> None:
    arms = dataclasses.replace(two(), only={"A": arm(1.4, 5), "B": arm(1.0, 6, 3)})
    judged = judge(arms)
    single = effect(judged).single
    assert single is not None
    d, low, high = single
    assert low is not None
    assert high is not None
    assert low < d < high < 0.0
    assert effect(judged).state is Ruling.PASS
    few = effect(judged, "B").single
    assert few is not None
    assert few[1:] == (None, None)


def test_a_single_without_values_is_not_shown() -> None:
    arms = dataclasses.replace(two(), only={"A": crashes(10)})
    assert effect(judge(arms)).single is None
    far = dataclasses.replace(
        two(), baseline=numbers(*[-1.7e308] * 10), only={"A": numbers(*[1.7e308] * 10)}
    )
    assert effect(judge(far)).single is None


@pytest.mark.parametrize("singles", [True, False])
def test_two_changes_that_are_worse_together_than_their_sum_interact(
    singles: bool,
) -> None:
    a, b = arm(1.0, 2), arm(1.0, 3)
    arms = ChangeArms(
        full=arm(1.5, 1),
        baseline=arm(1.0, 4),
        without={} if singles else {"A": b, "B": a},
        only={"A": a, "B": b} if singles else {},
    )
    found = only(judge(arms, Ruling.BLOCK), Reason.INTERACTION)
    facts = found.evidence
    assert (found.state, facts["first"], facts["second"]) == (Ruling.INFO, "A", "B")
    assert facts["d"] == pytest.approx(-0.5, abs=0.05)
    assert (facts["look"], facts["orientation"]) == (10, -1)
    assert found.metric == "loss"


def test_changes_that_add_up_are_not_said_to_interact() -> None:
    arms = ChangeArms(
        arm(1.3, 1), arm(1.0, 4), without={"A": arm(1.2, 2), "B": arm(1.1, 3)}
    )
    assert Reason.INTERACTION not in [reason for reason, _ in reasons(judge(arms))]


def test_arms_that_share_no_seeds_interact_by_their_own_spread() -> None:
    a, b = unlisted(arm(1.0, 2)), unlisted(arm(1.0, 3, 6))
    arms = ChangeArms(
        unlisted(arm(1.5, 1)), unlisted(arm(1.0, 4)), only={"A": a, "B": b}
    )
    assert only(judge(arms, Ruling.BLOCK), Reason.INTERACTION).evidence["look"] == 6


def test_a_test_that_history_chose_holds_for_what_is_only_shown_too() -> None:
    full, base = tremble(0.2, 10), tremble(0.0, 10)
    arms = ChangeArms(full, base, without={"A": base}, only={"A": tremble(0.2, 10)})
    paired = effect(judge(arms)).single
    welch = effect(judge(arms, choices={"loss": Choice(test=Test.WELCH)})).single
    assert paired is not None
    assert welch is not None
    assert paired[1] == pytest.approx(paired[0])
    assert welch[1] is not None
    assert welch[1] < welch[0] - 0.1


def test_no_interaction_is_told_of_three_changes_or_without_one_of_the_arms() -> None:
    three = ChangeArms(
        arm(1.5, 1), arm(1.0, 4), only={name: arm(1.0, 2) for name in "ABC"}
    )
    lacking = ChangeArms(arm(1.5, 1), arm(1.0, 4), only={"A": arm(1.0, 2), "B": ()})
    for arms in (three, lacking):
        found = [reason for reason, _ in reasons(judge(arms, Ruling.BLOCK))]
        assert Reason.INTERACTION not in found
