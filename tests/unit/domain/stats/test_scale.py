"""Values near a bound: compared on the logit or the logarithm, shown in their unit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Scale, Test
from bot.domain.stats.comparison import Rule, Sample, beyond, compare
from bot.domain.stats.equivalence import equivalence
from bot.domain.stats.method import Method
from bot.domain.stats.scale import Curve, curve_of
from bot.domain.stats.superiority import superiority
from tests.unit.domain.stats.reference import steady

RNG = np.random.default_rng(12)
OLD = expit(4.0 + RNG.standard_normal(8))
NEW = expit(4.2 + RNG.standard_normal(8))
LEVEL = 0.05
LOGIT, LOG = Choice(scale=Scale.LOGIT), Choice(scale=Scale.LOG)
CURVES = (Curve(0.0, 1.0), Curve(floor=0.0), Curve(ceiling=1.0), Curve())


def sample(old=OLD, new=NEW) -> Sample:
    return Sample(tuple(old.tolist()), tuple(new.tolist()), paired=True)


def accuracy(amount: float, choice: Choice = LOGIT) -> Rule:
    return Rule(1, AbsoluteTolerance(amount), choice)


# The curve


@pytest.mark.parametrize("curve", CURVES, ids=str)
@pytest.mark.parametrize("by", [-30.0, -1.0, 0.0, 1e-9, 1.0, 30.0])
def test_a_move_on_the_curve_is_a_move_of_the_value(curve, by):
    moved = curve.moved(0.25, by)
    assert math.copysign(1.0, moved) == math.copysign(1.0, by) or moved == 0.0 == by
    if abs(by) <= 1.0:
        assert curve.of(0.25 + moved) == pytest.approx(curve.of(0.25) + by)


@pytest.mark.parametrize(
    ("curve", "lowest", "highest"),
    [
        (Curve(0.0, 1.0), -0.25, 0.75),
        (Curve(floor=0.0), -0.25, math.inf),
        (Curve(ceiling=1.0), -math.inf, 0.75),
        (Curve(), -math.inf, math.inf),
    ],
    ids=str,
)
@pytest.mark.parametrize("far", [1e5, math.inf])
def test_however_far_a_move_ends_at_the_bound(curve, lowest, highest, far):
    found = curve.moved(0.25, -far), curve.moved(0.25, far)
    if curve.straight:
        assert found == (-far, far)
    else:
        assert found == (lowest, highest)


@steady
@given(st.sampled_from(CURVES), st.floats(0.01, 0.99))
def test_the_slope_is_the_derivative(curve, at):
    step = 1e-6
    rise = curve.of(at + step) - curve.of(at - step)
    assert curve.slope(at) == pytest.approx(rise / (2 * step), rel=1e-4)


def test_flipping_the_metric_exchanges_the_bounds():
    assert curve_of(LOGIT, 1, 2.0) == Curve(0.0, 0.5)
    assert curve_of(LOGIT, -1, 2.0) == Curve(-0.5, 0.0)
    assert curve_of(LOG, -1, 2.0) == Curve(ceiling=0.0)
    assert curve_of(LOG, 1, 2.0) == Curve(floor=0.0)
    assert curve_of(Choice(), -1, 2.0).straight


# The tests


def test_a_loss_is_tested_against_the_baseline_made_worse_by_the_tolerance():
    found = compare(sample(), accuracy(0.01), LEVEL)
    f, worse = logit(NEW), logit(OLD - 0.01)
    plain = stats.ttest_rel(f, logit(OLD))
    assert found.method is Method.PAIRED_T
    assert found.p_ni == pytest.approx(
        stats.ttest_rel(f, worse, alternative="greater").pvalue
    )
    assert found.p_beyond == pytest.approx(
        stats.ttest_rel(f, worse, alternative="less").pvalue
    )
    harm = stats.ttest_rel(f, logit(OLD), alternative="less")
    assert found.p_harm == pytest.approx(harm.pvalue)
    mean = OLD.mean()
    end = plain.confidence_interval(0.9).high
    assert found.high == pytest.approx(expit(logit(mean) + end) - mean)
    end = stats.ttest_rel(f, worse).confidence_interval(0.9).low
    assert found.low == pytest.approx(expit(logit(mean - 0.01) + end) - mean)
    d = (f - logit(OLD)).mean()
    assert found.d == pytest.approx(expit(logit(mean) + d) - mean)


def test_a_relative_tolerance_moves_each_value_by_its_own_share():
    rule = Rule(1, RelativeTolerance(0.01), Choice(Test.WELCH, scale=Scale.LOGIT))
    found = compare(sample(), rule, LEVEL)
    tested = stats.ttest_ind(
        logit(NEW), logit(0.99 * OLD), equal_var=False, alternative="greater"
    )
    assert found.method is Method.WELCH_T
    assert found.p_ni == pytest.approx(tested.pvalue)
    assert found.margin == pytest.approx(0.01 * OLD.mean())


def test_an_error_is_compared_by_its_logarithm():
    old, new = 1.0 - OLD, 1.0 - NEW
    found = compare(sample(old, new), Rule(-1, AbsoluteTolerance(0.01), LOG), LEVEL)
    gain = np.log(old) - np.log(new)
    harm = stats.ttest_1samp(gain, 0.0, alternative="less")
    assert found.p_harm == pytest.approx(harm.pvalue)
    tested = stats.ttest_rel(np.log(old + 0.01), np.log(new), alternative="greater")
    assert found.p_ni == pytest.approx(tested.pvalue)
    assert found.d == pytest.approx(old.mean() * (1 - math.exp(-gain.mean())))
    assert found.se == pytest.approx(old.mean() * stats.sem(gain))


def test_an_accuracy_and_its_error_are_judged_alike_between_two_bounds():
    one = compare(sample(), accuracy(0.01), LEVEL)
    error = Rule(-1, AbsoluteTolerance(0.01), LOGIT)
    two = compare(sample(1.0 - OLD, 1.0 - NEW), error, LEVEL)
    assert two.p_ni == pytest.approx(one.p_ni)
    assert (two.d, two.low, two.high) == pytest.approx((one.d, one.low, one.high))


def test_percentages_with_their_bounds_are_judged_like_shares():
    one = compare(sample(), accuracy(0.01), LEVEL)
    percent = Choice(scale=Scale.LOGIT, low=0.0, high=100.0)
    two = compare(sample(100.0 * OLD, 100.0 * NEW), accuracy(1.0, percent), LEVEL)
    assert two.p_ni == pytest.approx(one.p_ni)
    assert two.low == pytest.approx(100.0 * one.low)


def test_a_gain_and_likeness_are_tested_on_the_scale_too():
    shown = superiority(sample(), accuracy(0.0), 0.0005, LEVEL)
    better = logit(OLD + 0.0005)
    tested = stats.ttest_rel(logit(NEW), better, alternative="greater")
    assert shown.p_shown == pytest.approx(tested.pvalue)
    alike = equivalence(sample(), accuracy(0.0005), LEVEL)
    tested = stats.ttest_rel(logit(NEW), better, alternative="less")
    assert alike.p_upper == pytest.approx(tested.pvalue)


def test_arms_without_spread_are_compared_as_numbers():
    found = compare(Sample((0.9,) * 5, (0.8,) * 5, paired=True), accuracy(0.05), LEVEL)
    assert found.method is Method.EXACT
    assert (found.d, found.high) == pytest.approx((-0.1, -0.1))
    assert found.p_harm == 0.0


def test_ends_of_two_contrasts_never_cross():
    """Very unequal baseline values, each of them lost by about the same factor."""
    old = (0.001, 0.01, 0.1, 0.5, 0.9)
    for factor in (0.3, 0.9, 0.99, 1.0, 1.01, 1.1):
        noise = (1.0, 1.0001, 0.9999, 1.0, 1.0001)
        new = tuple(a * factor * b for a, b in zip(old, noise, strict=True))
        for amount in (0.0001, 0.01, 10.0):
            rule = Rule(-1, AbsoluteTolerance(amount), LOG)
            for test in (compare, beyond, equivalence):
                found = test(Sample(old, new, paired=True), rule, 0.01)
                assert found.low <= found.d <= found.high


# At the bound there is no logarithm


@pytest.mark.parametrize("arm", ["baseline", "branch"])
def test_a_value_at_its_bound_is_refused(arm):
    old, new = OLD.copy(), NEW.copy()
    (old if arm == "baseline" else new)[3] = 1.0
    for test in (compare, beyond, equivalence):
        found = test(sample(old, new), accuracy(0.001), LEVEL)
        assert found.refused == 1.0
        assert found.method is Method.NONE
        assert (found.low, found.high) == (-math.inf, math.inf)
    assert superiority(sample(old, new), accuracy(0.0), 0.0, LEVEL).refused == 1.0


def test_a_value_beyond_its_bound_is_refused_in_its_own_unit():
    new = NEW.copy()
    new[2] = -0.125
    found = compare(sample(new=new), accuracy(0.01), LEVEL)
    assert found.refused == -0.125
    assert (found.p_ni, found.p_harm, found.p_beyond, found.p_better) == (1,) * 4
    error = Rule(-1, AbsoluteTolerance(0.01), LOG)
    assert compare(sample(new=new), error, LEVEL).refused == -0.125


def test_a_tolerance_that_reaches_the_bound_is_refused_with_the_run_it_moves():
    old = np.array([0.9, 0.95, 0.005, 0.97])
    found = compare(sample(old, NEW[:4]), accuracy(0.01), LEVEL)
    assert found.refused == 0.005
    gain = superiority(sample(), accuracy(0.0), 0.1, LEVEL)
    assert gain.refused == max(OLD)
    assert gain.p_shown == gain.p_missed == 1.0
    assert equivalence(sample(), accuracy(0.1), LEVEL).refused == max(OLD)


def test_equal_arms_at_their_bound_need_no_logarithm():
    ones = Sample((1.0,) * 5, (1.0,) * 5, paired=True)
    assert compare(ones, accuracy(0.01), LEVEL).method is Method.EQUAL


def test_bounds_far_out_of_sight_leave_the_values_as_they_are():
    far = Choice(scale=Scale.LOGIT, low=-1e300, high=1e300)
    tiny = 1e-9 * OLD, 1e-9 * NEW
    found = compare(sample(*tiny), Rule(1, AbsoluteTolerance(1e-11), far), LEVEL)
    plain = compare(sample(*tiny), Rule(1, AbsoluteTolerance(1e-11)), LEVEL)
    assert found == plain
