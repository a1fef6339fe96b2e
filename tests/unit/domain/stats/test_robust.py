"""Robust descriptions, which are shown and never decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import trim_mean

from bot.domain.stats.robust import chance_better, iqm, median, outliers, robust_z
from tests.unit.domain.stats.reference import steady

COLLAPSED = (94.0, 94.1, 93.9, 94.2, 94.0, 94.1, 93.9, 94.0, 10.0, 10.0)
finite = st.floats(-1e6, 1e6)


def test_the_interquartile_mean_hides_two_collapsed_runs_of_ten():
    """The reference case `iqm` (scipy.stats.trim_mean); the mean is 77.22."""
    assert iqm(COLLAPSED) == pytest.approx(93.983333, abs=1e-6)
    assert sum(COLLAPSED) / 10 == pytest.approx(77.22)


@steady
@given(st.lists(finite, min_size=1, max_size=25))
def test_the_interquartile_mean_is_the_trimmed_mean(values):
    assert iqm(tuple(values)) == pytest.approx(trim_mean(values, 0.25), abs=1e-6)


def test_the_collapsed_runs_are_outliers_and_stay_in_the_data():
    assert outliers(COLLAPSED) == (8, 9)
    assert len(robust_z(COLLAPSED)) == len(COLLAPSED)


@pytest.mark.parametrize(
    ("values", "out"),
    [
        ((), ()),
        ((3.0,), ()),
        ((3.0, 3.0, 3.0), ()),
        ((1.0, 1.0, 1.0, 2.0), ()),
        ((1.0,) * 9 + (2.0,), (9,)),
        ((0.1, 0.2, 0.3, 0.2, 0.2, 9.0), (5,)),
    ],
)
def test_outliers_of_few_or_equal_runs_are_found_without_a_spread(values, out):
    assert outliers(values) == out


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_outliers_do_not_depend_on_the_unit(scale):
    assert outliers(tuple(scale * one for one in COLLAPSED)) == (8, 9)


def test_the_median_of_two_huge_values_is_between_them():
    assert median((1.7e308, 1.6e308)) == pytest.approx(1.65e308)
    assert median((3.0, 1.0, 2.0)) == 2.0


def test_the_chance_to_be_better_counts_all_pairs_and_half_of_the_ties():
    assert chance_better((1.0, 2.0), (2.0, 3.0), 1) == pytest.approx(3.5 / 4)
    assert chance_better((1.0, 2.0), (2.0, 3.0), -1) == pytest.approx(0.5 / 4)
    assert chance_better((1.0,), (1.0,), 1) == 0.5
