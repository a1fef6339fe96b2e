"""Stories about histograms of declared quantities and the ranges they must keep."""

import pytest

from bot.domain.arms import BRANCH, Branch, Only
from bot.domain.exhibits import exhibit
from bot.domain.policy import Quantity
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import QuantityShown
from tests.unit.domain.exhibits.shown import CRASH, both, mode, trial
from workers.contract import Histogram, Observed

WEIGHTS = Quantity("weights", -1.0, 1.0)


def seen(low: float, high: float, name: str = "weights") -> Observed:
    middle = (low + high) / 2
    return Observed((Histogram(name, 0.0, (low, middle, high), (1.0, 3.0), low, high),))


def shown(*given: Observed, n: int = 2) -> tuple[QuantityShown, tuple[Finding, ...]]:
    old, new = given
    made, found = exhibit([mode(WEIGHTS)], both(old, new, n))
    return made.quantities[0], found


def test_both_arms_are_shown_on_the_same_edges() -> None:
    quantity, found = shown(seen(-0.5, 0.5), seen(-0.5, 0.5))
    assert quantity.edges == (-0.5, 0.0, 0.5)
    assert [one.arm for one in quantity.arms] == ["baseline", "branch"]
    assert quantity.arms[0].shares == (0.25, 0.75)
    assert (quantity.arms[1].low, quantity.arms[1].high) == (-0.5, 0.5)
    assert found == ()


def test_other_edges_are_joined_and_nothing_is_lost() -> None:
    quantity, _ = shown(seen(-0.5, 0.5), seen(-0.9, 0.1))
    assert (quantity.edges[0], quantity.edges[-1]) == (-0.9, 0.5)
    for arm in quantity.arms:
        assert sum(arm.shares) == pytest.approx(1.0)


def test_a_branch_that_leaves_the_range_is_blocked() -> None:
    _, (found,) = shown(seen(-0.5, 0.5), seen(-0.5, 7.0))
    assert (found.reason, found.state) == (Reason.QUANTITY_OUTSIDE, Ruling.BLOCK)
    assert found.evidence == {
        "quantity": "weights",
        "low": -0.5,
        "high": 7.0,
        "minimum": -1.0,
        "maximum": 1.0,
        "seed": 100,
        "arm": BRANCH,
        "trials": 2,
        "baseline_outside": 0,
        "baseline_seen": 2,
    }


def test_a_range_that_the_baseline_leaves_as_well_is_only_told() -> None:
    _, (found,) = shown(seen(-2.0, 0.5), seen(-0.5, 7.0))
    assert found.state is Ruling.INFO
    _, (mended,) = shown(seen(-2.0, 0.5), seen(-0.5, 0.5))
    assert (mended.state, mended.evidence["arm"]) == (Ruling.INFO, "baseline")


def test_a_failed_trial_counts_too() -> None:
    runs = [trial(Branch(), 0, seen(-9.0, 9.0), outcome=CRASH)]
    _, (found,) = exhibit([mode(WEIGHTS)], runs)
    assert (found.state, found.evidence["baseline_seen"]) == (Ruling.BLOCK, 0)


def test_a_branch_that_falls_silent_cannot_be_cleared() -> None:
    _, (found,) = shown(seen(-0.5, 0.5), Observed())
    assert found.state is Ruling.UNDECIDED
    assert (found.evidence["low"], found.evidence["trials"]) == (None, 0)


def test_a_branch_that_has_not_run_or_crashed_is_not_called_silent() -> None:
    old, new = both(seen(-0.5, 0.5), Observed())
    crashed = trial(Branch(), 0, outcome=CRASH)
    assert exhibit([mode(WEIGHTS)], [old])[1] == ()
    assert exhibit([mode(WEIGHTS)], [old, crashed])[1] == ()
    assert exhibit([mode(WEIGHTS)], [old, new])[1] != ()


@pytest.mark.parametrize(
    ("quantity", "low", "high", "left"),
    [
        (Quantity("weights", None, 1.0), -9.0, 1.0, False),
        (Quantity("weights", None, 1.0), -9.0, 1.1, True),
        (Quantity("weights", 0.0, None), 0.0, 99.0, False),
        (Quantity("weights", 0.0, None), -0.1, 99.0, True),
    ],
)
def test_a_range_may_be_open_at_one_end(
    quantity: Quantity, low: float, high: float, left: bool
) -> None:
    _, found = exhibit([mode(quantity)], [trial(Branch(), 0, seen(low, high))])
    assert bool(found) is left


def test_other_arms_are_shown_and_never_found_guilty() -> None:
    runs = [trial(Only("abc"), 0, seen(-9.0, 9.0))]
    made, found = exhibit([mode(WEIGHTS)], runs)
    assert made.quantities[0].arms[0].outside == 1
    assert found == ()


def test_a_quantity_that_nobody_reported_is_shown_without_arms() -> None:
    made, found = exhibit([mode(WEIGHTS)], both(Observed(), seen(0, 1, "other")))
    assert made.quantities == (QuantityShown("mlp", "weights", -1.0, 1.0),)
    assert found == ()


def test_a_mode_that_was_not_run_shows_nothing() -> None:
    made, _ = exhibit([mode(WEIGHTS)], [])
    assert made.quantities == ()
