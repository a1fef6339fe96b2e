"""Evaluations pooled from their sums say what all their runs would have said."""

import math
import sys
import warnings

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import ArmSums, PairSums
from bot.domain.stats.moments import correlation, describe, products, sd, shape, strays

HUGE = sys.float_info.max


def drawn(seed: int, n: int, mean: float = 0.0, spread: float = 1.0) -> tuple:
    values = np.random.default_rng(seed).normal(mean, spread, n)
    return tuple(float(one) for one in values)


def test_the_sums_of_one_arm_are_those_of_its_residuals() -> None:
    values = drawn(1, 9, 3.0, 0.2)
    found = describe(values, failed=2)
    away = np.array(values) - np.mean(values)
    assert (found.n, found.failed, found.trials) == (9, 2, 11)
    assert found.mean == pytest.approx(np.mean(values))
    for sums, power in ((found.m2, 2), (found.m3, 3), (found.m4, 4)):
        assert sums * found.scale**power == pytest.approx(np.sum(away**power))
    assert (found.lowest, found.highest) == (min(values), max(values))


def test_the_sd_is_pooled_within_arms_whatever_their_means() -> None:
    arms = [drawn(1, 5, 0.0, 2.0), drawn(2, 8, 100.0, 2.0), (7.0,)]
    squares = sum(np.var(arm, ddof=1) * (len(arm) - 1) for arm in arms[:2])
    found = sd([describe(arm) for arm in arms])
    assert found == pytest.approx(math.sqrt(squares / (4 + 7)))


def test_one_run_an_arm_says_nothing_of_spread() -> None:
    assert sd([describe((1.0,)), describe((5.0,)), describe(())]) is None
    assert sd([]) is None
    assert shape([describe((1.0,))]) == (None, None)


def test_runs_that_agree_have_no_spread_and_no_shape() -> None:
    arms = [describe((0.1,) * 7), describe((0.3,) * 5)]
    assert sd(arms) == 0.0
    assert shape(arms) == (None, None)


def test_skew_and_kurtosis_are_not_biased_by_the_size_of_arms() -> None:
    rng = np.random.default_rng(3)
    many = rng.exponential(1.0, (40_000, 5))
    arms = [describe(tuple(map(float, row))) for row in many[:8_000]]
    skew, kurtosis = shape(arms)
    assert skew == pytest.approx(2.0, abs=0.15)
    assert kurtosis == pytest.approx(6.0, abs=1.2)


def test_normal_runs_have_neither() -> None:
    arms = [describe(drawn(seed, 4, seed)) for seed in range(4_000)]
    assert shape(arms) == pytest.approx((0.0, 0.0), abs=0.1)


def test_arms_of_two_have_no_skew_and_few_runs_no_shape() -> None:
    pairs = [describe(drawn(seed, 2)) for seed in range(4)]
    skew, kurtosis = shape(pairs)
    assert skew is None
    assert kurtosis is not None
    assert shape(pairs[:1]) == (None, None)


def test_moments_do_not_depend_on_the_unit() -> None:
    plain = [describe(drawn(seed, 6, 1.0, 0.1)) for seed in range(5)]
    for unit in (1e-12, 1e12, 1e300):
        scaled = [
            describe(tuple(unit * one for one in drawn(seed, 6, 1.0, 0.1)))
            for seed in range(5)
        ]
        assert sd(scaled) == pytest.approx(unit * (sd(plain) or 0.0))
        assert shape(scaled) == pytest.approx(shape(plain))
        assert strays(scaled) == strays(plain)


def test_arms_of_different_scales_are_pooled_without_overflow() -> None:
    arms = [describe((1e300, 2e300, 3e300)), describe((1e-300, 2e-300, 5e-300))]
    assert sd(arms) == pytest.approx(1e300 / math.sqrt(2.0))
    assert all(one is not None and math.isfinite(one) for one in shape(arms))
    assert sd([describe((-HUGE, HUGE))]) == HUGE


