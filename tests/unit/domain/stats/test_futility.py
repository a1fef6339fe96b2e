"""What the looks that are left can still bring."""

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import norm

from bot.domain.stats.boundaries import boundaries, exit_probabilities
from bot.domain.stats.comparison import Comparison
from bot.domain.stats.futility import (
    HOPELESS,
    ConditionalPower,
    Course,
    conditional_power,
)
from bot.domain.stats.method import Method
from tests.unit.domain.stats.futile import with_and_without
from tests.unit.domain.stats.harness import normal_arms, see
from tests.unit.domain.stats.reference import HSD3, POCOCK

FOUR = (5, 10, 15, 20)


def seen(p_ni: float, p_harm: float, margin: float = 1.0, se: float = 0.5):
    return Comparison(Method.PAIRED_T, p_ni=p_ni, p_harm=p_harm, margin=margin, se=se)


def after(k: int, spending=POCOCK) -> Course:
    return Course(FOUR[:k], FOUR[k:], 20, 0.05, spending)


def test_with_one_look_left_it_is_the_textbook_formula():
    found = conditional_power(seen(0.2, 0.7), after(3))
    bound = boundaries((0.25, 0.5, 0.75, 1.0), 0.05, POCOCK)[-1]
    drift = 1.0 / 0.5 / math.sqrt(0.75)
    for power, p in ((found.p_pass, 0.2), (found.p_block, 0.7)):
        z = float(norm.isf(p))
        gap = z * math.sqrt(0.75) + drift * 0.25 - bound
        assert power == pytest.approx(ndtr(gap / math.sqrt(0.25)), abs=1e-9)


def test_with_three_looks_left_it_is_how_often_simulated_scores_cross():
    found = conditional_power(seen(0.3, 0.8), after(1, HSD3))
    share = np.array((0.25, 0.5, 0.75, 1.0))
    bounds = np.array(boundaries(tuple(share), 0.05, HSD3))[1:]
    drift = 1.0 / 0.5 / math.sqrt(0.25)
    steps = np.random.default_rng(3).normal(drift * 0.25, 0.5, (40_000, 3))
    for power, p in ((found.p_pass, 0.3), (found.p_block, 0.8)):
        score = 0.5 * float(norm.isf(p)) + steps.cumsum(axis=1)
        crossed = (score / np.sqrt(share[1:]) >= bounds).any(axis=1).mean()
        error = 4 * math.sqrt(power * (1 - power) / len(steps))
        assert crossed == pytest.approx(power, abs=error)


def test_a_long_way_from_both_boundaries_with_little_left_is_futile():
    found = conditional_power(seen(0.45, 0.45, margin=0.1), after(3))
    assert found.futile
    assert found.p_pass == found.p_block < HOPELESS


@pytest.mark.parametrize(("p_ni", "p_harm"), [(0.03, 0.9), (0.9, 0.03)])
def test_one_side_with_a_chance_is_enough_to_go_on(p_ni, p_harm):
    found = conditional_power(seen(p_ni, p_harm, margin=0.1), after(3))
    assert min(found.p_pass, found.p_block) < HOPELESS
    assert not found.futile


def test_a_wide_tolerance_is_never_futile():
    assert conditional_power(seen(0.5, 0.5, margin=1e9), after(2)).p_pass == (
        pytest.approx(1.0)
    )


@pytest.mark.parametrize(
    "unknown",
    [
        Comparison(Method.NONE),
        seen(1.0, 1.0, se=math.inf),
        seen(1.0, 1.0, se=0.0),
        seen(1.0, 1.0, margin=math.inf),
    ],
)
def test_without_a_standard_error_nothing_is_called_futile(unknown):
    assert conditional_power(unknown, after(1)) == ConditionalPower(1.0, 1.0)


def test_p_values_of_zero_and_one_stay_finite():
    found = conditional_power(seen(0.0, 1.0), after(1))
    assert 0.0 <= found.p_block < found.p_pass <= 1.0 + 1e-9


def test_no_look_left_is_no_chance():
    found = conditional_power(seen(0.2, 0.3), after(4))
    assert (found.p_pass, found.p_block) == (0.0, 0.0)


def test_a_look_at_the_seeds_that_were_seen_already_is_no_look():
    plain = conditional_power(seen(0.2, 0.3), after(2))
    twice = Course(FOUR[:2], (10, 15, 20), 20, 0.05, POCOCK)
    assert conditional_power(seen(0.2, 0.3), twice) == plain


def test_looks_before_the_origin_are_refused():
    with pytest.raises(ValueError, match="must follow"):
        exit_probabilities((2.0, 2.0), (0.5, 1.0), 0.0, (0.5, 1.0))


@pytest.mark.parametrize("effect", [0.0, -0.5])
def test_stopping_for_futility_adds_no_verdict_and_saves_trials(effect):
    arms = normal_arms(np.random.default_rng(8), (4000, 20))
    found = see(*arms, FOUR, paired=True).moved(effect)
    plain, stopped = with_and_without(found, 0.5, HSD3)
    assert not (stopped.passed & ~plain.passed).any()
    assert not (stopped.blocked & ~plain.blocked).any()
    assert stopped.trials < 0.8 * plain.trials
