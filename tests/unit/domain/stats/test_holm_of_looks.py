"""Holm's family where every hypothesis is at a look of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.stats.holm import holm, holm_each
from tests.unit.domain.stats.reference import steady

P = st.floats(0.0, 0.1)


def share(alpha: float):
    return lambda left: alpha / left


@steady
@given(st.lists(P, max_size=6))
def test_at_one_look_it_is_holm_s_procedure(p: list[float]) -> None:
    assert holm_each(p, [share(0.05)] * len(p)) == holm(p, share(0.05))


def test_an_early_look_has_the_stricter_boundary() -> None:
    early, late = share(0.01), share(0.05)
    found = holm_each([0.02, 0.02], [early, late])
    assert found.rejected == {1}
    assert found.levels == pytest.approx((0.01, 0.025))


def test_a_rejection_at_one_look_makes_room_at_another() -> None:
    early, late = share(0.01), share(0.05)
    assert holm_each([0.008, 0.03], [early, late]).rejected == frozenset()
    assert holm_each([0.008, 0.02], [early, late]).rejected == {0, 1}


@steady
@given(st.lists(st.tuples(P, st.floats(0.01, 0.05)), min_size=1, max_size=6))
def test_nobody_is_rejected_beyond_the_full_alpha_of_its_look(
    family: list[tuple[float, float]],
) -> None:
    p = [one for one, _ in family]
    found = holm_each(p, [share(alpha) for _, alpha in family])
    for index, (one, alpha) in enumerate(family):
        assert (index in found.rejected) is (one <= found.levels[index])
        assert alpha / len(family) <= found.levels[index] * (1 + 1e-12)
        assert found.levels[index] <= alpha * (1 + 1e-12)


def test_a_hypothesis_that_keeps_its_place_frees_nothing_for_the_others() -> None:
    p, levels = [0.001, 0.03], [share(0.05)] * 2
    assert holm_each(p, levels).rejected == {0, 1}
    kept = holm_each(p, levels, keeping=[0])
    assert kept.rejected == {0}
    assert kept.levels == pytest.approx((0.025, 0.025))


def test_places_count_hypotheses_that_have_no_p() -> None:
    found = holm_each([0.001, 0.02], [share(0.05)] * 2, places=4)
    assert found.rejected == {0}
    assert found.levels == pytest.approx((0.0125, 0.05 / 3))
