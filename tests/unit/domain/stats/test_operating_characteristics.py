"""The benchmarks of error rates and costs, in short: they run, and find what they say.

Room is four standard errors of the repetitions here.
"""

import math

import pytest

from bot.domain.stats.power import Design
from bot.domain.stats.spending import spending_of
from tests.benchmarks import operating_characteristics as table_of
from tests.benchmarks import warm_baseline

REPETITIONS = 3000
ROOM = 4 * math.sqrt(0.05 * 0.95 / REPETITIONS)


def test_the_harness_finds_what_naive_peeking_costs():
    """The reference case `naive-peeking`: about 18 % for a nominal 5 %."""
    assert table_of.naive_peeking(20_000, 2) == pytest.approx(0.182, abs=0.01)


def test_the_default_design_meets_its_goals_on_normal_runs():
    lines = [
        line
        for line in table_of.table(REPETITIONS, 3, (table_of.KINDS[0],))
        if line.design == table_of.DEFAULT
    ]
    assert len(lines) == 6
    for line in lines:
        assert line.none.trials <= line.goal + 0.3
        assert line.none.blocked <= 0.05 + ROOM
        assert line.loss.passed <= 0.05 + ROOM
        assert line.none.passed >= 0.92


@pytest.mark.parametrize("data", table_of.KINDS[1:], ids=lambda one: one.name)
def test_other_data_are_judged_by_the_same_rule(data):
    drawn = table_of.drawing(data, 0.5, REPETITIONS, 4)
    design = Design(table_of.EVERY, 0.05, spending_of("hsd:3"), paired=True)
    none, loss = table_of.judged(design, drawn)
    assert none.passed > 0.7
    assert none.blocked <= 0.05 + ROOM
    assert loss.passed <= 0.1
    assert none.passed + none.blocked + none.undecided == pytest.approx(1.0)


@pytest.mark.parametrize("kind", table_of.KINDS[:3], ids=lambda one: one.name)
def test_simulated_runs_have_no_effect_and_unit_spread(kind):
    arms = table_of.drawing(kind, 0.0, 20_000, 5).arms
    for arm in arms:
        assert arm.mean() == pytest.approx(0.0, abs=0.02)
        assert arm.std() == pytest.approx(1.0, abs=0.12)


def test_waves_are_what_slots_allow():
    assert table_of.waves((5, 10), 2) == (5, 10)
    assert table_of.waves((5, 10), 40) == (1, 1)
    assert table_of.waves((4, 5, 6, 7), 40) == (1, 1, 2, 2)
    assert table_of.waves((4, 5, 6), 10) == (1, 1, 2)


def test_a_further_branch_costs_three_quarters_where_looks_are_even():
    ratios = {
        name: warm_baseline.cost(design, 0.5, 2000, 1).ratio
        for name, design in warm_baseline.designs()
    }
    for name, ratio in ratios.items():
        even = name.startswith("4,6")
        assert ratio == pytest.approx(0.75) if even else 0.75 < ratio <= 0.8


def test_a_shared_baseline_hits_many_branches_at_once():
    design = Design(warm_baseline.EVERY, 0.05, spending_of("hsd:3"), paired=False)
    fresh, half, stored = (
        warm_baseline.many_blocked(design, share, 2500, 1)[0] for share in (0, 0.5, 1)
    )
    assert fresh < 0.015 < half < 0.035 < stored < 0.06
