"""Two arms on one metric: the right test, the right numbers, no surprises."""

import math

import numpy as np
import pytest
from scipy import stats

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.comparison import Rule, Sample, beyond, compare
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing, crossing
from tests.unit.domain.stats.reference import case

OLD = (93.92, 94.11, 94.05, 93.88, 94.2)
NEW = (94.01, 94.02, 94.21, 93.8, 94.16)
LEVEL = 0.017869


def higher(amount: float) -> Rule:
    return Rule(1, AbsoluteTolerance(amount))


def lower(amount: float) -> Rule:
    return Rule(-1, AbsoluteTolerance(amount))


def test_welch_agrees_with_the_reference_case():
    expected = case("welch-ni-1")["expected"]
    found = compare(Sample(OLD, NEW, paired=False), higher(0.2), 0.05)
    assert found.method is Method.WELCH_T
    assert found.p_ni == pytest.approx(expected["p"], abs=1e-6)
    assert (found.low, found.high) == pytest.approx(expected["ci90"], abs=1e-5)
    assert crossing(found, 0.05) is Crossing.PASS
    assert crossing(found, LEVEL) is Crossing.NONE


def test_welch_agrees_with_scipy_on_unequal_arms():
    old, new = OLD[:4], (*NEW, 95.0, 93.1)
    found = compare(Sample(old, new, paired=False), higher(0.3), 0.05)
    moved = stats.ttest_ind(
        np.array(new) + 0.3, old, equal_var=False, alternative="greater"
    )
    plain = stats.ttest_ind(new, old, equal_var=False)
    harm = stats.ttest_ind(new, old, equal_var=False, alternative="less")
    assert found.p_ni == pytest.approx(moved.pvalue)
    assert found.p_harm == pytest.approx(harm.pvalue)
    interval = plain.confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.d / found.se == pytest.approx(plain.statistic)


def test_paired_agrees_with_scipy():
    found = compare(Sample(OLD, NEW, paired=True), lower(0.2), 0.05)
    plain = stats.ttest_rel(OLD, NEW)
    assert found.method is Method.PAIRED_T
    assert found.d == pytest.approx(np.mean(OLD) - np.mean(NEW))
    harm = stats.ttest_rel(OLD, NEW, alternative="less")
    better = stats.ttest_rel(OLD, NEW, alternative="greater")
    moved = stats.ttest_rel(np.array(OLD) + 0.2, NEW, alternative="greater")
    assert found.p_harm == pytest.approx(harm.pvalue)
    assert found.p_better == pytest.approx(better.pvalue)
    assert found.p_ni == pytest.approx(moved.pvalue)
    interval = plain.confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_spread_uses_one_degree_of_freedom():
    found = compare(Sample(OLD, NEW, paired=False), higher(0.2), 0.05)
    assert found.sd == pytest.approx(
        math.sqrt((np.var(OLD, ddof=1) + np.var(NEW, ddof=1)) / 2)
    )
    pooled = found.d / (found.sd * math.sqrt(2 / 5))
    expected = case("ddof")["expected"]
    assert pooled == pytest.approx(expected["t_pooled"], abs=1e-6)


@pytest.mark.parametrize("name", ["gate-look1-1", "gate-look1-3"])
def test_verdicts_of_the_first_look_agree_with_the_reference(name):
    given, expected = case(name)["input"], case(name)["expected"]
    sample = Sample(tuple(given["base"]), tuple(given["branch"]), paired=False)
    found = compare(sample, higher(given["margin"]), LEVEL)
    assert found.p_ni == pytest.approx(expected["p_ni"], abs=1e-6)
    assert found.p_harm == pytest.approx(expected["p_harm"], abs=1e-6)
    verdicts = {Crossing.PASS: "PASS", Crossing.BLOCK: "BLOCK_HARM"}
    assert verdicts[crossing(found, LEVEL)] == expected["verdict"]


def test_a_real_loss_within_the_tolerance_is_tolerated():
    new = (*(value - 0.05 for value in OLD[:-1]), OLD[-1] - 0.051)
    found = compare(Sample(OLD, new, paired=True), higher(0.2), LEVEL)
    assert crossing(found, LEVEL) is Crossing.TOLERATED
    assert -0.2 <= found.low <= found.d <= found.high <= 0


