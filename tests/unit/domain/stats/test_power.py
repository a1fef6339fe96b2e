"""What a design can see, by formula and by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, Role, Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.comparison import Rule, Sample, compare
from bot.domain.stats.power import (
    Design,
    Paths,
    detectable,
    operating,
    outcome,
    simulate,
    smallest_tolerance,
)
from bot.domain.stats.sequential import Crossing, crossing
from tests.unit.domain.stats.reference import (
    EVERY_PAIR,
    HSD2,
    HSD3,
    POCOCK,
    case,
    names,
)

FOUR_LOOKS = (5, 10, 15, 20)
REPETITIONS = 20_000
ROOM = 4 * math.sqrt(0.05 * 0.95 / REPETITIONS)  # four standard errors at 5 %


@pytest.mark.parametrize("name", names("mde-"))
def test_detectable_effects_of_welch_agree_with_the_reference(name):
    given, expected = case(name)["input"], case(name)["expected"]
    found = detectable(given["n"], given["alpha"], paired=False, power=given["power"])
    assert found == pytest.approx(expected["mde_sd"], abs=1e-5)


@pytest.mark.parametrize("name", names("power-n-"))
def test_the_classical_sample_sizes_reach_their_power(name):
    """Two-sided 5 % in the table is one-sided 2.5 % here: the far tail is nothing."""
    n, effect = case(name)["expected"]["n"], case(name)["input"]["d"]
    assert detectable(n, 0.025, paired=False) <= effect
    assert detectable(n - 1, 0.025, paired=False) > effect


@pytest.mark.parametrize("name", names("mde-"))
def test_an_effect_of_one_sd_is_seen_with_the_power_of_the_reference(name):
    given, expected = case(name)["input"], case(name)["expected"]
    power = expected["power_at_1sd"]
    found = detectable(given["n"], given["alpha"], paired=False, power=power)
    assert found == pytest.approx(1.0, abs=1e-4)


def test_the_first_pocock_look_sees_what_the_design_says():
    level = levels(FOUR_LOOKS, 0.05, POCOCK)[0]
    assert detectable(5, level, paired=False) == pytest.approx(2.17, abs=0.005)
    assert detectable(5, level, paired=True) * math.sqrt(2) == pytest.approx(
        2.62, abs=0.005
    )


@pytest.mark.parametrize("n", [4, 5, 10, 20])
def test_a_paired_effect_is_detected_with_the_power_it_promises(n):
    effect = detectable(n, 0.01, paired=True, power=0.9)
    bound = stats.t.isf(0.01, n - 1)
    power = stats.nct.sf(bound, n - 1, effect * math.sqrt(n))
    assert power == pytest.approx(0.9, abs=1e-9)


def test_at_a_hopeless_level_the_detectable_effect_is_large_but_finite():
    effects = [
        detectable(4, level, paired=True) for level in (1e-4, 1e-6, 1e-9, 1e-19, 0)
    ]
    assert effects == sorted(effects)
    assert math.isfinite(effects[-1])


def test_the_limit_law_meets_the_formula_where_it_takes_over():
    before, after = (
        detectable(4, level, paired=True) for level in (1.103e-6, 1.102e-6)
    )
    assert stats.t.isf(1.103e-6, 3) < 100 < stats.t.isf(1.102e-6, 3)
    assert after == pytest.approx(before, rel=1e-3)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize(
    ("looks", "spending"), [(EVERY_PAIR, HSD2), (FOUR_LOOKS, POCOCK)]
)
def test_the_simulated_rule_is_the_rule_of_the_gate(paired, looks, spending):
    design = Design(looks, 0.05, spending, paired)
    paths, rule = simulate(design, 0.3, 40, 7), Rule(1, AbsoluteTolerance(1.2))
    rng = np.random.default_rng(7)
    old, own = rng.standard_normal((40, 20)), rng.standard_normal((40, 20))
    new = 0.3 * old + math.sqrt(1 - 0.3**2) * own
    for effect in (-1.0, -0.5, 0.0):
        shifted = new + 1.2 * effect
        for i in range(40):
            arrays = (paths.d, paths.se, paths.critical, paths.df)
            one = Paths(looks, *(array[i : i + 1] for array in arrays))
            expected = by_hand(old[i], shifted[i], design, rule)
            found = outcome(one, 1.2, effect)
            assert (found.passed, found.blocked, found.trials) == expected


def by_hand(old, new, design: Design, rule: Rule) -> tuple[float, float, float]:
    nominal = levels(design.looks, design.alpha, design.spending)
    for n, level in zip(design.looks, nominal, strict=True):
        arms = (tuple(arm[:n].tolist()) for arm in (old, new))
        match crossing(compare(Sample(*arms, design.paired), rule, level), level):
            case Crossing.PASS | Crossing.TOLERATED:
                return 1.0, 0.0, 2.0 * n
            case Crossing.BLOCK:
                return 0.0, 1.0, 2.0 * n
    return 0.0, 0.0, 2.0 * design.looks[-1]


STATED = [
    (FOUR_LOOKS, POCOCK, False, 0.0, (0.968, 0.032, 16.7, 0.036)),
    (FOUR_LOOKS, POCOCK, True, 0.5, (0.989, 0.011, 13.8, 0.027)),
    (EVERY_PAIR, HSD3, False, 0.9, (1.0, 0.0, 12.2, 0.001)),
    (EVERY_PAIR, HSD3, True, 0.0, (0.946, 0.040, 15.1, 0.046)),
]


@pytest.mark.parametrize(
    ("looks", "spending", "paired", "correlation", "stated"), STATED
)
def test_operating_characteristics_are_those_of_the_design(
    looks, spending, paired, correlation, stated
):
    design = Design(looks, 0.05, spending, paired)
    none, loss = operating(design, 1.5, (0.0, -1.0), correlation, REPETITIONS, 3)
    found = (none.passed, none.blocked, loss.passed)
    assert found == pytest.approx((stated[0], stated[1], stated[3]), abs=0.0075)
    assert none.trials == pytest.approx(stated[2], abs=0.2)


@pytest.mark.parametrize("paired", [True, False])
def test_the_default_plan_keeps_both_errors_at_five_percent(paired):
    design = Design(EVERY_PAIR, 0.05, Spending(), paired)
    none, loss = operating(design, 1.5, (0.0, -1.0), 0.0, REPETITIONS, 5)
    assert none.blocked <= 0.05 + ROOM
    assert loss.passed <= 0.05 + ROOM


def test_verdicts_add_up_and_follow_the_effect():
    design = Design(EVERY_PAIR, 0.05, HSD2, paired=True)
    found = operating(design, 1.0, (0.5, 0.0, -0.5, -1.0), 0.0, 4000, 5)
    for one in found:
        assert one.passed + one.blocked + one.undecided == pytest.approx(1.0)
        assert 8 <= one.trials <= 40
    passes = [one.passed for one in found]
    assert passes == sorted(passes, reverse=True)
    assert [one.d for one in found] == [0.5, 0.0, -0.5, -1.0]


@pytest.mark.parametrize(
    ("paired", "correlation", "goal"),
    [
        *((False, correlation, 14.0) for correlation in (0.0, 0.5, 0.9)),
        *zip((True,) * 3, (0.0, 0.5, 0.9), (15.5, 11.0, 9.0), strict=True),
    ],
)
def test_the_default_plan_needs_no_more_trials_than_its_goal(paired, correlation, goal):
    design = Design(EVERY_PAIR, 0.05, Spending(), paired)
    none, loss = operating(design, 1.5, (0.0, -1.0), correlation, REPETITIONS, 11)
    assert none.trials <= goal
    assert none.blocked <= 0.05
    assert loss.passed <= 0.05 + ROOM


def test_a_guardrail_blocks_only_what_is_worse_beyond_its_tolerance():
    design = Design(EVERY_PAIR, 0.05, HSD3, paired=True)
    paths = simulate(design, 0.0, 8000, 5)
    none, edge, beyond = (
        outcome(paths, 1.0, effect, Role.GUARDRAIL) for effect in (0.0, -1.0, -3.0)
    )
    assert none.blocked < 0.005
    assert edge.blocked == pytest.approx(0.055, abs=0.01)
    assert beyond.blocked > 0.99
    assert none.passed + none.blocked == pytest.approx(1.0)
    assert none.undecided == 0.0


@pytest.mark.parametrize(
    ("role", "arms"), [(Role.IMPROVE, 2), (Role.TARGET, 1), (Role.PRIMARY, 2)]
)
def test_trials_are_those_of_the_arms_that_a_role_runs(role, arms):
    design = Design((10,), 0.05, HSD3, paired=True)
    paths = simulate(design, 0.5, 2000, 5)
    assert outcome(paths, 1.0, 0.0, role).trials == 10 * arms


def test_a_margin_is_met_and_missed_with_the_same_error():
    design = Design(EVERY_PAIR, 0.025, HSD2, paired=True)
    paths = simulate(design, 0.0, 20_000, 5)
    edge = outcome(paths, 1.0, 0.0, Role.IMPROVE)
    assert edge.passed == pytest.approx(0.028, abs=0.006)
    assert edge.blocked == pytest.approx(0.028, abs=0.006)
    better = outcome(paths, 1.5, 1.0, Role.IMPROVE)
    assert better.passed > 0.9


@pytest.mark.parametrize("role", [Role.LIMIT, Role.REPORT])
def test_what_no_test_decides_passes(role):
    paths = simulate(Design((4, 5), 0.05, HSD3, paired=True), 0.0, 100, 5)
    found = outcome(paths, 1.0, -5.0, role)
    assert (found.passed, found.blocked) == (1.0, 0.0)


def test_a_simulation_depends_on_its_seed_alone():
    design = Design(EVERY_PAIR, 0.05, HSD2, paired=False)
    one, two, other = (
        operating(design, 1.5, (0.0,), 0.5, 30_000, seed) for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_the_smallest_policeable_tolerance_just_passes_what_was_wanted():
    design = Design(EVERY_PAIR, 0.05, HSD2, paired=True)
    paths = simulate(design, 0.0, 4000, 5)
    for wanted in (0.7, 0.9):
        size = smallest_tolerance(paths, wanted)
        assert outcome(paths, size, 0.0).passed >= wanted
        assert outcome(paths, 0.99 * size, 0.0).passed < wanted


def test_looks_that_no_test_can_use_police_no_tolerance_at_all():
    paths = simulate(Design((2, 3), 0.05, HSD2, paired=True), 0.0, 200, 5)
    with pytest.raises(UserFault, match=r"at most 3 seeds .* at least 4"):
        smallest_tolerance(paths, 0.7)
