"""Holm's families: one look, many looks, and what they never do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.stats.boundaries import level_at
from bot.domain.stats.holm import holm
from tests.unit.domain.stats.harness import holm_history
from tests.unit.domain.stats.reference import (
    EVERY_PAIR,
    HSD2,
    HSD3,
    KD2,
    OBRIEN_FLEMING,
    POCOCK,
    steady,
)

P_VALUES = st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.05, 0.3, 1.0, math.nan]))


def share(left: int) -> float:
    """The levels of one look at .05."""
    return 0.05 / left


def test_the_smallest_p_faces_the_strictest_level_and_each_next_one_a_looser():
    found = holm((0.04, 0.01, 0.02), share)
    assert found.rejected == {0, 1, 2}
    assert found.levels == pytest.approx((0.05, 0.05 / 3, 0.025))


def test_the_first_that_is_not_rejected_keeps_all_after_it():
    found = holm((0.03, 0.01, 0.04), share)
    assert found.rejected == {1}
    assert found.levels == pytest.approx((0.025, 0.05 / 3, 0.025))


def test_a_p_at_its_level_is_rejected():
    assert holm((0.025, 0.9), share).rejected == {0}


def test_a_p_that_is_not_a_number_counts_as_one_and_stays_in_the_family():
    found = holm((0.02, math.nan, 0.9), share)
    assert found.rejected == frozenset()
    assert found.levels == pytest.approx((0.05 / 3,) * 3)
    assert holm((math.nan, math.nan), share).rejected == frozenset()


def test_no_hypotheses_reject_nothing_and_ask_for_no_level():
    def never(left: int) -> float:
        raise AssertionError(left)

    found = holm((), never)
    assert (found.rejected, found.levels) == (frozenset(), ())


def test_what_an_earlier_look_rejected_stays_and_loosens_the_rest():
    assert holm((0.9, 0.03), share).rejected == frozenset()
    found = holm((0.9, 0.03), share, rejected=[0])
    assert found.rejected == {0, 1}
    assert found.levels[1] == 0.05


def test_a_family_that_was_rejected_whole_stays_so():
    found = holm((0.9, math.nan), share, rejected=[0, 1])
    assert found.rejected == {0, 1}
    assert found.levels == (0.05, 0.05)


def test_equal_p_values_fall_together_where_each_may():
    assert holm((0.02, 0.02, 0.9), share).rejected == frozenset()
    assert holm((0.016, 0.016, 0.9), share).rejected == {0, 1}


@steady
@given(P_VALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_hypotheses_does_not_matter(p, chance):
    order = list(range(len(p)))
    chance.shuffle(order)
    shuffled = holm([p[i] for i in order], share)
    found = holm(p, share)
    assert {order[i] for i in shuffled.rejected} == found.rejected
    by_place = dict(zip(order, shuffled.levels, strict=True))
    equal = {i for i, one in enumerate(p) if p.count(one) > 1}
    for place, level in enumerate(found.levels):
        assert place in equal or by_place[place] == level


@steady
@given(P_VALUES)
def test_it_never_rejects_less_than_bonferroni(p):
    rejected = holm(p, share).rejected
    plain = {i for i, one in enumerate(p) if one <= 0.05 / len(p)}
    assert plain <= rejected
    assert all(p[i] <= 0.05 for i in rejected)


@steady
@given(P_VALUES, st.integers(0, 40), st.sampled_from([0.0, 0.005, 0.02]))
def test_a_smaller_p_never_rejects_less(p, place, smaller):
    if not p:
        return
    place %= len(p)
    less = [min(one, smaller) if i == place else one for i, one in enumerate(p)]
    assert holm(p, share).rejected <= holm(less, share).rejected | {place}


@pytest.mark.parametrize("spending", [HSD2, HSD3, KD2, POCOCK, OBRIEN_FLEMING], ids=str)
def test_boundaries_loosen_as_hypotheses_fall_at_every_look(spending):
    """What makes a family at many looks valid: fewer left, a higher level."""
    for k, n in enumerate(EVERY_PAIR):
        by_left = [
            level_at(n, EVERY_PAIR[:k], 20, 0.05 / left, spending)
            for left in (1, 2, 3, 8, 20)
        ]
        assert by_left == sorted(by_left, reverse=True)


def test_a_family_over_many_looks_rejects_as_step_by_step():
    """The simulations' own rule against this one, look by look."""
    rng = np.random.default_rng(4)
    looks = (5, 10, 15, 20)
    p = rng.beta(0.3, 3.0, (60, 4, len(looks)))
    by_left = np.array(
        [
            [level_at(n, looks[:k], 20, 0.05 / max(1, j), HSD3) for j in range(5)]
            for k, n in enumerate(looks)
        ]
    )
    history = holm_history(p, by_left.T)
    for row in range(len(p)):
        rejected = frozenset[int]()
        for k in range(len(looks)):
            rejected = holm(
                p[row, :, k].tolist(), lambda left, k=k: by_left[k, left], rejected
            ).rejected
            assert rejected == set(np.flatnonzero(history[row, :, k]))