# The test that was chosen


def test_arms_of_the_same_seeds_are_tested_by_welch_where_that_was_chosen():
    rule = Rule(1, AbsoluteTolerance(0.2), Choice(Test.WELCH))
    found = compare(Sample(OLD, NEW, paired=True), rule, 0.05)
    assert found == compare(Sample(OLD, NEW, paired=False), higher(0.2), 0.05)
    assert found.method is Method.WELCH_T


def test_arms_of_other_seeds_are_tested_by_welch_whatever_was_chosen():
    rule = Rule(1, AbsoluteTolerance(0.2), Choice(Test.PAIRED))
    found = compare(Sample(OLD, NEW, paired=False), rule, 0.05)
    assert found.method is Method.WELCH_T


@pytest.mark.parametrize("identical", [True, False])
def test_no_difference_is_seen_seed_by_seed_whatever_was_chosen(identical):
    rule = Rule(1, AbsoluteTolerance(0.2), Choice(Test.WELCH, guarded=True))
    sample = Sample(OLD, OLD, paired=True, bit_identical=identical)
    found = compare(sample, rule, LEVEL)
    assert found.method is (Method.BIT_IDENTICAL if identical else Method.EQUAL)


# Guardrails


def test_a_loss_beyond_the_tolerance_is_shown_by_the_test_of_the_guardrail():
    new = tuple(value - 0.4 for value in NEW)
    found = beyond(Sample(OLD, new, paired=True), higher(0.1), LEVEL)
    losses = np.array(new) + 0.1 - np.array(OLD)
    tested = stats.ttest_1samp(losses, 0.0, alternative="less")
    assert found.p_beyond == pytest.approx(tested.pvalue)
    assert found.p_beyond <= LEVEL
    assert found.high < -0.1
    ends = stats.ttest_1samp(losses, 0.0).confidence_interval(1 - 2 * LEVEL)
    assert (found.low, found.high) == pytest.approx((ends.low - 0.1, ends.high - 0.1))


def test_a_guardrail_of_a_relative_tolerance_is_a_contrast():
    new = tuple(value - 2.5 for value in NEW)
    found = beyond(
        Sample(OLD, new, paired=False), Rule(1, RelativeTolerance(0.02)), 0.05
    )
    tested = stats.ttest_ind(
        new, 0.98 * np.array(OLD), equal_var=False, alternative="less"
    )
    assert found.p_beyond == pytest.approx(tested.pvalue)
    assert found.high < -found.margin


def test_without_tolerance_a_guardrail_is_broken_by_any_harm_that_is_shown():
    new = tuple(value - 0.4 for value in NEW)
    found = beyond(Sample(OLD, new, paired=True), higher(0.0), LEVEL)
    assert found.p_beyond == found.p_harm <= LEVEL
    assert found.high < 0.0


def test_a_loss_that_may_be_tolerated_breaks_no_guardrail():
    found = beyond(Sample(OLD, NEW, paired=True), higher(0.2), LEVEL)
    assert found.p_beyond > LEVEL
    assert found.low <= found.d <= found.high
    assert found.high >= -0.2


@pytest.mark.parametrize(
    ("amount", "p_beyond"), [(0.25, 0.0), (0.5, 1.0), (0.75, 1.0), (0.0, 0.0)]
)
def test_a_constant_loss_breaks_a_guardrail_from_five_pairs_on(amount, p_beyond):
    old = (1.0, 2.0, 4.0, 8.0, 16.0)
    new = tuple(value - 0.5 for value in old)
    found = beyond(Sample(old, new, paired=True), higher(amount), LEVEL)
    assert found.method is Method.EXACT
    assert found.p_beyond == p_beyond
    assert (found.low, found.high) == (-0.5, -0.5)
    four = beyond(Sample(old[:4], new[:4], paired=True), higher(amount), LEVEL)
    assert (four.method, four.p_beyond) == (Method.NONE, 1.0)


