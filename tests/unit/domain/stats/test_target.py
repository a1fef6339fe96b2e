"""One mean against a fixed number, over one look or many."""

import math

import numpy as np
import pytest
from scipy import stats

from bot.domain.stats.boundaries import levels
from bot.domain.stats.target import one_sample, spent_alpha
from tests.unit.domain.stats.reference import EVERY_PAIR, HSD2, POCOCK

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


def test_one_look_spends_all_its_alpha():
    assert spent_alpha((10,), 0.01, HSD2) == 0.01


def test_many_looks_give_back_what_the_t_overshoots():
    assert spent_alpha(EVERY_PAIR, 0.05, HSD2) == pytest.approx(0.0448, abs=0.001)
    assert spent_alpha((5, 10, 15, 20), 0.05, POCOCK) == pytest.approx(
        0.0469, abs=0.001
    )
    assert spent_alpha(EVERY_PAIR, 0.01, HSD2) == pytest.approx(0.0085, abs=0.0005)


def test_the_search_is_reproducible_and_barely_depends_on_its_seed():
    found = [spent_alpha(EVERY_PAIR, 0.05, HSD2, seed=seed) for seed in (1, 1, 2)]
    assert found[0] == found[1]
    assert found[0] == pytest.approx(found[2], abs=0.0015)


def test_the_error_over_the_whole_schedule_is_alpha():
    """Fresh paths, judged by the plain t test: 4 standard errors around alpha."""
    nominal = levels(EVERY_PAIR, spent_alpha(EVERY_PAIR, 0.05, HSD2), HSD2)
    values = np.random.default_rng(11).standard_normal((20_000, 20))
    ever = np.zeros(len(values), dtype=bool)
    for n, level in zip(EVERY_PAIR, nominal, strict=True):
        seen = stats.ttest_1samp(values[:, :n], 0.0, axis=1, alternative="greater")
        ever |= seen.pvalue <= level
    error = 4 * math.sqrt(0.05 * 0.95 / len(values))
    assert ever.mean() == pytest.approx(0.05, abs=error)


def test_a_tiny_alpha_with_no_crossing_at_all_is_kept():
    assert spent_alpha((4, 5), 1e-15, HSD2) == 1e-15
