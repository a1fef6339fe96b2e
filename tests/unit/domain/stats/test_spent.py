"""The alpha that a test without a rival boundary may spend."""

import math

import numpy as np
import pytest
from scipy import stats

from bot.domain.stats.boundaries import levels
from bot.domain.stats.choice import Test
from bot.domain.stats.spent import spent_alpha
from tests.unit.domain.stats.reference import EVERY_PAIR, HSD2, POCOCK


def test_one_look_spends_all_its_alpha():
    assert spent_alpha((10,), 0.01, HSD2) == 0.01


def test_many_looks_give_back_what_the_t_overshoots():
    assert spent_alpha(EVERY_PAIR, 0.05, HSD2) == pytest.approx(0.0448, abs=0.001)
    assert spent_alpha((5, 10, 15, 20), 0.05, POCOCK) == pytest.approx(
        0.0469, abs=0.001
    )
    assert spent_alpha(EVERY_PAIR, 0.01, HSD2) == pytest.approx(0.0085, abs=0.0005)


def test_welch_has_more_degrees_of_freedom_and_hardly_anything_to_give_back():
    paired, welch = (spent_alpha(EVERY_PAIR, 0.025, HSD2, test=test) for test in Test)
    assert paired < 0.0235 < welch <= 0.025


def test_a_look_at_one_run_tests_nothing_and_leaves_more_to_the_others():
    with_one, without = (
        spent_alpha(looks, 0.05, HSD2) for looks in ((1, 5, 10), (5, 10))
    )
    assert without < with_one <= 0.05


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
