"""The engine against a store in memory and a worker that a test scripts."""

from collections.abc import Callable

import numpy as np
import pytest

from bot.app.engine import Evaluated, Tick, evaluate
from bot.domain.errors import MachineryFault
from bot.domain.plan import Plan
from bot.domain.policy import BaselineRule, Mode
from bot.domain.verdict import Reason, Ruling
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import mode, plan, policy
from tests.fakes.store import MemoryStore
from workers.contract import (
    Claim,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Resources,
    TrialResult,
    TrialSpec,
    TrialState,
)

Script = Callable[[TrialSpec], TrialResult]


class Laptop:
    """A store, a clock and a worker that runs `at_once` trials between two looks."""

    def __init__(self, script: Script, at_once: int = 2) -> None:
        self.pulse = ScriptedPulse(self.work)
        self.store = MemoryStore(self.pulse.now)
        self.script = script
        self.at_once = at_once
        self.ran: list[TrialSpec] = []
        self.ticks: list[Tick] = []

    def work(self) -> None:
        for claim in self.store.claim(self.at_once):
            self.finish(claim)

    def finish(self, claim: Claim) -> None:
        self.ran.append(claim.spec)
        self.store.advance(claim.attempt, TrialState.RUNNING)
        self.store.finish(claim.attempt, self.script(claim.spec))

    def evaluate(self, here: Plan) -> Evaluated:
        return evaluate(here, self.store, self.pulse, self.ticks.append)


def losing(effect: float, wall_s: float = 1.0) -> Script:
    def run(spec: TrialSpec) -> TrialResult:
        arm = int(spec.arm == "branch")
        noise = np.random.default_rng([spec.seed, arm]).normal(0, 0.02)
        loss = 1.0 + effect * arm + float(noise)
        return TrialResult(Ok(), {"loss": loss}, wall_s=wall_s)

    return run


def test_an_evaluation_runs_to_its_verdict_and_no_further() -> None:
    laptop = Laptop(losing(0.5))
    done = laptop.evaluate(plan())
    assert done.verdict.state is Ruling.BLOCK
    assert len(laptop.ran) <= 10
    assert done.cost.trials_run == len([one for one in done.trials if one.finished])


def test_baseline_and_branch_are_interleaved() -> None:
    laptop = Laptop(losing(0.5), at_once=1)
    laptop.evaluate(plan())
    arms = [spec.arm for spec in laptop.ran[:8]]
    assert arms == ["baseline", "branch", "branch", "baseline"] * 2


def test_whoever_watches_sees_every_tick() -> None:
    laptop = Laptop(losing(0.0))
    laptop.evaluate(plan())
    elapsed = [tick.elapsed_s for tick in laptop.ticks]
    assert elapsed == sorted(elapsed)
    assert laptop.ticks[0].trials == ()
    assert laptop.ticks[-1].modes[0].decided


def test_a_second_run_reuses_every_finished_trial_and_runs_nothing() -> None:
    laptop = Laptop(losing(0.0))
    first = laptop.evaluate(plan())
    ran = len(laptop.ran)
    laptop.pulse.wait()
    again = laptop.evaluate(plan())
    assert len(laptop.ran) == ran
    assert again.verdict == first.verdict
    assert again.cost.trials_run == 0
    assert again.cost.trials_reused == first.cost.trials_run
    assert all(one.cached for one in again.trials if one.finished)


def test_a_run_that_dies_half_way_is_gone_on_with() -> None:
    laptop = Laptop(losing(0.0), at_once=1)
    deaths = iter([False, False, False, True])

    def die() -> None:
        laptop.work()
        if next(deaths, False):
            raise KeyboardInterrupt

    doomed = ScriptedPulse(die)
    with pytest.raises(KeyboardInterrupt):
        evaluate(plan(), laptop.store, doomed, laptop.ticks.append)
    assert len(laptop.ran) == 4
    laptop.evaluate(plan())
    keys = [spec.key for spec in laptop.ran]
    assert len(keys) == len(set(keys))


def test_the_next_branch_on_the_same_base_reuses_at_most_half_the_baseline() -> None:
    laptop = Laptop(losing(0.0))
    laptop.evaluate(plan())
    other = plan(trees=plan().trees.__class__("base-commit", "base-tree", "new", "/o"))
    laptop.pulse.wait()
    done = laptop.evaluate(other)
    reused = [one for one in done.trials if one.cached]
    assert reused
    assert all(one.shared for one in reused)
    for n in (4, 6):
        assert len([one for one in reused if one.position < n]) <= n / 2