@pytest.mark.parametrize("identical", [True, False])
@pytest.mark.parametrize("amount", [0.0, 0.1])
def test_arms_without_difference_break_no_guardrail(amount, identical):
    sample = Sample(OLD, OLD, paired=True, bit_identical=identical)
    found = beyond(sample, higher(amount), LEVEL)
    assert found.p_beyond == 1.0
    assert found.high >= 0.0


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_fewer_than_four_runs_break_no_guardrail(n):
    new = tuple(value - 5.0 for value in OLD)
    found = beyond(Sample(OLD[:n], new[:n], paired=True), higher(0.1), LEVEL)
    assert found.method is Method.NONE
    assert (found.p_beyond, found.high) == (1.0, math.inf)


# A tolerance relative to the baseline


def test_a_relative_tolerance_is_the_contrast_with_a_scaled_baseline():
    sample = Sample(OLD, NEW, paired=True)
    found = compare(sample, Rule(1, RelativeTolerance(0.002)), 0.05)
    contrast = np.array(NEW) - (1 - 0.002) * np.array(OLD)
    tested = stats.ttest_1samp(contrast, 0.0, alternative="greater")
    assert found.p_ni == pytest.approx(tested.pvalue)
    assert found.margin == pytest.approx(0.002 * np.mean(OLD))
    bound = tested.confidence_interval(0.95).low
    assert found.low == pytest.approx(bound - found.margin)


def test_a_relative_tolerance_is_the_contrast_per_arm_in_welch():
    sample = Sample(OLD, NEW, paired=False)
    found = compare(sample, Rule(-1, RelativeTolerance(0.01)), 0.05)
    tested = stats.ttest_ind(
        1.01 * np.array(OLD), NEW, equal_var=False, alternative="greater"
    )
    assert found.p_ni == pytest.approx(tested.pvalue)


def test_the_uncertainty_of_the_baseline_counts_against_a_relative_tolerance():
    old, new = (1.0, 2.0, 3.0, 4.0, 5.0), (1.01, 2.0, 3.0, 4.0, 4.99)
    relative = compare(
        Sample(old, new, paired=True), Rule(1, RelativeTolerance(0.1)), 0.05
    )
    plugged_in = compare(Sample(old, new, paired=True), higher(0.3), 0.05)
    assert relative.margin == pytest.approx(plugged_in.margin)
    assert relative.p_ni > plugged_in.p_ni


def test_of_a_negative_metric_a_relative_loss_is_measured_by_its_size():
    old, new = tuple(-v for v in OLD), tuple(-v for v in NEW)
    found = compare(
        Sample(old, new, paired=True), Rule(-1, RelativeTolerance(0.002)), 0.05
    )
    same = compare(
        Sample(OLD, NEW, paired=True), Rule(1, RelativeTolerance(0.002)), 0.05
    )
    assert (found.p_ni, found.margin) == (same.p_ni, same.margin)


@pytest.mark.parametrize("count", [2, 5])
def test_a_relative_tolerance_is_refused_where_the_baseline_changes_sign(count):
    old = (-1.0, 1.0, 0.0, 2.0, 3.0)[:count]
    with pytest.raises(UserFault) as fault:
        compare(Sample(old, old, paired=True), Rule(1, RelativeTolerance(0.01)), 0.05)
    assert "change sign" in fault.value.problem
    assert "units of the metric" in fault.value.mend


def test_a_zero_among_positive_values_is_no_change_of_sign():
    old = (0.0, 1.0, 2.0, 3.0)
    new = (0.0, 1.1, 2.0, 3.1)
    found = compare(
        Sample(old, new, paired=True), Rule(1, RelativeTolerance(0.5)), 0.05
    )
    assert found.method is Method.PAIRED_T


# Where there is no spread to test against


def test_fewer_than_four_complete_pairs_test_nothing():
    found = compare(Sample(OLD[:3], NEW[:3], paired=True), higher(9.0), LEVEL)
    assert found.method is Method.NONE
    assert (found.p_ni, found.p_harm, found.p_better) == (1.0, 1.0, 1.0)
    assert found.d == pytest.approx(np.mean(NEW[:3]) - np.mean(OLD[:3]))
    assert crossing(found, LEVEL) is Crossing.NONE


