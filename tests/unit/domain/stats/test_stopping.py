"""How often a branch without any effect is stopped, by all rules together."""

import dataclasses
import time

import numpy as np
import pytest

from bot.domain.judgement import judge_looks
from bot.domain.judgement.evidence import ArmEvidence, Evidence, Rulebook
from bot.domain.policy import AbsoluteTolerance, Decision, Direction, Metric, Mode, Role
from bot.domain.stats.power import Design, operating
from bot.domain.stats.simulation import statistics
from bot.domain.stats.stopping import Planned, Rules, chance_of_stop, ends
from bot.domain.stats.walk import Crashes, Drawn, Ends, Schedule, walk
from bot.domain.trials import Crashed, Measured
from bot.domain.verdict import Ruling
from tests.unit.domain.stats.reference import EVERY_PAIR, HSD3, POCOCK
from workers.contract import MetricSource, SourceKind

FOUR = (5, 10, 15, 20)
ONE = Rules(EVERY_PAIR, 0.05, HSD3, primaries=(Planned(1.5),))


def test_one_primary_metric_fares_as_its_power_says():
    design = Design(EVERY_PAIR, 0.05, HSD3, paired=True)
    alone = operating(design, 1.5, (0.0,), 0.0, 20_000, 1)[0]
    found = ends(ONE, 20_000, 1)
    assert found.passed == pytest.approx(alone.passed, abs=0.007)
    assert found.blocked == pytest.approx(alone.blocked, abs=0.006)
    assert found.trials == pytest.approx(alone.trials, abs=0.25)


def test_failures_that_both_arms_share_cost_a_clean_branch_its_pass():
    """The statistics page: PASS .85 at a background failure rate of 2 %."""
    found = ends(dataclasses.replace(ONE, failing=0.02), 8000, 1)
    assert found.passed == pytest.approx(0.85, abs=0.015)
    assert found.stopped == pytest.approx(1.0 - found.passed)
    rates = [
        ends(dataclasses.replace(ONE, failing=one)).passed for one in (0, 0.02, 0.1)
    ]
    assert rates == sorted(rates, reverse=True)


def test_a_baseline_that_fails_most_of_the_time_decides_nothing():
    found = ends(dataclasses.replace(ONE, failing=0.9), 500, 1)
    assert found.undecided > 0.9


def test_guardrails_at_their_tolerance_err_as_one_family():
    """Twenty of them, each at the edge: together at most alpha, for they are Holm's."""
    guards = (Planned(0.0),) * 20
    sure = Planned(1.0, effect=100.0)
    rules = Rules(FOUR, 0.05, POCOCK, (sure,), guards)
    found = ends(rules, 8000, 1)
    assert found.trials == 10.0  # looked at once, when the primary passes
    assert found.blocked < 0.03
    alone = ends(Rules(FOUR, 0.05, POCOCK, (), guards), 8000, 1)
    assert alone.trials > 38.0  # nothing but guardrails: all looks are made
    assert alone.blocked == pytest.approx(0.05, abs=0.012)
    assert alone.passed == pytest.approx(1.0 - alone.blocked)


def test_three_primaries_are_no_likelier_to_be_blocked_than_one():
    three = dataclasses.replace(ONE, primaries=(Planned(1.5),) * 3)
    found, one = ends(three, 8000, 1), ends(ONE, 8000, 1)
    assert found.blocked < one.blocked + 0.012
    assert found.passed < one.passed


def test_modes_and_stages_multiply():
    one = ends(ONE, 1000, 5)
    other = ends(ONE, 1000, 6)
    third = ends(ONE, 1000, 7)
    found = chance_of_stop([[ONE, ONE], [ONE]], 1000, seed=5)
    both = one.passed * other.passed
    assert found.passed == pytest.approx(both * third.passed)
    first = 1.0 - (1.0 - one.blocked) * (1.0 - other.blocked)
    assert found.blocked == pytest.approx(first + both * third.blocked)
    assert found.trials == pytest.approx(
        one.trials + other.trials + both * third.trials
    )
    assert found.passed + found.blocked + found.undecided == pytest.approx(1.0)


def test_nothing_to_judge_stops_nobody():
    assert chance_of_stop([]) == Ends(1.0, 0.0, 0.0, 0.0)