values = st.lists(
    st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8
).map(tuple)


@given(arms=st.lists(values, max_size=6))
def test_whatever_is_measured_the_answer_is_a_number_or_nothing(arms: list) -> None:
    sums = [describe(arm) for arm in arms]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [sd(sums), *shape(sums), float(strays(sums))]
    pairs = [products([*zip(arm, arm[::-1], strict=True)]) for arm in arms]
    found.append(correlation(pairs)[1])
    assert all(one is None or math.isfinite(one) for one in found)


def same_seed(seed: int, n: int, r: float, spread: float = 1.0) -> list:
    rng = np.random.default_rng(seed)
    old, own = rng.standard_normal((2, n))
    new = spread * (r * old + math.sqrt(1 - r * r) * own) + 3.0
    return [(float(a), float(b)) for a, b in zip(old, new, strict=True)]


def test_one_evaluation_has_the_correlation_of_its_pairs() -> None:
    pairs = same_seed(1, 9, 0.5)
    expected = scipy.stats.pearsonr(*zip(*pairs, strict=True)).statistic
    assert correlation([products(pairs)]) == (9, pytest.approx(expected))


def test_many_evaluations_tell_the_correlation_of_their_residuals() -> None:
    sums = [products(same_seed(seed, 8, 0.6)) for seed in range(400)]
    pairs, r = correlation(sums)
    assert pairs == 3200
    assert r == pytest.approx(0.6, abs=0.05)


def test_a_branch_that_diverged_does_not_drown_the_others() -> None:
    sums = [products(same_seed(seed, 8, 0.9)) for seed in range(20)]
    calm = correlation(sums)[1]
    wild = correlation([*sums, products(same_seed(99, 8, 0.0, 1e6))])[1]
    assert calm is not None
    assert wild == pytest.approx(calm, abs=0.06)


def test_equal_arms_say_nothing_of_correlation() -> None:
    equal = products([(one, one) for one in drawn(1, 8)])
    assert equal == PairSums()
    assert correlation([equal]) == (0, None)
    other = products(same_seed(2, 8, 0.3))
    assert correlation([equal, other]) == correlation([other])


@pytest.mark.parametrize(
    "pairs",
    [[], [(1.0, 2.0)], [(1.0, 2.0), (1.0, 3.0)], [(1.0, 2.0), (3.0, 2.0)]],
)
def test_too_few_pairs_or_no_spread_say_nothing_of_correlation(pairs: list) -> None:
    assert correlation([products(pairs)]) == (0, None)


def test_a_correlation_is_never_beyond_one() -> None:
    pairs = [(0.1 * i, 0.3 * i + 1e-17) for i in range(1, 7)]
    assert correlation([products(pairs)])[1] == 1.0
    away = [(a, -b) for a, b in pairs]
    assert correlation([products(away)])[1] == -1.0


def test_a_large_arm_tells_its_own_outliers_and_a_small_one_cannot() -> None:
    calm = drawn(4, 12)
    assert strays([describe((*calm, 50.0))]) == 1
    assert strays([describe((*calm[:6], 50.0))]) == 0
    assert strays([]) == 0


def test_many_small_arms_tell_an_outlier_together() -> None:
    arms = [describe(drawn(seed, 5, seed)) for seed in range(12)]
    assert strays(arms) == 0
    crashed = describe((*drawn(50, 4), 30.0))
    assert strays([*arms, crashed]) == 1


def test_normal_runs_are_seldom_called_outliers() -> None:
    arms = [describe(drawn(seed, 6)) for seed in range(500)]
    assert strays(arms) / 3_000 < 0.002


def test_arms_that_mostly_have_no_spread_tell_by_themselves() -> None:
    flat = [describe((1.0,) * 5) for _ in range(5)]
    assert strays([*flat, describe((*[1.0] * 11, 2.0))]) == 1


def test_an_arm_in_which_every_run_failed_is_counted_and_has_no_values() -> None:
    assert describe((), failed=4) == ArmSums(trials=4, failed=4)
