"""How well a fast stage foretells the full one."""

import math

import numpy as np
import pytest
from scipy.stats import linregress, t

from bot.domain.stats.fidelity import fidelity, fitted, kendall, wilson_low

FAST = tuple(float(one) for one in (-3, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 3))


def test_ten_changes_that_agree_make_a_fast_stage_count():
    found = fidelity(FAST, tuple(2.0 * one for one in FAST))
    assert found.calibrated
    assert (found.pairs, found.agreeing, found.directed) == (10, 10, 10)
    assert found.tau == pytest.approx(1.0)
    assert found.line is not None
    assert found.line.slope == pytest.approx(2.0)


def test_nine_changes_are_too_few_however_well_they_agree():
    assert not fidelity(FAST[:9], FAST[:9]).calibrated


def test_the_wilson_bound_of_18_in_20_is_the_published_one():
    assert wilson_low(18, 20) == pytest.approx(0.699, abs=5e-4)
    assert wilson_low(0, 5) == 0.0
    assert wilson_low(5, 5) < 1.0


def test_three_signs_in_ten_that_disagree_leave_it_provisional():
    full = (*(-one for one in FAST[:2]), *FAST[2:9], -FAST[9])
    found = fidelity(FAST, full)
    assert found.agreeing == 7
    assert not found.calibrated


def test_signs_that_agree_without_an_order_leave_it_provisional():
    size = (1.0, 9.0, 2.0, 8.0, 3.0, 3.0, 8.0, 2.0, 9.0, 1.0)
    full = tuple(math.copysign(s, one) for s, one in zip(size, FAST, strict=True))
    found = fidelity(FAST, full)
    assert found.agreeing == 10
    assert found.tau is not None
    assert found.tau < 0.6
    assert found.calibrated is (found.tau >= 0.5)


def test_a_change_without_effect_in_either_stage_has_no_direction():
    found = fidelity((0.0, 0.0, 1.0), (0.0, 1.0, 1.0))
    assert (found.directed, found.agreeing) == (2, 1)


@pytest.mark.parametrize(
    ("fast", "full"),
    [
        ((), ()),
        ((1.0,), (1.0,)),
        ((1.0, 1.0, 1.0), (1.0, 2.0, 3.0)),
        ((0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_constants_have_neither_order_nor_slope(fast, full):
    found = fidelity(fast, full)
    assert found.tau is None
    assert found.line is None
    assert not found.calibrated


def test_ties_are_counted_as_tau_b_counts_them():
    assert kendall((1.0, 1.0, 2.0, 3.0), (1.0, 2.0, 2.0, 3.0)) == pytest.approx(0.8)


def test_effects_of_unequal_number_are_refused():
    with pytest.raises(ValueError, match="zip"):
        fidelity((1.0, 2.0), (1.0,))


def test_the_prediction_interval_is_that_of_the_regression():
    rng = np.random.default_rng(3)
    x = rng.standard_normal(12)
    y = 0.7 * x + 0.1 + 0.2 * rng.standard_normal(12)
    line = fitted(tuple(x.tolist()), tuple(y.tolist()))
    assert line is not None
    expected = linregress(x, y)
    rest = y - expected.slope * x - expected.intercept
    s = math.sqrt(float(rest @ rest) / 10)
    room = math.sqrt(1 + 1 / 12 + (2 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    value, low, high = line.predict(2.0)
    assert value == pytest.approx(expected.intercept + 2 * expected.slope)
    assert high - value == pytest.approx(t.isf(0.025, 10) * s * room)
    assert value - low == pytest.approx(high - value)


def test_two_changes_say_nothing_of_a_third():
    line = fitted((1.0, 2.0), (1.0, 3.0))
    assert line is not None
    assert line.predict(3.0) == (pytest.approx(5.0), -math.inf, math.inf)


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_the_slope_does_not_depend_on_the_unit(scale):
    line = fitted(tuple(scale * one for one in FAST), FAST)
    assert line is not None
    assert line.slope * scale == pytest.approx(1.0)


def test_a_slope_too_steep_to_be_written_is_not_known():
    assert fitted((1e-300, 2e-300), (1e300, 2e300)) is None