def test_a_chance_depends_on_its_seed_alone():
    ends.cache_clear()
    first = chance_of_stop([[ONE]], 500, seed=3)
    ends.cache_clear()
    assert chance_of_stop([[ONE]], 500, seed=3) == first
    assert chance_of_stop([[ONE]], 500, seed=4) != first


def test_three_modes_with_twenty_slices_take_no_time_to_speak_of():
    modes = [
        dataclasses.replace(
            ONE,
            primaries=(Planned(1.5, one),) * 3,
            guardrails=(Planned(0.0, one),) * 20,
            failing=0.02,
        )
        for one in (0.01, 0.02, 0.03)
    ]
    before = time.process_time()
    found = chance_of_stop([modes])
    assert time.process_time() - before < 3.0  # 0.6 s; room for a busy machine
    assert found.stopped > 0.5


PRIMARIES, GUARDS = {"loss": 0.9, "error": 1.3}, {"time": 0.1}
CASES = 120


def drawn(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Runs of every metric, of branches of all kinds: (cases, 20) for each arm."""
    effects = rng.uniform(-1.6, 0.4, CASES)[:, None]
    return {
        name: (
            rng.standard_normal((CASES, 20)),
            rng.standard_normal((CASES, 20)) + (effects if name in PRIMARIES else -0.2),
        )
        for name in (*PRIMARIES, *GUARDS)
    }


def gated(tolerance: float, name: str, role: Role) -> Metric:
    source = MetricSource(name, SourceKind.REPORTED)
    size = AbsoluteTolerance(tolerance)
    return Metric(name, source, role, Direction.MAXIMIZE, size)


def judged_one_by_one(
    values: dict[str, tuple[np.ndarray, np.ndarray]], crashes: Crashes
) -> tuple[list[Ruling], list[int]]:
    """The same evaluations by the gate itself: states, and seeds per arm."""
    roles = {Role.PRIMARY: PRIMARIES, Role.GUARDRAIL: GUARDS}
    metrics = tuple(
        gated(size, name, role)
        for role, all_ in roles.items()
        for name, size in all_.items()
    )
    rules = Rulebook(Mode("m", ("train",), metrics), Decision(), EVERY_PAIR)
    states, seeds = [], []
    for case in range(CASES):
        arms = [
            ArmEvidence(
                tuple(
                    Crashed(seed, "exception")
                    if failed[case, seed]
                    else Measured(
                        seed, {k: float(v[i][case, seed]) for k, v in values.items()}
                    )
                    for seed in range(20)
                )
            )
            for i, failed in enumerate((crashes.baseline, crashes.branch))
        ]

        def at(n: int, arms: list[ArmEvidence] = arms) -> Evidence:
            cut = [ArmEvidence(one.observations[:n]) for one in arms]
            return Evidence(cut[0], cut[1], paired=True)

        verdict = judge_looks(rules, at, targeted=False)
        states.append(verdict.state)
        seeds.append(verdict.look)
    return states, seeds


@pytest.mark.parametrize("failing", [0.0, 0.06])
def test_the_simulated_gate_is_the_gate(failing):
    """The same runs through both: families, failures and the pass they forbid."""
    rng = np.random.default_rng(12)
    values = drawn(rng)
    crashes = Crashes(*(rng.random((CASES, 20)) < failing for _ in range(2)))
    tests = {
        name: Drawn(
            statistics(arms, EVERY_PAIR, paired=True, complete=crashes.complete),
            (PRIMARIES | GUARDS)[name],
        )
        for name, arms in values.items()
    }
    schedule = Schedule(EVERY_PAIR, 0.05, HSD3)
    found = walk(
        schedule, [tests[name] for name in PRIMARIES], [tests["time"]], crashes
    )
    states, seeds = judged_one_by_one(values, crashes)
    shares = [states.count(one) / CASES for one in (Ruling.PASS, Ruling.BLOCK)]
    assert [found.passed, found.blocked] == pytest.approx(shares, abs=1e-9)
    assert found.trials == pytest.approx(2.0 * float(np.mean(seeds)))
    assert min(found.passed, found.blocked, found.undecided) > 0.02
