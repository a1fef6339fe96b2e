"""Contrasts of arms: one change alone, and how two of them combine."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.domain.stats.estimate import Values
from bot.domain.stats.interaction import EFFECT, INTERACTION, contrast
from tests.unit.domain.stats.reference import case, steady


def arm(seed: int, mean: float = 0.0, n: int = 8, sd: float = 1.0) -> Values:
    return tuple(float(x) for x in np.random.default_rng(seed).normal(mean, sd, n))


def test_same_seed_contrasts_are_the_t_interval_of_their_differences() -> None:
    new, old = arm(1, 2.0), arm(2)
    found = contrast((new, old), EFFECT, paired=True)
    low, high = stats.ttest_rel(new, old).confidence_interval()
    assert found is not None
    assert found.value == pytest.approx(np.mean(new) - np.mean(old))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.excludes_zero


def test_arms_without_shared_seeds_have_the_welch_interval() -> None:
    new, old = arm(1, sd=3.0, n=5), arm(2, n=12)
    found = contrast((new, old), EFFECT, paired=False)
    low, high = stats.ttest_ind(new, old, equal_var=False).confidence_interval()
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high))
    assert not found.excludes_zero


def test_four_arms_are_combined_by_satterthwaite() -> None:
    arms = [arm(k, k * k, n=4 + 2 * k, sd=1.0 + k) for k in range(4)]
    found = contrast(arms, INTERACTION, paired=False)
    parts = np.array([np.var(one, ddof=1) / len(one) for one in arms])
    df = parts.sum() ** 2 / sum(
        part**2 / (len(one) - 1) for part, one in zip(parts, arms, strict=True)
    )
    half = stats.t.ppf(0.975, df) * math.sqrt(parts.sum())
    full, first, second, base = (np.mean(one) for one in arms)
    value = full - first - second + base
    assert found is not None
    assert found.value == pytest.approx(value)
    assert (found.low, found.high) == pytest.approx((value - half, value + half))


def test_changes_that_merely_add_up_do_not_interact() -> None:
    one = case("shadowing")
    names = ("AB", "A", "B", "base")
    arms = [(float(one["input"][name]),) * 5 for name in names]
    found = contrast(arms, INTERACTION, paired=True)
    assert found is not None
    assert found.value == one["expected"]["interaction"]
    assert not found.excludes_zero


def test_an_interaction_in_numbers_without_spread_is_seen_from_five_seeds_on() -> None:
    constant = [(value,) * 5 for value in (4.0, 1.0, 1.0, 0.0)]
    found = contrast(constant, INTERACTION, paired=False)
    assert found is not None
    assert (found.low, found.high) == (2.0, 2.0)
    fewer = contrast([one[:4] for one in constant], INTERACTION, paired=False)
    assert fewer is not None
    assert (fewer.value, fewer.excludes_zero) == (2.0, False)


def test_fewer_than_four_trials_give_a_value_without_interval() -> None:
    found = contrast(((2.0, 3.0, 4.0), (1.0, 1.5, 2.0, 9.0)), EFFECT, paired=False)
    assert found is not None
    assert found.value == pytest.approx(3.0 - 3.375)
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_an_empty_arm_has_no_contrast() -> None:
    assert contrast(((1.0,), ()), EFFECT, paired=False) is None


def test_paired_arms_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        contrast((arm(1, n=5), arm(2, n=4)), EFFECT, paired=True)


@steady
@given(
    st.lists(st.integers(-40, 40).map(lambda one: one / 4), min_size=4, max_size=8),
    st.sampled_from([2.0**-60, 1.0, 2.0**70]),
    st.booleans(),
)
def test_the_unit_of_the_metric_changes_nothing(
    values: list[float], unit: float, paired: bool
) -> None:
    arms = [tuple(values), tuple(reversed(values)), tuple(values), tuple(values)]
    scaled = [tuple(unit * value for value in one) for one in arms]
    plain = contrast(arms, INTERACTION, paired=paired)
    found = contrast(scaled, INTERACTION, paired=paired)
    assert plain is not None
    assert found is not None
    assert found.value == pytest.approx(unit * plain.value, rel=1e-9, abs=unit * 1e-9)
    assert found.excludes_zero is plain.excludes_zero
    assert found.low <= found.value <= found.high
