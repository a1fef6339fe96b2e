"""Fractional designs for many independent changes."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from bot.domain.errors import UserFault
from bot.domain.stats.factorial import (
    efficiency,
    fold_over,
    main_effects,
    plackett_burman,
)
from tests.unit.domain.stats.reference import case


@pytest.mark.parametrize("changes", range(1, 12))
def test_every_change_is_on_in_half_of_the_arms_and_apart_from_all_others(
    changes: int,
) -> None:
    design = np.array(plackett_burman(changes))
    assert design.shape == (12, changes)
    assert (design.T @ design == 12 * np.eye(changes)).all()
    assert (design.sum(axis=0) == 0).all()


@pytest.mark.parametrize("changes", [0, 12])
def test_a_number_of_changes_that_does_not_fit_is_refused(changes: int) -> None:
    with pytest.raises(UserFault, match=f"1 to 11 changes, not {changes}"):
        plackett_burman(changes)


def test_a_factorial_needs_fewer_trials_than_one_change_at_a_time() -> None:
    one = case("factorial-efficiency")
    found = [efficiency(k) for k in one["input"]["k"]]
    assert found == pytest.approx(one["expected"]["ratio"], abs=one["tolerance"])


def test_the_stated_variances_hold_in_simulation() -> None:
    rng = np.random.default_rng(3)
    runs = rng.normal(size=(2000, 12))
    design = plackett_burman(5)
    effects = [main_effects(design, [(v,) for v in row])[0].value for row in runs]
    assert np.var(effects) == pytest.approx(4 / 12, rel=0.06)


def test_main_effects_are_recovered_with_the_interval_of_least_squares() -> None:
    design, seeds = plackett_burman(6), 3
    true = np.array([2.0, -1.0, 0.5, 0.0, 0.0, 3.0])
    x = np.repeat(np.array(design), seeds, axis=0)
    y = 7.0 + x @ true / 2.0 + np.random.default_rng(5).normal(0, 0.3, 12 * seeds)
    found = main_effects(
        design, [tuple(map(float, y[i : i + 3])) for i in range(0, 36, 3)]
    )
    matrix = np.column_stack([np.ones(len(x)), x])
    fit, left, *_ = np.linalg.lstsq(matrix, y)
    df = len(y) - 7
    half = stats.t.ppf(0.975, df) * 2.0 * math.sqrt(left[0] / df / len(y))
    assert [one.value for one in found] == pytest.approx(list(2.0 * fit[1:]))
    assert [one.high - one.value for one in found] == pytest.approx([half] * 6)
    assert [one.excludes_zero for one in found] == [True] * 3 + [False] * 2 + [True]


def test_a_design_that_is_used_up_has_effects_without_intervals() -> None:
    found = main_effects(plackett_burman(11), [(float(i),) for i in range(12)])
    assert not any(one.excludes_zero for one in found)
    assert all(math.isfinite(one.value) for one in found)


def test_the_folded_design_is_clear_of_interactions_of_two_changes() -> None:
    design = np.array(fold_over(plackett_burman(5)))
    assert design.shape == (24, 5)
    for a, b, c in itertools.permutations(range(5), 3):
        assert (design[:, a] * design[:, b]) @ design[:, c] == 0


@pytest.mark.parametrize(
    "arms", [[(1.0,)] * 11, [(1.0,)] * 11 + [(1.0, 2.0)], [()] * 12]
)
def test_arms_that_do_not_fit_the_design_are_refused(
    arms: list[tuple[float, ...]],
) -> None:
    with pytest.raises(ValueError, match="same number of trials"):
        main_effects(plackett_burman(3), arms)
