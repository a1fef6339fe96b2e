"""One mean against a fixed number, over one look or many."""

import numpy as np
import pytest
from scipy import stats

from bot.domain.stats.target import one_sample

RUNS = (3.2789, 3.2795, 3.2782, 3.2801, 3.2778, 3.2790)


def test_a_low_loss_below_the_target_agrees_with_scipy():
    found = one_sample(RUNS, 3.28, -1, 0.01)
    plain = stats.ttest_1samp(RUNS, 3.28, alternative="less")
    wide = stats.ttest_1samp(RUNS, 3.28).confidence_interval(0.98)
    assert found.p_shown == pytest.approx(plain.pvalue)
    assert found.p_missed == pytest.approx(1 - plain.pvalue)
    assert found.mean == pytest.approx(np.mean(RUNS))
    assert (found.low, found.high) == pytest.approx((wide.low, wide.high))


def test_flipping_the_metric_flips_the_interval_and_keeps_the_answer():
    one = one_sample(RUNS, 3.28, -1, 0.01)
    two = one_sample(tuple(-v for v in RUNS), -3.28, 1, 0.01)
    assert (one.p_shown, one.p_missed) == (two.p_shown, two.p_missed)
    assert (one.low, one.high) == (-two.high, -two.low)


@pytest.mark.parametrize("orientation", [1, -1])
@pytest.mark.parametrize("seed", range(20))
def test_the_interval_says_what_the_test_says(orientation, seed):
    rng = np.random.default_rng(seed)
    values = tuple(rng.normal(0.6 * (seed % 5 - 2), 1.0, 8).tolist())
    found = one_sample(values, 0.0, orientation, 0.05)
    above, below = found.low >= 0, found.high <= 0
    shown, missed = (above, below) if orientation == 1 else (below, above)
    assert shown == (found.p_shown <= 0.05)
    assert missed == (found.p_missed <= 0.05)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_unit_does_not_matter(scale):
    one = one_sample(RUNS, 3.28, -1, 0.01)
    two = one_sample(tuple(scale * v for v in RUNS), 3.28 * scale, -1, 0.01)
    assert two.p_shown == pytest.approx(one.p_shown, rel=1e-6)


@pytest.mark.parametrize(
    ("value", "shown", "missed"), [(1.0, 0.0, 1.0), (2.0, 0.0, 1.0), (3.0, 1.0, 0.0)]
)
def test_values_without_spread_are_compared_from_five_on(value, shown, missed):
    found = one_sample((value,) * 5, 2.0, -1, 0.01)
    assert (found.p_shown, found.p_missed) == (shown, missed)
    assert (found.low, found.high) == (value, value)
    few = one_sample((value,) * 4, 2.0, -1, 0.01)
    assert (few.p_shown, few.p_missed, few.low, few.high) == (1.0, 1.0, None, None)


def test_one_value_or_none_shows_nothing():
    assert one_sample((3.0,), 3.28, -1, 0.05).p_shown == 1.0
    assert one_sample((3.0,), 3.28, -1, 0.05).mean == 3.0
    assert one_sample((), 3.28, -1, 0.05).mean is None


@pytest.mark.parametrize("orientation", [1, -1])
def test_numbers_at_the_end_of_all_floats_are_compared(orientation):
    huge = (1.5e308,) * 5
    found = one_sample(huge, -1.5e308, orientation, 0.01)
    assert (found.p_shown, found.p_missed) == (
        (0.0, 1.0) if orientation > 0 else (1.0, 0.0)
    )
    assert (found.low, found.high) == (1.5e308, 1.5e308)