def test_four_runs_in_one_arm_do_not_make_up_for_three_in_the_other():
    found = compare(Sample(OLD[:3], NEW, paired=False), higher(9.0), LEVEL)
    assert found.method is Method.NONE


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("paired", [True, False])
def test_few_runs_are_described_as_far_as_they_go(n, paired):
    found = compare(Sample(OLD[:n], NEW[:n], paired), higher(0.1), LEVEL)
    assert found.baseline_mean == pytest.approx(np.mean(OLD[:n]))
    assert found.branch_mean == pytest.approx(np.mean(NEW[:n]))
    assert math.isinf(found.sd) is (n == 1)
    assert (found.p_ni, found.p_harm, found.p_better, found.p_beyond) == (1.0,) * 4
    assert (found.low, found.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("tolerance", [AbsoluteTolerance(0.1), RelativeTolerance(0.1)])
def test_no_complete_runs_at_all_are_no_numbers(tolerance):
    found = compare(Sample((), (), paired=True), Rule(1, tolerance), LEVEL)
    assert found.method is Method.NONE
    assert found.baseline_mean is None
    assert found.branch_mean is None
    assert (found.d, found.low, found.high) == (0.0, -math.inf, math.inf)
    assert found.sd == found.se == math.inf


def test_a_branch_without_runs_has_no_mean():
    found = compare(Sample(OLD, (), paired=False), higher(0.1), LEVEL)
    assert found.baseline_mean == pytest.approx(np.mean(OLD))
    assert found.branch_mean is None
    assert found.d == 0.0


@pytest.mark.parametrize("paired", [True, False])
def test_without_variance_the_values_are_compared(paired):
    given, expected = (
        case("zero-var-worse")["input"],
        case("zero-var-worse")["expected"],
    )
    sample = Sample(tuple(given["base"]), tuple(given["branch"]), paired=paired)
    found = compare(sample, higher(given["margin"]), LEVEL)
    assert found.method is Method.EXACT
    assert found.d == pytest.approx(expected["diff"], abs=1e-12)
    assert crossing(found, LEVEL) is Crossing.BLOCK


def test_a_constant_loss_within_the_tolerance_is_tolerated_from_five_pairs_on():
    new = tuple(value - 0.05 for value in OLD)
    found = compare(Sample(OLD, new, paired=True), higher(0.06), LEVEL)
    assert found.method is Method.EXACT
    assert crossing(found, LEVEL) is Crossing.TOLERATED
    assert (found.low, found.high) == pytest.approx((-0.05, -0.05))
    four = compare(Sample(OLD[:4], new[:4], paired=True), higher(0.06), LEVEL)
    assert four.method is Method.NONE
    assert crossing(four, LEVEL) is Crossing.NONE


def test_a_constant_loss_of_exactly_the_tolerance_is_blocked():
    new = tuple(value - 0.05 for value in OLD)
    found = compare(Sample(OLD, new, paired=True), higher(0.05), LEVEL)
    assert crossing(found, LEVEL) is Crossing.BLOCK
    assert found.low <= -0.05


def test_a_constant_gain_passes_and_is_better():
    new = tuple(value + 0.05 for value in OLD)
    found = compare(Sample(OLD, new, paired=True), higher(0.0), LEVEL)
    assert crossing(found, LEVEL) is Crossing.PASS
    assert (found.p_better, found.p_harm) == (0.0, 1.0)


def test_one_value_for_all_runs_of_both_arms_passes_even_without_tolerance():
    found = compare(Sample((0.1,) * 7, (0.1,) * 7, paired=False), higher(0.0), LEVEL)
    assert found.method is Method.EXACT
    assert found.d == 0.0
    assert crossing(found, LEVEL) is Crossing.PASS
    assert (
        compare(Sample((0.0,) * 5, (0.0,) * 5, paired=True), lower(0.1), LEVEL).d == 0
    )


def test_one_arm_without_variance_is_tested_by_the_spread_of_the_other():
    found = compare(Sample((94.0,) * 5, NEW, paired=False), higher(0.5), LEVEL)
    expected = stats.ttest_1samp(NEW, 93.5, alternative="greater").pvalue
    assert found.method is Method.WELCH_T
    assert found.p_ni == pytest.approx(expected)


def test_equal_values_for_every_seed_wait_for_the_last_look():
    found = compare(Sample(OLD, OLD, paired=True), higher(0.2), LEVEL)
    assert found.method is Method.EQUAL
    assert found.d == 0.0
    assert crossing(found, LEVEL) is Crossing.NONE


@pytest.mark.parametrize("amount", [0.0, 0.2])
def test_bit_identical_trials_pass(amount):
    sample = Sample(OLD, OLD, paired=True, bit_identical=True)
    found = compare(sample, higher(amount), LEVEL)
    assert found.method is Method.BIT_IDENTICAL
    assert crossing(found, LEVEL) is Crossing.PASS
    assert (found.d, found.low, found.high) == (0.0, 0.0, 0.0)


def test_identical_streams_do_not_excuse_different_values():
    sample = Sample(OLD, NEW, paired=True, bit_identical=True)
    assert compare(sample, higher(0.2), LEVEL).method is Method.PAIRED_T


def test_unpaired_arms_that_happen_to_agree_are_tested():
    found = compare(Sample(OLD, OLD, paired=False), higher(0.2), LEVEL)
    assert found.method is Method.WELCH_T


def test_a_constant_contrast_needs_five_pairs_too():
    old = (1.0, 2.0, 4.0, 8.0, 16.0)
    new = tuple(0.5 * value + 1.0 for value in old)
    rule = Rule(1, RelativeTolerance(0.5))
    four = compare(Sample(old[:4], new[:4], paired=True), rule, LEVEL)
    five = compare(Sample(old, new, paired=True), rule, LEVEL)
    assert four.method is Method.NONE
    assert five.method is Method.PAIRED_T
    assert five.p_ni == 0.0


def test_a_diverged_but_finite_loss_is_only_a_very_bad_value():
    new = (*NEW[:4], 1e308)
    found = compare(Sample(OLD, new, paired=True), lower(0.2), LEVEL)
    assert found.d < 0
    assert crossing(found, LEVEL) is Crossing.NONE
    blown = compare(Sample(OLD, (1e308,) * 5, paired=True), lower(0.2), LEVEL)
    assert crossing(blown, LEVEL) is Crossing.BLOCK


def test_magnitudes_may_be_mixed_without_losing_the_small_ones_of_another_metric():
    old, new = (1e-12, 2e-12, 3e-12, 4e-12, 5e-12), (1e-12, 1e12, 3e-12, 1.0, 1e300)
    found = compare(Sample(old, new, paired=True), lower(1e-12), LEVEL)
    assert found.baseline_mean == pytest.approx(3e-12)
    assert crossing(found, LEVEL) is Crossing.NONE


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
@pytest.mark.parametrize("rule", [higher(1e300), higher(1e-300)])
def test_a_tolerance_of_another_magnitude_is_all_or_nothing(scale, rule):
    old, new = (tuple(scale * v / 100 for v in arm) for arm in (OLD, NEW))
    for test in (compare, beyond):
        found = test(Sample(old, new, paired=True), rule, LEVEL)
        assert found.low <= found.d <= found.high
        assert math.isfinite(found.d)


def test_integers_are_values_like_any_other():
    old, new = (94, 95, 93, 94, 96), (94, 95, 94, 94, 95)
    found = compare(Sample(old, new, paired=True), higher(2), LEVEL)
    tested = stats.ttest_rel(np.array(new) + 2, old, alternative="greater")
    assert found.p_ni == pytest.approx(tested.pvalue)


# What no caller may pass


def test_pairs_must_be_pairs():
    with pytest.raises(ValueError, match="same seeds"):
        Sample(OLD, NEW[:4], paired=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_no_value(bad):
    with pytest.raises(ValueError, match="failed trial"):
        Sample(OLD, (*NEW[:4], bad), paired=False)
