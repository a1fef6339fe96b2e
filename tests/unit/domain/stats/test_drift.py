"""Drift of the baseline: the chart, and how long it runs."""

import numpy as np
import pytest

from bot.domain.stats.drift import Drift, cusum

QUIET = -1e3  # a residual that resets the sum of the other side


def run_lengths(shift: float, charts: int, longest: int) -> list[int]:
    """How many residuals each chart takes until it signals."""
    rng = np.random.default_rng(3)
    found = [
        cusum((rng.standard_normal(longest) + shift).tolist()) for _ in range(charts)
    ]
    assert all(one.alarmed for one in found)
    return [one.seen for one in found]


def test_a_shift_of_one_sd_is_found_after_ten_residuals():
    """The average run length of k = .5, h = 5 is 10.4 (Lucas and Crosier 1982)."""
    assert np.mean(run_lengths(1.0, 1000, 100)) == pytest.approx(10.4, abs=0.6)


def test_without_a_shift_the_chart_runs_for_hundreds_of_residuals():
    """One side runs for 930 residuals on average, so both together for half of it."""
    assert np.mean(run_lengths(0.0, 400, 6000)) == pytest.approx(465, rel=0.15)


@pytest.mark.parametrize("sign", [1, -1])
def test_both_directions_are_watched(sign):
    found = cusum([0.0, 0.0, *[2.0 * sign] * 5])
    assert found.alarmed
    assert found.rising is (sign > 0)
    assert found.since == 2
    assert found.cusum == pytest.approx(6.0)
    assert found.evidence() == {"cusum": found.cusum, "threshold": 5.0, "since": 2}


def test_the_chart_ends_at_its_first_signal():
    assert cusum([6.0, QUIET]) == Drift(5.5, 5.0, 0, rising=True, seen=1)


def test_a_sum_that_fell_to_zero_starts_anew():
    found = cusum([3.0, -4.0, 1.0, 1.0])
    assert not found.alarmed
    assert found.since == 2
    assert found.rising


@pytest.mark.parametrize("residuals", [[], [0.0], [0.4, -0.4]])
def test_nothing_moves_where_nothing_was_seen(residuals):
    found = cusum(residuals)
    assert (found.cusum, found.since, found.alarmed) == (0.0, None, False)
