"""A gain above a margin: shown, ruled out, or neither."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Scale, Test
from bot.domain.stats.comparison import Rule, Sample, compare
from bot.domain.stats.method import Method
from bot.domain.stats.superiority import superiority
from tests.unit.domain.stats.arms import cases, in_order, moved, raised
from tests.unit.domain.stats.reference import steady

OLD = (3.31, 3.28, 3.3, 3.29, 3.32, 3.3)
NEW = (3.27, 3.26, 3.29, 3.27, 3.28, 3.27)
LEVEL = 0.01
LOWER = Rule(-1, AbsoluteTolerance(0.0))
HIGHER = Rule(1, AbsoluteTolerance(0.0))


def test_a_gain_above_the_margin_is_shown():
    found = superiority(Sample(OLD, NEW, paired=True), LOWER, 0.005, LEVEL)
    gains = np.array(OLD) - np.array(NEW)
    tested = stats.ttest_1samp(gains, 0.005, alternative="greater")
    assert found.method is Method.PAIRED_T
    assert found.p_shown == pytest.approx(tested.pvalue)
    assert found.p_shown <= LEVEL
    assert found.low > 0.005
    assert found.d == pytest.approx(gains.mean())
    assert found.low == pytest.approx(tested.confidence_interval(0.99).low)
    assert (found.baseline_mean, found.branch_mean) == pytest.approx(
        (np.mean(OLD), np.mean(NEW))
    )
    assert found.se == pytest.approx(stats.sem(gains))
    assert found.margin == 0.005


def test_a_gain_below_the_margin_is_ruled_out():
    found = superiority(Sample(OLD, NEW, paired=True), LOWER, 0.1, LEVEL)
    gains = np.array(OLD) - np.array(NEW)
    tested = stats.ttest_1samp(gains, 0.1, alternative="less")
    assert found.p_missed == pytest.approx(tested.pvalue)
    assert found.p_missed <= LEVEL
    assert found.high < 0.1


def test_between_both_nothing_is_shown():
    found = superiority(Sample(OLD, NEW, paired=True), LOWER, 0.025, LEVEL)
    assert found.p_shown > LEVEL
    assert found.p_missed > LEVEL
    assert found.low <= 0.025 <= found.high


def test_the_test_is_the_one_that_was_chosen():
    welch = Rule(-1, RelativeTolerance(0.5), Choice(Test.WELCH))
    found = superiority(Sample(OLD, NEW, paired=True), welch, 0.005, LEVEL)
    tested = stats.ttest_ind(
        np.array(OLD) - 0.005, NEW, equal_var=False, alternative="greater"
    )
    assert found.method is Method.WELCH_T
    assert found.p_shown == pytest.approx(tested.pvalue)
    assert found.sd == pytest.approx(
        math.sqrt((np.var(OLD, ddof=1) + np.var(NEW, ddof=1)) / 2)
    )


# Where there is no spread to test against


def test_bit_identical_arms_rule_out_any_margin_at_once():
    sample = Sample(OLD, OLD, paired=True, bit_identical=True)
    found = superiority(sample, LOWER, 0.001, LEVEL)
    assert found.method is Method.BIT_IDENTICAL
    assert (found.p_shown, found.p_missed, found.never) == (1.0, 0.0, False)
    assert (found.d, found.low, found.high) == (0.0, 0.0, 0.0)


def test_bit_identical_arms_without_margin_can_never_show_either():
    sample = Sample(OLD, OLD, paired=True, bit_identical=True)
    found = superiority(sample, LOWER, 0.0, LEVEL)
    assert found.never
    assert (found.p_shown, found.p_missed) == (1.0, 1.0)


def test_equal_values_wait_for_more_seeds():
    found = superiority(Sample(OLD, OLD, paired=True), LOWER, 0.001, LEVEL)
    assert found.method is Method.EQUAL
    assert (found.p_shown, found.p_missed, found.never) == (1.0, 1.0, False)


@pytest.mark.parametrize(
    ("margin", "shown", "missed"),
    [(0.25, 0.0, 1.0), (0.5, 1.0, 1.0), (1.0, 1.0, 0.0)],
)
def test_a_constant_gain_is_compared_from_five_pairs_on(margin, shown, missed):
    old = (1.0, 2.0, 4.0, 8.0, 16.0)
    new = tuple(value + 0.5 for value in old)
    found = superiority(Sample(old, new, paired=True), HIGHER, margin, LEVEL)
    assert found.method is Method.EXACT
    assert (found.p_shown, found.p_missed) == (shown, missed)
    assert (found.low, found.high) == (0.5, 0.5)
    four = superiority(Sample(old[:4], new[:4], paired=True), HIGHER, margin, LEVEL)
    assert four.method is Method.NONE
    assert (four.p_shown, four.p_missed) == (1.0, 1.0)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_fewer_than_four_runs_show_nothing(n):
    found = superiority(Sample(OLD[:n], NEW[:n], paired=True), LOWER, 0.0, LEVEL)
    assert found.method is Method.NONE
    assert (found.p_shown, found.p_missed) == (1.0, 1.0)
    assert (found.low, found.high) == (-math.inf, math.inf)


# What must hold whatever the numbers


@steady
@given(cases())
def test_the_interval_says_what_the_tests_say(case):
    found = superiority(case.sample, case.rule, case.margin, case.level)
    assume(found.method in (Method.PAIRED_T, Method.WELCH_T, Method.EXACT))
    assert (found.low > case.margin) is (found.p_shown <= case.level)
    assert (found.high < case.margin) is (found.p_missed <= case.level)
    assert in_order(found)


@steady
@given(cases(scales=(Scale.RAW,)))
def test_without_margin_it_is_the_other_side_of_harm(case):
    rule = Rule(case.rule.orientation, AbsoluteTolerance(0.0), case.choice)
    one = superiority(case.sample, rule, 0.0, case.level)
    two = compare(case.sample, rule, case.level)
    assert (one.p_shown, one.p_missed) == (two.p_better, two.p_harm)


@steady
@given(cases(spread=True, scales=(Scale.RAW,)), st.floats(0.01, 2))
def test_a_better_branch_never_shows_less(case, gain):
    better = raised(case.sample, case.rule.orientation * gain)
    one, two = (
        superiority(one, case.rule, case.margin, 0.01) for one in (case.sample, better)
    )
    assert two.p_shown <= one.p_shown
    assert two.p_missed >= one.p_missed


@steady
@given(cases(scales=(Scale.RAW,)))
def test_flipping_the_metric_and_its_direction_changes_nothing(case):
    flipped = Rule(-case.rule.orientation, case.rule.tolerance, case.choice)
    one = superiority(case.sample, case.rule, case.margin, case.level)
    two = superiority(moved(case.sample, -1.0), flipped, case.margin, case.level)
    assert (one.p_shown, one.p_missed) == (two.p_shown, two.p_missed)
    assert (one.d, one.low, one.high) == (two.d, two.low, two.high)
