"""Canaries: stored baseline runs are believed while a few of them come out again."""

import math

import numpy as np
import pytest
from scipy.stats import t

from bot.domain.stats.canary import Canary, prediction, reference
from bot.domain.stats.canary import canary as held
from bot.domain.stats.canary import score as score_of

STORED = (1.0, 1.2, 0.9, 1.1, 0.95, 1.05)


def canary(stored: tuple[float, ...], seed: int, value: float | None) -> Canary:
    return held(reference(stored), seed, value)


def score(stored: tuple[float, ...], value: float, runs: int = 1) -> float:
    return score_of(reference(stored), value, runs)


def test_the_interval_is_where_one_more_normal_run_would_lie():
    low, high = prediction(reference(STORED))
    width = t.isf(0.005, 5) * np.std(STORED, ddof=1) * math.sqrt(1 + 1 / 6)
    assert low == pytest.approx(np.mean(STORED) - width)
    assert high == pytest.approx(np.mean(STORED) + width)


def test_one_canary_in_a_hundred_leaves_the_interval_by_chance():
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((4000, 9)).tolist()
    out = sum(not canary(tuple(row[1:]), 1, row[0]).inside for row in rows)
    assert out / 4000 == pytest.approx(0.01, abs=0.0063)


def test_a_canary_outside_says_where_it_had_to_be():
    one = canary(STORED, 7, 2.0)
    assert not one.inside
    assert one.evidence() == {
        "value": 2.0,
        "low": one.low,
        "high": one.high,
        "seed": 7,
        "stored": 6,
        "residual": one.residual,
    }
    assert one.residual is not None
    assert one.residual > 3.0


def test_a_canary_that_fails_is_outside():
    one = canary(STORED, 7, None)
    assert not one.inside
    assert one.residual is None


@pytest.mark.parametrize("stored", [(), (1.0,)])
def test_fewer_than_two_stored_runs_say_nothing(stored):
    one = canary(stored, 7, 5.0)
    assert not one.known
    assert one.inside
    assert one.residual is None


def test_runs_without_spread_allow_for_rounding_only():
    stored = (0.5, 0.5, 0.5)
    assert canary(stored, 1, 0.5).inside
    assert canary(stored, 1, 0.5).residual == 0.0
    assert not canary(stored, 1, 0.501).inside
    assert canary(stored, 1, 0.499).residual == -8.0


def test_the_score_of_a_residual_is_normal_at_any_number_of_stored_runs():
    for stored in (STORED, STORED[:3]):
        n = len(stored)
        spread = np.std(stored, ddof=1) * math.sqrt(1 + 1 / n)
        far = float(np.mean(stored) + t.isf(0.025, n - 1) * spread)
        assert score(stored, far) == pytest.approx(1.959964)
    assert score(STORED, float(np.mean(STORED))) == pytest.approx(0.0, abs=1e-9)
    assert score(STORED, -1e9) == -8.0


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_canaries_do_not_depend_on_the_unit(scale):
    stored = tuple(scale * one for one in STORED)
    assert canary(stored, 1, 1.3 * scale).inside
    assert not canary(stored, 1, 2.0 * scale).inside
    assert score(stored, 1.3 * scale) == pytest.approx(score(STORED, 1.3))


def test_the_mean_of_two_runs_has_to_lie_nearer():
    assert score(STORED, 1.3, runs=2) > score(STORED, 1.3)