def test_a_baseline_that_has_grown_too_old_is_run_again() -> None:
    rules = policy(baseline=BaselineRule(max_age_s=100.0))
    laptop = Laptop(losing(0.0))
    laptop.evaluate(plan(rules))
    for _ in range(200):
        laptop.pulse.wait()
    new = plan(rules).trees.__class__("base-commit", "base-tree", "new", "/o")
    done = laptop.evaluate(plan(rules, trees=new))
    assert not [one for one in done.trials if one.cached]
    assert {spec.replicate for spec in laptop.ran} == {0, 1}


def test_what_an_earlier_run_lost_is_tried_again() -> None:
    lost = Infra(InfraReason.DISK, "the disk is full")
    laptop = Laptop(lambda spec: TrialResult(lost))
    for _ in range(40):
        laptop.pulse.wait()
    first = laptop.evaluate(plan())
    assert first.verdict.state is Ruling.UNDECIDED
    assert first.verdict.findings[0].reason is Reason.TRIALS_LOST
    laptop.script = losing(0.0)
    assert laptop.evaluate(plan()).verdict.state is Ruling.PASS


def test_a_failed_trial_is_a_result_and_not_run_again() -> None:
    broken = Failed(FailureReason.EXCEPTION, "RuntimeError: no")

    def run(spec: TrialSpec) -> TrialResult:
        if spec.arm == "branch":
            return TrialResult(broken)
        return losing(0.0)(spec)

    laptop = Laptop(run)
    assert laptop.evaluate(plan()).verdict.state is Ruling.BLOCK
    keys = [spec.key for spec in laptop.ran]
    assert len(keys) == len(set(keys))


def test_one_mode_is_withdrawn_when_it_is_decided_while_the_other_goes_on() -> None:
    wide = np.random.default_rng(5)

    def run(spec: TrialSpec) -> TrialResult:
        if spec.mode == "mlp":
            return losing(0.5)(spec)
        return TrialResult(Ok(), {"loss": float(wide.normal(1.0, 0.3))})

    laptop = Laptop(run, at_once=3)
    modes: tuple[Mode, ...] = (mode("mlp"), mode("conv"))
    done = laptop.evaluate(plan(policy(*modes), slots=3))
    ran = {name: [s for s in laptop.ran if s.mode == name] for name in ("mlp", "conv")}
    assert len(ran["mlp"]) < len(ran["conv"])
    assert done.verdict.modes[0].state is Ruling.BLOCK


def test_cost_counts_reserved_cpus_and_gpus() -> None:
    runs = mode(resources=Resources(cpus=2, gpus=0.5))
    laptop = Laptop(losing(0.0, wall_s=3600))
    done = laptop.evaluate(plan(policy(runs)))
    assert done.cost.cpu_hours == 2 * done.cost.trials_run
    assert done.cost.gpu_hours == 0.5 * done.cost.trials_run


def test_a_dead_dispatcher_ends_the_evaluation_with_its_own_fault() -> None:
    def die() -> None:
        raise MachineryFault("The dispatcher ended with status 1.")

    laptop = Laptop(losing(0.0))
    with pytest.raises(MachineryFault):
        evaluate(plan(), laptop.store, ScriptedPulse(die), laptop.ticks.append)


def test_what_somebody_else_cancelled_is_asked_for_again() -> None:
    laptop = Laptop(losing(0.0))
    cancelled = iter([True])

    def interfere() -> None:
        if next(cancelled, False):
            laptop.store.withdraw(plan().evaluation)
        laptop.work()

    done = evaluate(plan(), laptop.store, ScriptedPulse(interfere), laptop.ticks.append)
    assert done.verdict.state is Ruling.PASS


def test_stored_baselines_that_no_longer_hold_are_run_anew_and_that_is_said() -> None:
    def drifted(spec: TrialSpec) -> TrialResult:
        plain = losing(0.0)(spec)
        return TrialResult(Ok(), {"loss": plain.metrics["loss"] + 3.0})

    laptop = Laptop(drifted)
    laptop.evaluate(plan())
    laptop.script = losing(0.0)
    laptop.pulse.wait()
    other = plan(trees=plan().trees.__class__("base-commit", "base-tree", "new", "/o"))
    done = laptop.evaluate(other)
    assert done.verdict.state is Ruling.PASS
    assert not [one for one in done.trials if one.cached]
    said = [one for one in done.verdict.findings if one.reason is Reason.CANARY_OUTSIDE]
    assert len(said) == 1
    laptop.pulse.wait()
    again = laptop.evaluate(other)
    assert (again.verdict, again.cost.trials_run) == (done.verdict, 0)
