"""What futility would save, against the rule that judges single looks."""

import math

import pytest

from bot.domain.stats.boundaries import boundaries, exit_probabilities
from bot.domain.stats.futility_planning import (
    _DRIFTS,
    futility_savings,
    hopeless_below,
)
from bot.domain.stats.power import Design, simulate
from tests.unit.domain.stats.reference import EVERY_PAIR, HSD3


@pytest.mark.parametrize("looks", [EVERY_PAIR, (5, 10, 15, 20)])
def test_the_bound_is_where_conditional_power_is_ten_percent(looks):
    """Against the recursion that integrates what is drawn here."""
    design = Design(looks, 0.05, HSD3, paired=True)
    share = tuple(n / looks[-1] for n in looks)
    z = boundaries(share, 0.05, HSD3)
    for k in range(0, len(looks) - 1, 2):
        for drift, bound in zip(
            _DRIFTS[4:10], hopeless_below(design)[k][4:10], strict=True
        ):
            origin = (share[k], float(bound) * math.sqrt(share[k]))
            left = share[k + 1 :]
            exits = exit_probabilities(z[k + 1 :], left, float(drift), origin)
            assert sum(exits) == pytest.approx(0.1, abs=0.02)


def test_the_last_look_is_never_futile():
    design = Design((10,), 0.05, HSD3, paired=True)
    paths = simulate(design, 0.0, 500, 1)
    found = futility_savings(design, paths, 1.0, (0.0,))
    assert (found[0].stopped, found[0].trials) == (0.0, 0.0)


def test_small_tolerances_are_often_futile_and_wide_ones_hardly_ever():
    design = Design(EVERY_PAIR, 0.05, HSD3, paired=True)
    paths = simulate(design, 0.0, 4000, 1)
    narrow, middle, wide = (
        futility_savings(design, paths, size, (0.0, -1.0)) for size in (0.5, 1.0, 1.5)
    )
    for few, some, many in zip(wide, middle, narrow, strict=True):
        assert few.stopped < 0.02 < some.stopped < 0.3 < many.stopped
        assert few.trials < some.trials < many.trials
        assert many.decided < 0.05


def test_what_is_saved_is_never_more_than_what_is_left():
    design = Design(EVERY_PAIR, 0.05, HSD3, paired=False)
    paths = simulate(design, 0.0, 1000, 1)
    (one,) = futility_savings(design, paths, 0.3, (0.0,))
    assert 0.0 < one.trials <= 2 * (20 - 4) * one.stopped
