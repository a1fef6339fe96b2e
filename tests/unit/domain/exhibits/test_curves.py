"""Stories about learning curves: every arm, on one grid, with an honest band."""

import math

import pytest

from bot.domain.arms import Anchor, Baseline, Branch, Without
from bot.domain.exhibits import bands, curves
from bot.domain.exhibits.curves import MOST_STEPS
from tests.unit.domain.exhibits.shown import CRASH, LOST, trial


def test_each_arm_has_its_mean_spread_and_ends() -> None:
    runs = [
        trial(Branch(), 0, series={"loss": [(0, 4.0), (10, 2.0)]}),
        trial(Branch(), 1, series={"loss": [(0, 2.0), (10, 1.0)]}),
        trial(Baseline(), 0, series={"loss": [(0, 3.0), (10, 3.0)]}),
    ]
    baseline, branch = bands(runs, "mlp", "loss")
    assert (baseline.arm, branch.arm, branch.runs) == ("baseline", "branch", 2)
    assert (branch.steps, branch.mean) == ((0, 10), (3.0, 1.5))
    assert (branch.low, branch.high) == ((2.0, 1.0), (4.0, 2.0))
    assert branch.sd == pytest.approx((math.sqrt(2), math.sqrt(0.5)))
    assert baseline.sd == (0.0, 0.0)


def test_ablation_arms_have_curves_too_after_baseline_and_branch() -> None:
    points = {"loss": [(0, 2.0), (1, 1.0)]}
    arms = (Without("abc1234"), Branch(), Anchor(), Baseline())
    (made,) = curves([trial(arm, series=points) for arm in arms], "mlp")
    assert [one.arm for one in made.bands] == [
        *("baseline", "branch"),
        *("without:abc1234", "anchor"),
    ]


def test_runs_on_different_steps_share_one_grid() -> None:
    runs = [
        trial(Branch(), 0, series={"loss": [(0, 0.0), (10, 10.0)]}),
        trial(Branch(), 1, series={"loss": [(5, 1.0), (8, 4.0), (20, 4.0)]}),
    ]
    (band,) = bands(runs, "mlp", "loss")
    assert band.steps == (0, 5, 8, 10, 20)
    assert band.mean == pytest.approx((0.0, 3.0, 6.0, 7.0, 4.0))
    assert band.sd[0] == band.sd[-1] == 0.0


def test_long_curves_are_thinned_and_keep_both_ends() -> None:
    points = [(float(at), 1.0) for at in range(3000)]
    (band,) = bands([trial(Branch(), series={"loss": points})], "mlp", "loss")
    assert len(band.steps) == MOST_STEPS
    assert (band.steps[0], band.steps[-1]) == (0.0, 2999.0)


def test_failed_lost_and_foreign_runs_are_in_no_band() -> None:
    points = {"loss": [(0, 2.0), (1, 9e9)]}
    runs = [
        trial(Branch(), 0, series=points, outcome=CRASH),
        trial(Branch(), 1, series=points, outcome=LOST),
        trial(Branch(), 2, series={"loss": [(0, 1.0)]}),
    ]
    assert bands(runs, "mlp", "loss") == curves(runs, "mlp") == ()
    assert bands([trial(Branch(), series=points)], "conv", "loss") == ()


def test_points_that_are_not_finite_are_left_out() -> None:
    points = [(0, math.nan), (1, 2.0), (math.inf, 3.0), (2, math.inf), (3, 4.0)]
    (band,) = bands([trial(Branch(), series={"loss": points})], "mlp", "loss")
    assert (band.steps, band.mean) == ((1, 3), (2.0, 4.0))


def test_the_largest_values_do_not_overflow() -> None:
    runs = [
        trial(Branch(), at, series={"loss": [(0, sign * 1e299), (1, sign * 1e299)]})
        for at, sign in enumerate((1, -1, 1))
    ]
    (band,) = bands(runs, "mlp", "loss")
    assert all(math.isfinite(one) for one in (*band.sd, *band.mean))
