"""Likeness within a tolerance: both one-sided tests."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from scipy import stats

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.comparison import Rule, Sample
from bot.domain.stats.equivalence import equivalence
from bot.domain.stats.method import Method
from tests.unit.domain.stats.arms import cases, in_order
from tests.unit.domain.stats.reference import case as reference
from tests.unit.domain.stats.reference import steady

OLD = tuple(reference("tost-paired-1")["input"]["base"])
NEW = tuple(reference("tost-paired-1")["input"]["branch"])


def within(amount: float) -> Rule:
    return Rule(1, AbsoluteTolerance(amount))


def test_paired_arms_agree_with_the_reference_case():
    expected = reference("tost-paired-1")["expected"]
    found = equivalence(Sample(OLD, NEW, paired=True), within(0.2), 0.01)
    assert found.method is Method.PAIRED_T
    assert found.p == pytest.approx(expected["p"], abs=1e-6)
    assert found.p_lower == pytest.approx(expected["p_lower"], abs=1e-6)
    assert found.p_upper == pytest.approx(expected["p_upper"], abs=1e-6)
    assert -0.2 < found.low <= found.d <= found.high < 0.2


def test_unpaired_arms_are_tested_by_welch():
    found = equivalence(Sample(OLD, NEW, paired=False), within(0.2), 0.05)
    lower, upper = (
        stats.ttest_ind(np.array(NEW) + by, OLD, equal_var=False, alternative=side)
        for by, side in ((0.2, "greater"), (-0.2, "less"))
    )
    assert found.method is Method.WELCH_T
    assert found.p_lower == pytest.approx(lower.pvalue)
    assert found.p_upper == pytest.approx(upper.pvalue)


@pytest.mark.parametrize("test", Test)
def test_a_relative_tolerance_is_a_contrast_on_either_side(test):
    rule = Rule(1, RelativeTolerance(0.002), Choice(test))
    found = equivalence(Sample(OLD, NEW, paired=True), rule, 0.05)
    by = {
        Test.PAIRED: stats.ttest_rel,
        Test.WELCH: lambda *arms, alternative: stats.ttest_ind(
            *arms, equal_var=False, alternative=alternative
        ),
    }[test]
    lower = by(NEW, 0.998 * np.array(OLD), alternative="greater")
    upper = by(NEW, 1.002 * np.array(OLD), alternative="less")
    assert found.p_lower == pytest.approx(lower.pvalue)
    assert found.p_upper == pytest.approx(upper.pvalue)
    assert found.margin == pytest.approx(0.002 * np.mean(OLD))


def test_a_tolerance_relative_to_values_of_both_signs_is_refused():
    both = Sample((-1.0, 1.0, 2.0, 3.0), NEW[:4], paired=True)
    with pytest.raises(UserFault, match="change sign"):
        equivalence(both, Rule(1, RelativeTolerance(0.1)), 0.05)


# Where there is no spread to test against


@pytest.mark.parametrize("amount", [0.0, 0.1])
def test_bit_identical_arms_are_alike(amount):
    sample = Sample(OLD, OLD, paired=True, bit_identical=True)
    found = equivalence(sample, within(amount), 0.01)
    assert found.method is Method.BIT_IDENTICAL
    assert found.p == 0.0
    assert (found.d, found.low, found.high) == (0.0, 0.0, 0.0)


def test_equal_values_alone_are_no_proof():
    found = equivalence(Sample(OLD, OLD, paired=True), within(0.1), 0.01)
    assert found.method is Method.EQUAL
    assert found.p == 1.0


@pytest.mark.parametrize(
    ("amount", "p"), [(0.25, 1.0), (0.5, 1.0), (0.75, 0.0)], ids=str
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_constant_difference_is_compared_from_five_pairs_on(amount, p, sign):
    old = (1.0, 2.0, 4.0, 8.0, 16.0)
    new = tuple(value + sign * 0.5 for value in old)
    found = equivalence(Sample(old, new, paired=True), within(amount), 0.01)
    assert found.method is Method.EXACT
    assert found.p == p
    assert found.d == sign * 0.5
    four = equivalence(Sample(old[:4], new[:4], paired=True), within(amount), 0.01)
    assert four.method is Method.NONE
    assert four.p == 1.0


def test_one_value_for_all_runs_is_alike_even_without_tolerance():
    found = equivalence(Sample((0.1,) * 6, (0.1,) * 5, paired=False), within(0.0), 0.01)
    assert found.method is Method.EXACT
    assert found.p == 0.0


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_fewer_than_four_runs_show_nothing(n):
    found = equivalence(Sample(OLD[:n], NEW[:n], paired=True), within(9.0), 0.01)
    assert found.method is Method.NONE
    assert found.p == 1.0
    assert (found.low, found.high) == (-math.inf, math.inf)


# What must hold whatever the numbers


@steady
@given(cases())
def test_the_interval_says_what_the_tests_say(case):
    found = equivalence(case.sample, case.rule, case.level)
    assume(found.method in (Method.PAIRED_T, Method.WELCH_T, Method.EXACT))
    assume(found.p != 0.0 or found.method is not Method.EXACT)
    assert (found.low > -found.margin) is (found.p_lower <= case.level)
    assert (found.high < found.margin) is (found.p_upper <= case.level)
    assert in_order(found)


@steady
@given(cases())
def test_exchanging_the_arms_leaves_absolute_likeness(case):
    assume(isinstance(case.rule.tolerance, AbsoluteTolerance))
    rule = Rule(1, case.rule.tolerance, Choice(case.choice.test))
    arms = case.sample.branch, case.sample.baseline
    one = equivalence(case.sample, rule, case.level)
    two = equivalence(Sample(*arms, case.sample.paired), rule, case.level)
    assert one.p == pytest.approx(two.p, rel=1e-9, abs=1e-15)
