"""Exact permutation tests against enumeration, scipy and published values."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.comparison import Rule, Sample, compare
from bot.domain.stats.method import Method
from bot.domain.stats.permutation import DRAWS, flips, lower_bound, swaps
from bot.domain.stats.sequential import Crossing, crossing
from tests.unit.domain.stats.reference import case, steady

BASE = tuple(case("perm-2sample-exact")["input"]["base"])
BRANCH = tuple(case("perm-2sample-exact")["input"]["branch"])
HALVES = st.integers(-6, 6).map(lambda v: v / 2.0)  # many ties


def share_of_flips(differences, mean):
    """The share of all sign flips that are at least as large as what was seen."""
    shifted = [value - mean for value in differences]
    seen = sum(shifted)
    signs = itertools.product((1, -1), repeat=len(shifted))
    sums = [sum(s * v for s, v in zip(one, shifted, strict=True)) for one in signs]
    return sum(total >= seen - 1e-9 for total in sums) / len(sums)


def share_of_splits(first, second, mean):
    """The share of all splits whose first part is at least as large as what was."""
    pooled = [value - mean for value in first] + list(second)
    seen, size = sum(pooled[: len(first)]), len(first)
    sums = [sum(one) for one in itertools.combinations(pooled, size)]
    return sum(total >= seen - 1e-9 for total in sums) / len(sums)


def guarded(test: Test = Test.PAIRED, amount: float = 0.0) -> Rule:
    return Rule(1, AbsoluteTolerance(amount), Choice(test, guarded=True))


# The tests


def test_five_gains_of_five_reach_the_smallest_p_there_is():
    one = case("signflip-5-allpos")
    found = flips(tuple(one["input"]["diffs"])).p_above(0.0)
    assert found == one["expected"]["p"] == one["expected"]["min_attainable"]


def test_all_splits_of_two_arms_agree_with_the_reference_but_for_ties():
    """Three splits tie in decimals; the reference lost them to binary rounding."""
    decimals = [[Fraction(str(one)) for one in arm] for arm in (BRANCH, BASE)]
    splits = itertools.combinations([*decimals[0], *decimals[1]], 5)
    ties = sum(sum(one) == sum(decimals[0]) for one in splits)
    expected = case("perm-2sample-exact")["expected"]["p"]
    guard = swaps(BRANCH, BASE)
    assert guard.p_above(-1e-8) == pytest.approx(expected, abs=1e-8)
    assert guard.p_above(0.0) == pytest.approx(expected + (ties - 1) / 252, abs=1e-8)


def test_on_ranks_it_is_the_exact_test_of_mann_and_whitney():
    ranks = stats.rankdata(BASE + BRANCH).tolist()
    found = swaps(tuple(ranks[5:]), tuple(ranks[:5])).p_above(0.0)
    assert found == pytest.approx(case("mwu-exact")["expected"]["p"])


@pytest.mark.parametrize("margin", [0.0, 0.3, 1.5])
def test_two_samples_agree_with_scipy_whatever_the_shift(margin):
    first, second = (np.random.default_rng(3).standard_normal(n) for n in (6, 4))
    expected = stats.permutation_test(
        (first + margin, second),
        lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
        alternative="greater",
        vectorized=True,
    )
    guard = swaps(tuple(first.tolist()), tuple(second.tolist()))
    assert guard.p_above(-margin) == pytest.approx(expected.pvalue)


@steady
@given(st.lists(HALVES, min_size=4, max_size=9), HALVES)
def test_every_flip_is_counted_ties_too(differences, mean):
    guard = flips(tuple(differences))
    assert guard.p_above(mean) == share_of_flips(differences, mean)
    negated = [-value for value in differences]
    assert guard.mirrored().p_above(-mean) == share_of_flips(negated, -mean)


@steady
@given(
    st.lists(HALVES, min_size=2, max_size=5),
    st.lists(HALVES, min_size=2, max_size=5),
    HALVES,
)
def test_every_split_is_counted_ties_too(first, second, mean):
    guard = swaps(tuple(first), tuple(second))
    expected = share_of_splits(first, second, mean)
    assert guard.p_above(mean) == pytest.approx(expected)
    expected = share_of_splits(second, first, -mean)
    assert guard.mirrored().p_above(-mean) == pytest.approx(expected)


def test_rounding_does_not_untie_a_tie():
    differences = (0.1, 0.2, -0.3, 0.7, -0.7)
    expected = share_of_flips(differences, 0.0)
    assert flips(differences).p_above(0.0) == expected
    assert flips((0.1 + 0.2, -0.3, 0.5, 0.5)).p_above(0.0) == 3 / 16


# The bounds


@steady
@given(
    st.lists(st.floats(-1, 1), min_size=4, max_size=12),
    st.sampled_from([0.001, 0.01, 0.05, 0.2]),
)
def test_the_bound_is_where_rejection_ends(differences, level):
    guard = flips(tuple(differences))
    bound = lower_bound(guard, level, at_most=5.0)
    if math.isinf(bound):
        assert 2.0 ** -len(differences) > level
        return
    assert guard.p_above(bound) <= level
    assert guard.p_above(bound + 1e-8) > level


def test_the_bound_is_an_order_statistic_of_the_means_of_subsets():
    differences = (0.1, 0.2, 0.05, 0.3, 0.15)
    sizes = range(1, 6)
    subsets = [one for k in sizes for one in itertools.combinations(differences, k)]
    means = sorted(sum(one) / len(one) for one in subsets)
    found = lower_bound(flips(differences), 2 / 32, at_most=1.0)
    assert found == pytest.approx(means[1], abs=1e-8)


def test_a_bound_that_the_t_test_sets_stays():
    guard = flips((0.1, 0.2, 0.05, 0.3, 0.15))
    assert lower_bound(guard, 0.05, at_most=0.01) == 0.01
    assert lower_bound(guard, 0.05, at_most=-80.0) == -80.0


def test_too_few_arrangements_reject_nothing():
    guard = flips((0.1, 0.2, 0.05, 0.3, 0.15))
    assert lower_bound(guard, 0.01, at_most=0.0) == -math.inf
    assert lower_bound(guard, 0.01, at_most=-80.0) == -math.inf
    assert guard.p_above(-math.inf) == 1 / 32
    assert guard.p_above(math.inf) == 1.0


# Where there are too many arrangements to count


def test_of_many_pairs_flips_are_drawn_and_agree_with_the_t_test():
    rng = np.random.default_rng(5)
    differences = tuple((0.3 + rng.standard_normal(40)).tolist())
    found = flips(differences).p_above(0.0)
    expected = stats.ttest_1samp(differences, 0.0, alternative="greater").pvalue
    assert found == pytest.approx(expected, rel=0.15)
    assert flips(differences).p_above(-50.0) == 1 / (1 + DRAWS)


def test_counting_and_drawing_agree():
    rng = np.random.default_rng(6)
    values = (0.2 + rng.standard_normal(24)).tolist()
    exact = flips(tuple(values)).p_above(0.0)
    drawn = flips((*values, 0.0)).p_above(0.0)  # a zero changes no sum
    error = math.sqrt(exact * (1 - exact) / DRAWS)
    assert drawn == pytest.approx(exact, abs=5 * error)


def test_of_many_runs_swaps_are_drawn_and_agree_with_the_t_test():
    rng = np.random.default_rng(10)
    first, second = (0.7 + rng.standard_normal(15)).tolist(), rng.standard_normal(12)
    guard = swaps(tuple(first), tuple(second.tolist()))
    for shift in (0.8, 1.2):
        tested = stats.ttest_ind(np.array(first) - shift, second, alternative="greater")
        assert guard.p_above(shift) == pytest.approx(tested.pvalue, rel=0.15)
    assert guard.p_above(-50.0) == 1 / (1 + DRAWS)


def test_drawn_arrangements_are_the_same_each_time_and_in_any_order():
    rng = np.random.default_rng(7)
    values = tuple(rng.standard_normal(30).tolist())
    one, two = flips(values), flips(values[::-1])
    assert [one.p_above(m) for m in (-0.3, 0.0)] == [
        two.p_above(m) for m in (-0.3, 0.0)
    ]
    first, second = values[:15], values[15:]
    one, two = swaps(first, second), swaps(first[::-1], second[::-1])
    assert one.p_above(0.1) == two.p_above(0.1)
    assert one.mirrored().p_above(0.1) == two.mirrored().p_above(0.1)


# Standing guard


def test_guarded_pairs_cannot_reject_before_the_seventh():
    rng = np.random.default_rng(8)
    old = rng.standard_normal(7)
    new = old + 1.0 + 0.001 * rng.standard_normal(7)
    level = 0.0117
    for n, expected in ((6, Crossing.NONE), (7, Crossing.PASS)):
        sample = Sample(tuple(old[:n].tolist()), tuple(new[:n].tolist()), paired=True)
        found = compare(sample, guarded(), level)
        assert crossing(found, level) is expected
        assert found.p_ni == 0.5**n
        assert found.method is Method.PAIRED_T
        assert math.isinf(found.low) is (n == 6)


def test_the_more_conservative_of_both_tests_decides():
    outlier = (0.2, 0.21, 0.19, 0.2, 0.22, 0.18, 0.2, 0.19, 0.21, 9.0)
    sample = Sample((0.0,) * 10, outlier, paired=True)
    plain = compare(sample, Rule(1, AbsoluteTolerance(0.0)), 0.05)
    watched = compare(sample, guarded(), 0.05)
    assert plain.p_better == pytest.approx(
        stats.ttest_1samp(outlier, 0.0, alternative="greater").pvalue
    )
    assert watched.p_better == plain.p_better > 0.05 > 2**-10
    assert watched.low == plain.low
    lower = Rule(-1, AbsoluteTolerance(0.0), Choice(guarded=True))
    assert compare(sample, lower, 0.05).p_harm == plain.p_better


@pytest.mark.parametrize("test", Test)
@pytest.mark.parametrize("tolerance", [AbsoluteTolerance(0.3), RelativeTolerance(0.01)])
def test_a_guard_tests_the_same_contrast_as_t(test, tolerance):
    rng = np.random.default_rng(9)
    old, new = 30.0 + rng.standard_normal((2, 8))
    sample = Sample(tuple(old.tolist()), tuple(new.tolist()), paired=True)
    rule = Rule(1, tolerance, Choice(test, guarded=True))
    allowed = old - 0.3 if isinstance(tolerance, AbsoluteTolerance) else 0.99 * old
    if test is Test.PAIRED:
        exact = share_of_flips((new - allowed).tolist(), 0.0)
        t = stats.ttest_rel(new, allowed, alternative="greater").pvalue
    else:
        exact = share_of_splits(new.tolist(), allowed.tolist(), 0.0)
        t = stats.ttest_ind(new, allowed, equal_var=False, alternative="greater").pvalue
    assert compare(sample, rule, 0.01).p_ni == pytest.approx(max(exact, t))


def test_numbers_without_spread_need_no_guard():
    found = compare(Sample((0.5,) * 5, (0.6,) * 5, paired=True), guarded(), 0.01)
    assert found.method is Method.EXACT
    assert (found.p_ni, found.p_better) == (0.0, 0.0)
