"""Failed trials count: exact tests and bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from bot.domain.stats.failures import (
    failure_upper_bound,
    fisher_more_failures,
    may_differ,
)
from tests.unit.domain.stats.reference import case, names, steady


@pytest.mark.parametrize("name", names("crash-fisher"))
def test_more_failures_in_the_branch_agree_with_fisher(name):
    given_ = case(name)["input"]
    p = fisher_more_failures(
        given_["branch_fail"], given_["n"], given_["base_fail"], given_["n"]
    )
    assert p == pytest.approx(case(name)["expected"]["p"], abs=1e-6)


@steady
@given(st.integers(1, 25), st.integers(1, 25), st.data())
def test_any_table_agrees_with_an_independent_fisher_test(n_branch, n_baseline, data):
    branch = data.draw(st.integers(0, n_branch))
    baseline = data.draw(st.integers(0, n_baseline))
    table = [[branch, n_branch - branch], [baseline, n_baseline - baseline]]
    p = fisher_more_failures(branch, n_branch, baseline, n_baseline)
    assert p == pytest.approx(fisher_exact(table, alternative="greater").pvalue)


def test_no_failures_at_all_show_nothing():
    assert fisher_more_failures(0, 10, 0, 10) == 1.0


def test_the_upper_bound_of_no_failures_agrees_with_the_closed_form():
    expected = case("crash-upper")["expected"]["upper"]
    found = [failure_upper_bound(0, n) for n in case("crash-upper")["input"]["n"]]
    assert found == pytest.approx(expected, abs=1e-5)
    assert may_differ(10) == pytest.approx(1 - 0.05**0.1)


def test_the_bound_rises_with_failures_and_ends_at_one():
    bounds = [failure_upper_bound(failed, 5) for failed in range(6)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == 1.0
    assert failure_upper_bound(0, 0) == 1.0


def test_more_confidence_gives_a_higher_bound():
    assert failure_upper_bound(1, 10, 0.99) > failure_upper_bound(1, 10)
