"""Group-sequential boundaries against published and independent values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from bot.domain.stats.boundaries import (
    Z_CAP,
    boundaries,
    exit_probabilities,
    level_at,
    levels,
)
from bot.domain.stats.spending import spending_of, spent
from tests.unit.domain.stats import simpson
from tests.unit.domain.stats.reference import (
    EVERY_PAIR,
    HSD2,
    HSD3,
    KD2,
    OBRIEN_FLEMING,
    POCOCK,
    SPENDING_NAMES,
    case,
    names,
    spending_cases,
    steady,
)

QUARTERS = (0.25, 0.5, 0.75, 1.0)


@pytest.mark.parametrize("name", spending_cases())
def test_boundaries_agree_with_independent_values(name):
    given_, expected = case(name)["input"], case(name)["expected"]
    information = tuple(given_.get("t") or [n / 20 for n in given_["looks"]])
    z = boundaries(information, given_["alpha"], SPENDING_NAMES[given_["spending"]])
    assert z == pytest.approx(expected["z"], abs=1e-4)
    if "nominal_p" in expected:
        nominal = levels(tuple(given_["looks"]), 0.05, KD2)
        assert nominal == pytest.approx(expected["nominal_p"], abs=1e-6)


def test_the_reference_schedule_has_its_published_boundaries():
    z = boundaries(QUARTERS, 0.05, POCOCK)
    assert z == pytest.approx((2.0999, 2.0767, 2.0532, 2.0348), abs=1e-4)
    assert levels((5, 10, 15, 20), 0.05, POCOCK) == pytest.approx(norm.sf(z))


def test_published_digits_of_another_package_are_met_to_1e_6():
    z = boundaries((0.2, 0.4, 1.0), 0.03, SPENDING_NAMES["HSD gamma=0"])
    assert z == pytest.approx((2.5121443, 2.4228747, 2.0280392), abs=1e-6)
    z = boundaries((1 / 3, 2 / 3, 1.0), 0.03, OBRIEN_FLEMING)
    assert z == pytest.approx((3.5815302, 2.417863, 1.9175839), abs=1e-6)


@pytest.mark.parametrize("name", names("gs-pocock-"))
def test_constant_boundaries_of_pocock_spend_their_alpha(name):
    given_, z = case(name)["input"], tuple(case(name)["expected"]["z"])
    information = tuple((k + 1) / given_["K"] for k in range(given_["K"]))
    total = sum(exit_probabilities(z, information, 0.0))
    assert total == pytest.approx(given_["alpha"], abs=1e-5)


@pytest.mark.parametrize("name", names("gs-power"))
def test_exit_probabilities_under_drift_agree_with_independent_values(name):
    given_, expected = case(name)["input"], case(name)["expected"]
    found = exit_probabilities(tuple(given_["z"]), tuple(given_["t"]), given_["theta"])
    assert found == pytest.approx(expected["exit_prob"], abs=1e-5)
    assert sum(found) == pytest.approx(expected["total"], abs=5e-5)


def test_crossing_probability_agrees_with_the_multivariate_normal():
    information = (0.2, 0.45, 0.5, 1.0)
    z = boundaries(information, 0.05, HSD2)
    t = np.array(information)
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    stays = multivariate_normal(np.zeros(4), covariance, abseps=1e-7).cdf(z)
    assert 1.0 - stays == pytest.approx(0.05, abs=1e-5)


@pytest.mark.parametrize("spending", [POCOCK, KD2, OBRIEN_FLEMING, HSD2, HSD3], ids=str)
def test_seventeen_looks_spend_what_they_may_look_by_look(spending):
    information = tuple(n / 20 for n in EVERY_PAIR)
    z = boundaries(information, 0.05, spending)
    crossed = np.cumsum(exit_probabilities(z, information, 0.0))
    allowed = [spent(t, 0.05, spending) for t in information]
    assert crossed == pytest.approx(allowed, abs=1e-9)


@steady
@given(
    st.lists(st.integers(4, 60), min_size=1, max_size=8, unique=True).map(sorted),
    st.sampled_from([0.001, 0.01, 0.05, 0.2]),
    st.sampled_from([POCOCK, KD2, HSD2, OBRIEN_FLEMING]),
)
def test_any_schedule_spends_exactly_its_alpha(looks, alpha, spending):
    information = tuple(n / looks[-1] for n in looks)
    z = boundaries(information, alpha, spending)
    total = sum(exit_probabilities(z, information, 0.0))
    assert total == pytest.approx(alpha, rel=1e-8)
    assert all(
        0 < p <= alpha * (1 + 1e-9) for p in levels(tuple(looks), alpha, spending)
    )


SCHEDULES = [
    (5, 10, 15, 20),
    (4, 5, 20),
    (18, 19, 20),
    (4, 4.5, 5, 7, 7.4, 20),
]


@pytest.mark.parametrize("name", ["pocock", "obf", "kd:3", "hsd:-4", "hsd:2", "hsd:3"])
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.05 / 60])
def test_an_integrator_that_shares_nothing_finds_the_same(name, alpha):
    for looks in SCHEDULES:
        information = tuple(n / looks[-1] for n in looks)
        other = simpson.boundaries(information, simpson.spending(name, alpha))
        found = boundaries(information, alpha, spending_of(name))
        assert found == pytest.approx(other, abs=1e-6)


def test_every_look_from_four_to_twenty_is_as_exact():
    information = tuple(n / 20 for n in EVERY_PAIR)
    other = simpson.boundaries(information, simpson.spending("hsd:3", 0.05))
    assert boundaries(information, 0.05, HSD3) == pytest.approx(other, abs=1e-6)


def test_a_first_look_that_may_spend_almost_nothing_still_has_its_boundary():
    """O'Brien and Fleming's early looks: errors of 1e-14 and less."""
    information = tuple(k / 20 for k in range(1, 21))
    other = simpson.boundaries(information, simpson.spending("obf", 0.01))
    found = boundaries(information, 0.01, OBRIEN_FLEMING)
    assert found == pytest.approx(other, abs=1e-6)
    assert found[0] == Z_CAP > found[1] > 8.0


def test_one_look_is_the_plain_test():
    assert levels((10,), 0.05, POCOCK) == pytest.approx((0.05,), rel=1e-12)


def test_a_planned_look_has_the_same_level_on_its_own_as_in_the_schedule():
    planned = levels(EVERY_PAIR, 0.05, HSD2)
    for place, n in enumerate(EVERY_PAIR):
        assert level_at(n, EVERY_PAIR[:place], 20, 0.05, HSD2) == planned[place]


def test_missed_looks_leave_their_error_to_the_next():
    after_all = level_at(10, EVERY_PAIR[:6], 20, 0.05, HSD2)
    after_one = level_at(10, (4,), 20, 0.05, HSD2)
    assert after_one > after_all
    first = level_at(10, (), 20, 0.05, HSD2)
    assert first == pytest.approx(spent(0.5, 0.05, HSD2))


def test_an_extra_look_between_two_takes_only_its_share():
    extra = level_at(4.5, (4,), 20, 0.05, HSD2)
    assert 0 < extra < level_at(5, (4,), 20, 0.05, HSD2)


def test_a_look_without_new_information_spends_nothing_and_stays_finite():
    again = level_at(10, (5, 10), 20, 0.05, HSD2)
    assert 0 < again < 1e-18
    beyond = level_at(24, (5, 10, 15, 20), 20, 0.05, HSD2)
    assert 0 < beyond < 1e-18
    z = boundaries((0.25, 0.25, 0.2501, 0.5, 1.0), 0.05, HSD2)
    assert z[1] == z[2] == Z_CAP
    assert (z[0], *z[3:]) == pytest.approx(boundaries((0.25, 0.5, 1.0), 0.05, HSD2))
    assert exit_probabilities(z, (0.25, 0.25, 0.2501, 0.5, 1.0), 0.0)[1] == 0.0


def test_a_tiny_step_of_information_keeps_the_total():
    information = (0.25, 0.2506, 0.5, 1.0)
    z = boundaries(information, 0.05, HSD2)
    t = np.array(information)
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    stays = multivariate_normal(np.zeros(4), covariance, abseps=1e-7).cdf(z)
    assert 1.0 - stays == pytest.approx(0.05, abs=1e-5)


def test_a_spending_that_starts_with_nothing_has_a_finite_first_boundary():
    steep = SPENDING_NAMES["HSD(-4)"].__class__(HSD2.family, -500.0)
    z = boundaries((0.2, 1.0), 0.05, steep)
    assert z[0] == Z_CAP
    assert z[1] == pytest.approx(norm.isf(0.05))


def test_paths_are_carried_on_from_what_a_look_saw():
    """Mixed over what the first look can show, they are the paths of all looks."""
    z, information = (2.2, 2.0, 1.8), (0.3, 0.6, 1.0)
    whole = exit_probabilities(z, information, 1.5)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    low, high = -8.0, z[0] * 0.3**0.5
    scores = low + (nodes + 1.0) / 2.0 * (high - low)
    density = norm.pdf(scores, 1.5 * 0.3, 0.3**0.5) * weights / 2.0 * (high - low)
    later = [
        exit_probabilities(z[1:], information[1:], 1.5, (0.3, one)) for one in scores
    ]
    assert density @ np.array(later) == pytest.approx(whole[1:], abs=1e-9)


def test_infinite_bounds_are_never_crossed_and_low_ones_always():
    never_then_always = exit_probabilities((np.inf, -np.inf), (0.5, 1.0), 0.0)
    assert never_then_always == pytest.approx((0.0, 1.0), abs=1e-11)
    always_then_never = exit_probabilities((-np.inf, 0.0), (0.5, 1.0), 0.0)
    assert always_then_never == pytest.approx((1.0, 0.0), abs=1e-11)


@pytest.mark.parametrize(
    "information", [(0.0, 1.0), (-0.5,), (0.5, 0.4), (float("nan"),)]
)
def test_information_that_falls_is_refused(information):
    with pytest.raises(ValueError, match="positive and rise"):
        boundaries(information, 0.05, HSD2)
