"""Pilot runs: the baseline alone, once, over seeds that are nobody else's."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from bot.app.piloting import (
    Piloted,
    PilotTick,
    calibrated,
    of_pilots,
    require_seeds,
    run_pilots,
)
from bot.domain.calibration import PilotRuns
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.history import Pilot
from bot.domain.past import Scene
from bot.domain.plan import Plan, seed_at
from bot.domain.trials import Crashed, Measured
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import mode, plan, policy
from tests.unit.app.test_engine import Laptop, losing
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    TrialResult,
    TrialSpec,
)

TWO = policy(mode("mlp"), mode("conv"))


def pilots(here: Plan | None = None) -> Plan:
    here = here or plan(TWO)
    return dataclasses.replace(
        here, trees=dataclasses.replace(here.trees, merged_tree="pilot")
    )


def run(
    laptop: Laptop, seeds: int = 10, watch: Callable[[PilotTick], None] | None = None
) -> Piloted:
    watch = watch or (lambda tick: None)
    return run_pilots(pilots(), seeds, laptop.store, laptop.pulse, watch)


def test_the_baseline_of_every_mode_runs_alone_over_the_same_seeds() -> None:
    laptop = Laptop(losing(0.0))
    found = run(laptop)
    assert [one.mode.name for one in found.runs] == ["mlp", "conv"]
    assert {(spec.arm, spec.tree) for spec in laptop.ran} == {("baseline", "base-tree")}
    seeds = [[seen.seed for seen in one.observations] for one in found.runs]
    assert seeds[0] == seeds[1]
    assert len(set(seeds[0])) == 10
    assert [spec.mode for spec in laptop.ran[:4]] == ["mlp", "conv"] * 2


def test_pilot_seeds_are_those_of_no_evaluation() -> None:
    mine = {seed_at(of_pilots(pilots()), place) for place in range(100)}
    trees = [dataclasses.replace(plan().trees, merged_tree=one) for one in ("a", "b")]
    for other in [plan(TWO), *(plan(TWO, trees=one) for one in trees)]:
        assert not mine & {seed_at(other, place) for place in range(100)}


def test_a_second_call_finds_every_run_and_more_seeds_only_add() -> None:
    laptop = Laptop(losing(0.0))
    first = run(laptop)
    again = run(laptop)
    assert (len(laptop.ran), again.runs) == (20, first.runs)
    assert (first.tick.reused, again.tick.reused, again.tick.ended) == (0, 20, 20)
    more = run(laptop, 12)
    assert len(laptop.ran) == 24
    assert more.runs[0].observations[:10] == first.runs[0].observations


def test_an_interrupted_call_is_gone_on_with() -> None:
    laptop = Laptop(losing(0.0))
    deaths = iter([False, False, True])

    def die() -> None:
        laptop.work()
        if next(deaths, False):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_pilots(pilots(), 10, laptop.store, ScriptedPulse(die), lambda tick: None)
    assert len(laptop.ran) == 6
    run(laptop)
    keys = [spec.key for spec in laptop.ran]
    assert len(keys) == len(set(keys)) == 20


def test_failed_runs_are_outcomes_and_are_not_tried_again() -> None:
    broken = TrialResult(Failed(FailureReason.EXCEPTION, "no"))
    laptop = Laptop(lambda spec: broken if spec.seed % 2 else losing(0.0)(spec))
    ticks: list[PilotTick] = []
    found = run(laptop, watch=ticks.append)
    kinds = {type(seen) for one in found.runs for seen in one.observations}
    assert kinds == {Measured, Crashed}
    assert found.tick.failed == sum(spec.seed % 2 for spec in laptop.ran)
    assert [tick.ended for tick in ticks] == sorted(tick.ended for tick in ticks)
    assert (ticks[0].ended, ticks[-1].ended, ticks[-1].total) == (0, 20, 20)
    run(laptop)
    assert len(laptop.ran) == 20


def test_a_run_that_our_machinery_lost_is_told_and_tried_again_by_the_next_call() -> (
    None
):
    lost = TrialResult(Infra(InfraReason.DISK, "The disk is full."))
    seen: list[TrialSpec] = []

    def once(spec: TrialSpec) -> TrialResult:
        seen.append(spec)
        return lost if spec.key == seen[0].key else losing(0.0)(spec)

    laptop = Laptop(once)
    with pytest.raises(MachineryFault, match=r"1 of 20 .* lost: The disk is full"):
        run(laptop)
    laptop.script = losing(0.0)
    assert run(laptop).tick.reused == 19


def test_what_somebody_else_cancelled_is_asked_for_again() -> None:
    laptop = Laptop(losing(0.0))
    cancelled = iter([True])

    def interfere() -> None:
        if next(cancelled, False):
            laptop.store.withdraw(pilots().evaluation)
        laptop.work()

    pulse = ScriptedPulse(interfere)
    found = run_pilots(pilots(), 10, laptop.store, pulse, lambda tick: None)
    assert found.tick.ended == 20


def test_fewer_than_ten_seeds_are_refused_with_a_mend() -> None:
    require_seeds(10)
    with pytest.raises(UserFault, match="--seeds 9 is too few") as told:
        require_seeds(9)
    assert told.value.mend.startswith("Give 10 or more")


SCENE = Scene("/repo/.git", policy(), policy().stages[0], "machine")


def runs(seed: int, spread: float) -> list[PilotRuns]:
    drawn = np.random.default_rng(seed).normal(1.0, spread, 20)
    seen = (Measured(i, {"loss": float(one)}) for i, one in enumerate(drawn))
    return [PilotRuns(mode(), tuple(seen))]


def test_the_first_calibration_is_frozen_until_it_is_renewed() -> None:
    memory = Laptop(losing(0.0)).store
    place = ("mlp", "loss")
    first, kept = calibrated(memory, SCENE, runs(1, 0.02))
    assert kept == first.pilots
    again, still = calibrated(memory, SCENE, runs(2, 0.04))
    assert still == kept != again.pilots
    _, renewed = calibrated(memory, SCENE, runs(2, 0.04), renew=True)
    assert renewed == again.pilots
    assert renewed[place].sd > kept[place].sd


def test_runs_that_all_agree_are_not_kept() -> None:
    memory = Laptop(losing(0.0)).store
    _, kept = calibrated(memory, SCENE, runs(1, 0.0))
    assert kept == {}
    _, kept = calibrated(memory, SCENE, runs(1, 0.02))
    assert isinstance(kept["mlp", "loss"], Pilot)
    _, still = calibrated(memory, SCENE, runs(1, 0.0), renew=True)
    assert still == kept
