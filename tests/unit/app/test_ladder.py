"""The climb against a store in memory: cheap rungs first, none past a failed one."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import pytest

from bot.app.informing import Subject
from bot.app.ladder import Course, Reached, Standing, climb
from bot.domain.arms import Baseline
from bot.domain.history import StagePair
from bot.domain.ladder import ladder_of
from bot.domain.plan import Plan, reachable, spec_of
from bot.domain.policy import Budget, Gate, Invasive, Mode, Policy, Stage, StageKind
from bot.domain.verdict import Finding, Fingerprint, Reason, Ruling
from bot.domain.verdict.findings import finding
from tests.fakes.branches import Branch, planned, value
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import mode, plan, policy
from tests.unit.app.test_engine import Laptop, losing
from workers.contract import (
    Check,
    CheckSeen,
    CheckState,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Probed,
    ProbeEnd,
    ProbeKind,
    ProbeSpec,
    Resources,
    StepSeen,
    TrialResult,
    TrialSpec,
    TrialState,
)

Script = Callable[[TrialSpec], TrialResult]

TESTS = Stage("tests", StageKind.TESTS, command=("pytest",))
SANITY = Stage("sanity", StageKind.SANITY)
FAST = Stage("fast", looks=(4, 6))
FULL = Stage("full", looks=(4, 5))
BIG = Stage("big", looks=(4,), when=Gate.LABEL, label="big")
SUBJECT = Subject("/repository", "main", "idea", "head-commit")
FAILED = TrialResult(Failed(FailureReason.EXCEPTION, "no"), exit_status=1)
HOLDS = CheckSeen(Check.GRADIENTS, CheckState.PASSED, "2 of 2")


def rules(*stages: Stage, **more: object) -> Policy:
    return policy(stages=stages, **more)


def course(
    asked: Policy,
    *,
    prints: bool = False,
    beside: Sequence[Finding] = (),
    **of_plan: object,
) -> Course:
    """All rungs of a policy, each training stage with a plan of its own."""
    ladder = ladder_of(asked, fingerprints=prints)
    stages = [one.stage for one in ladder if one.stage]
    training = [one for one in stages if one.kind is StageKind.TRAINING]
    plans = {one.name: plan(asked, stage=one, **of_plan) for one in training}
    first = plans[training[0].name]
    if prints:
        watched = ProbeSpec(ProbeKind.WATCH, 5, every=10)
        plans[first.stage.name] = dataclasses.replace(first, watched=watched)
    return Course(ladder, plans, SUBJECT, first, beside=tuple(beside))


class Climber(Laptop):
    """A laptop that climbs, and remembers where it stood."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.stood: list[Standing] = []

    def climb(self, asked: Course) -> Reached:
        return climb(asked, self.store, self.pulse, self.stood.append)

    def ran_stages(self) -> list[str]:
        return list(dict.fromkeys(spec.stage for spec in self.ran))


def by_stage(scripts: Mapping[str, Script], other: Script) -> Script:
    return lambda spec: scripts.get(spec.stage, other)(spec)


def passes(spec: TrialSpec) -> TrialResult:
    return TrialResult(Ok(), exit_status=0, wall_s=1.0, log_tail="3 passed")


def fails_on_the_branch(spec: TrialSpec) -> TrialResult:
    return FAILED if spec.arm == "branch" else passes(spec)


def probed(
    *checks: CheckSeen, end: ProbeEnd = ProbeEnd.STEPS, of: str = ""
) -> Callable[[TrialSpec], TrialResult]:
    """A run that the probe looked into; its steps are those of its seed, or of `of`."""

    def run(spec: TrialSpec) -> TrialResult:
        seed = of or f"{spec.seed}"
        steps = tuple(StepSeen(at, loss=f"{seed}{at}") for at in range(5))
        return TrialResult(Ok(), probed=Probed(end, steps=steps, checks=checks))

    return run


def reasons(done: Reached) -> list[Reason]:
    return [one.reason for one in done.verdict.findings]


def rungs(done: Reached) -> list[tuple[str, Ruling]]:
    return [(one.stage, one.state) for one in done.verdict.rungs]


def test_rungs_are_climbed_from_cheap_to_dear_to_the_top() -> None:
    scripts = {"tests": passes, "sanity": probed(HOLDS)}
    laptop = Climber(by_stage(scripts, losing(0.0)))
    done = laptop.climb(course(rules(FULL, SANITY, TESTS)))
    assert laptop.ran_stages() == ["tests", "sanity", "full"]
    assert done.stages == ("tests", "sanity", "full")
    assert done.verdict.state is Ruling.PASS
    assert rungs(done) == [(one, Ruling.PASS) for one in done.stages]
    assert done.verdict.rungs[0].note == "2 runs, 2.0 s in all"


def test_a_run_that_serves_several_arms_counts_once_in_what_a_rung_took() -> None:
    here, effects = planned(Branch("ch")), {"c": -0.4, "h": 0.9}
    rung = ladder_of(here.policy, fingerprints=False)
    laptop = Climber(
        lambda spec: TrialResult(Ok(), {"loss": value(spec.tree, spec.seed, effects)})
    )
    done = laptop.climb(Course(rung, {here.stage.name: here}, SUBJECT, here))
    assert len(done.trials) > len(laptop.ran)
    assert done.verdict.rungs[0].note.startswith(f"{len(laptop.ran)} runs, ")


def test_tests_that_fail_block_and_nothing_is_trained() -> None:
    laptop = Climber(by_stage({"tests": fails_on_the_branch}, losing(0.0)))
    done = laptop.climb(course(rules(TESTS, FAST, FULL)))
    assert laptop.ran_stages() == ["tests"]
    assert (done.verdict.state, done.verdict.modes) == (Ruling.BLOCK, ())
    assert reasons(done) == [Reason.TESTS_FAILED, *[Reason.RUNG_SKIPPED] * 2]
    assert rungs(done)[1:] == [("fast", Ruling.INFO), ("full", Ruling.INFO)]
    assert (done.evaluations, done.cost.trials_run) == ((), 2)


def test_a_stage_that_blocks_keeps_the_next_one_from_starting() -> None:
    laptop = Climber(losing(0.5))
    done = laptop.climb(course(rules(FAST, FULL)))
    assert laptop.ran_stages() == ["fast"]
    assert done.verdict.state is Ruling.BLOCK
    assert done.verdict.modes[0].state is Ruling.BLOCK
    assert Reason.RUNG_SKIPPED in reasons(done)


def test_a_climb_that_died_half_way_goes_on_where_it_was() -> None:
    scripts = {"tests": passes, "sanity": probed(HOLDS)}
    laptop = Climber(by_stage(scripts, losing(0.0)))
    asked = course(rules(TESTS, SANITY, FAST, FULL))

    def die() -> None:
        laptop.work()
        if laptop.ran_stages()[-1] == "full":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        climb(asked, laptop.store, ScriptedPulse(die), laptop.stood.append)
    before = len(laptop.ran)
    laptop.pulse = ScriptedPulse(laptop.work, start=9_000.0)
    done = laptop.climb(asked)
    keys = [spec.key for spec in laptop.ran]
    assert len(keys) == len(set(keys))
    assert {spec.stage for spec in laptop.ran[before:]} == {"full"}
    assert done.cost.trials_reused >= before - 2
    assert done.verdict.state is Ruling.PASS


def under_way(laptop: Climber, later: Plan, wanting: str) -> TrialSpec:
    """A trial of a later stage that somebody wanted before, and that runs."""
    spec = spec_of(later, next(iter(reachable(later, later.modes[0]))))
    laptop.store.want(wanting, [spec])
    (claim,) = laptop.store.claim(1)
    laptop.store.advance(claim.attempt, TrialState.RUNNING)
    return spec


def test_trials_of_a_later_stage_that_run_go_on_while_the_first_is_climbed_anew() -> (
    None
):
    """Whoever wanted them wants them no more, once the climb has begun."""
    laptop = Climber(losing(0.0))
    asked = course(rules(FAST, FULL))
    spec = under_way(laptop, asked.plans["full"], "before")

    def work() -> None:
        laptop.store.withdraw("before")
        state = laptop.store.find([spec.key])[spec.key].state
        assert state is TrialState.RUNNING
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        climb(asked, laptop.store, ScriptedPulse(work), laptop.stood.append)


def test_those_that_only_wait_are_not_taken_over() -> None:
    """They would run before the first stage, which may end it all."""
    laptop = Climber(losing(0.5))
    asked = course(rules(FAST, FULL))
    later = asked.plans["full"]
    slots = [*reachable(later, later.modes[0])][:4]
    laptop.store.want("before", [spec_of(later, one) for one in slots])

    def work() -> None:
        laptop.store.withdraw("before")
        laptop.work()

    done = climb(asked, laptop.store, ScriptedPulse(work), laptop.stood.append)
    assert done.verdict.state is Ruling.BLOCK
    assert laptop.ran_stages() == ["fast"]


def test_what_was_judged_for_several_is_one_pair_of_effects() -> None:
    """Two pull requests that land the same tree: neither trains anything anew."""
    laptop = Climber(losing(0.0))
    asked = course(rules(FAST, FULL))
    for whose in ("1#3@aaa", "1#6@bbb"):
        plans = {
            name: dataclasses.replace(one, whose=whose)
            for name, one in asked.plans.items()
        }
        laptop.climb(dataclasses.replace(asked, plans=plans, probed=plans["fast"]))
    place = ("/repository", "mlp", "loss", "fast", "full")
    assert len(laptop.store.fidelity(*place)) == 1


def test_whoever_watches_sees_every_rung() -> None:
    scripts = {"tests": passes}
    laptop = Climber(by_stage(scripts, losing(0.0)))
    laptop.climb(course(rules(TESTS, FAST)))
    first, last = laptop.stood[0], laptop.stood[-1]
    assert (first.rung.name, first.ended, first.total, first.tick) == (
        "tests",
        0,
        2,
        None,
    )
    assert [one.stage for one in last.done] == ["tests"]
    assert last.tick is not None
    assert last.tick.modes[0].decided


def test_a_network_that_lost_its_sanity_is_not_trained() -> None:
    broken = dataclasses.replace(HOLDS, state=CheckState.FAILED, saw="1 of 2")

    def run(spec: TrialSpec) -> TrialResult:
        check = broken if spec.arm == "branch" else HOLDS
        return probed(check)(spec)

    laptop = Climber(by_stage({"sanity": run}, losing(0.0)))
    done = laptop.climb(course(rules(SANITY, FAST)))
    assert done.verdict.state is Ruling.BLOCK
    assert Reason.SANITY_FAILED in reasons(done)
    assert laptop.ran_stages() == ["sanity"]
    assert [spec.arm for spec in laptop.ran].count("branch") == 2


def test_the_base_runs_twice_only_where_the_seed_has_no_effect_on_the_branch() -> None:
    dead = by_stage({"sanity": probed(HOLDS, of="x")}, losing(0.0))
    laptop = Climber(dead)
    done = laptop.climb(course(rules(SANITY, FAST)))
    assert [spec.arm for spec in laptop.ran if spec.stage == "sanity"].count(
        "baseline"
    ) == 2
    assert Reason.SANITY_AS_BEFORE in reasons(done)
    assert done.verdict.state is Ruling.PASS


def test_a_mode_without_seeds_runs_once_on_each_arm() -> None:
    from bot.domain.policy import Seeding

    asked = policy(mode(seeding=Seeding.NONE), stages=(SANITY, FAST))
    laptop = Climber(by_stage({"sanity": probed(HOLDS)}, losing(0.0)))
    laptop.climb(course(asked))
    arms = [spec.arm for spec in laptop.ran if spec.stage == "sanity"]
    assert sorted(arms) == ["baseline", "branch"]


def test_runs_that_our_machinery_lost_leave_the_rung_undecided() -> None:
    gone = TrialResult(Infra(InfraReason.PLACEMENT, "No node can run it."))
    laptop = Climber(by_stage({"tests": lambda spec: gone}, losing(0.0)))
    done = laptop.climb(course(rules(TESTS, FAST)))
    assert done.verdict.state is Ruling.UNDECIDED
    assert reasons(done)[0] is Reason.TRIALS_LOST
    assert done.cost.trials_run == 0


def test_what_was_found_before_the_first_rung_counts_and_stops_nobody() -> None:
    touched = finding(Reason.PROTECTED_TOUCHED, Ruling.BLOCK, {"files": ("a",)})
    laptop = Climber(losing(0.0))
    done = laptop.climb(course(rules(FAST), beside=[touched]))
    assert done.verdict.state is Ruling.BLOCK
    assert done.verdict.modes[0].state is Ruling.PASS


def test_a_pass_of_a_stage_that_is_not_the_last_one_is_provisional() -> None:
    laptop = Climber(losing(0.0))
    done = laptop.climb(course(rules(FAST, BIG)))
    (found,) = [one for one in done.verdict.findings if one.mode is None][-1:]
    assert found.reason is Reason.PROVISIONAL
    assert (found.evidence["later"], found.evidence["pairs"]) == ("big", 0)
    assert Reason.PROVISIONAL not in reasons(laptop.climb(course(rules(FAST))))
    blocked = Climber(losing(0.5)).climb(course(rules(FAST, BIG)))
    assert Reason.PROVISIONAL not in reasons(blocked)


def test_the_effects_of_both_stages_are_kept_as_a_pair_with_their_pace() -> None:
    def run(spec: TrialSpec) -> TrialResult:
        wall = 2.0 if spec.stage == "fast" else 19.0
        return losing(0.0, wall)(spec)

    laptop = Climber(run)
    done = laptop.climb(course(rules(FAST, FULL)))
    (kept,) = laptop.store.fidelity("/repository", "mlp", "loss", "fast", "full")
    assert (kept.wall_s, kept.later_wall_s) == (2.0, 19.0)
    assert kept.later_d == done.verdict.modes[0].metrics[0].d
    assert done.verdict.rungs[0].note.endswith("a run of full takes 9.5 times as long")
    laptop.climb(course(rules(FAST, FULL)))  # safe to repeat
    assert len(laptop.store.fidelity("/repository", "mlp", "loss", "fast", "full")) == 1


def test_a_part_of_the_plan_leaves_no_pair() -> None:
    laptop = Climber(losing(0.0))
    done = laptop.climb(course(rules(FAST, FULL), narrowed=("ablation",)))
    assert done.stages == ("fast", "full")
    assert done.verdict.state is Ruling.UNDECIDED
    assert not laptop.store.fidelity("/repository", "mlp", "loss", "fast", "full")


def test_from_ten_branches_on_it_is_told_how_far_fast_can_be_trusted() -> None:
    laptop = Climber(losing(0.0))
    for at in range(20):
        d = (at - 9.7) / 10
        pair = StagePair("mlp", "loss", "fast", "big", d, 2 * d, 1.0, 8.0)
        laptop.store.keep_fidelity(f"past {at}", "/repository", [pair])
    done = laptop.climb(course(rules(FAST, BIG)))
    assert Reason.FIDELITY in reasons(done)
    assert Reason.PROVISIONAL not in reasons(done)


def test_all_rungs_share_one_budget() -> None:
    asked = rules(TESTS, FAST, FULL, budget=Budget(trials=12))
    laptop = Climber(by_stage({"tests": passes}, losing(0.0)))
    done = laptop.climb(course(asked))
    assert len(laptop.ran) == 12
    (spent,) = [
        one for one in done.verdict.findings if one.reason is Reason.BUDGET_SPENT
    ]
    assert (spent.evidence["spent"], spent.evidence["limit"]) == (12, 12)
    assert done.verdict.state is Ruling.UNDECIDED


def test_gpu_hours_of_earlier_rungs_count_too() -> None:
    costly = mode(resources=Resources(gpus=1))
    asked = policy(costly, stages=(FAST, FULL), budget=Budget(gpu_hours=8.5))
    laptop = Climber(losing(0.0, wall_s=3600.0))
    done = laptop.climb(course(asked))
    (spent,) = [
        one for one in done.verdict.findings if one.reason is Reason.BUDGET_SPENT
    ]
    assert spent.evidence["limit"] == 8.5
    assert float(str(spent.evidence["spent"])) >= 8.5
    assert done.stages == ("fast", "full")


PROBED = Invasive(steps=5)


def prints(branch: str, baseline: str = "same") -> Script:
    """Fingerprint runs whose losses are those of these names, and plain trials."""

    def run(spec: TrialSpec) -> TrialResult:
        name = branch if spec.arm == "branch" else baseline
        return probed(of=name)(spec)

    return by_stage({"fingerprint": run}, losing(0.0))


def two_modes() -> tuple[Mode, Mode]:
    return mode("mlp"), mode("conv")


def test_modes_that_changed_and_were_not_named_block_before_anything_is_trained() -> (
    None
):
    asked = policy(*two_modes(), stages=(FAST,), invasive=PROBED)
    laptop = Climber(prints("other"))
    done = laptop.climb(course(asked, prints=True))
    assert laptop.ran_stages() == ["fingerprint"]
    assert done.verdict.state is Ruling.BLOCK
    assert Reason.MODE_INVASIVE in reasons(done)
    assert {one.fingerprint for one in done.verdict.modes} == {Fingerprint.CHANGED}


def test_modes_that_are_the_same_are_trained_and_shown_with_their_behaviour() -> None:
    asked = policy(stages=(FAST, FULL), invasive=PROBED)
    laptop = Climber(prints("same"))
    done = laptop.climb(course(asked, prints=True))
    assert done.stages == ("fingerprint", "fast", "full")
    assert done.verdict.state is Ruling.PASS
    (shown,) = done.verdict.modes
    assert shown.fingerprint is Fingerprint.IDENTICAL
    assert [one.reason for one in shown.findings][-1] is Reason.MODE_IDENTICAL
    watched = {spec.stage for spec in laptop.ran if spec.probe}
    assert watched == {"fingerprint", "fast"}


def late(spec: TrialSpec, *, repeats: bool = True) -> TrialResult:
    """Trials that differ only long after the steps of the probe.

    Those of the base do, too, where it does not repeat itself.
    """
    if spec.probe and spec.probe.kind is ProbeKind.FINGERPRINT:
        return probed(of="same")(spec)
    done = losing(0.0)(spec)
    odd = spec.arm == "branch" or (spec.replicate and not repeats)
    rates = (0.1 if odd else 0.2,)
    steps = (StepSeen(0, loss="a"), StepSeen(100, loss="b", rates=rates))
    seen = Probed(ProbeEnd.EXIT, steps=steps)
    return dataclasses.replace(done, probed=seen if spec.probe else None)


def test_what_whole_trials_show_late_counts_for_the_rung_of_fingerprints() -> None:
    asked = policy(*two_modes(), stages=(FAST, FULL), invasive=PROBED)
    done = Climber(late).climb(course(asked, prints=True))
    assert rungs(done) == [
        ("fingerprint", Ruling.BLOCK),
        ("fast", Ruling.PASS),
        ("full", Ruling.INFO),
    ]
    assert done.verdict.state is Ruling.BLOCK
    again = [one for one in done.trials if one.spec and one.spec.replicate]
    assert {(one.stage, str(one.arm)) for one in again} == {
        ("fingerprint", str(Baseline()))
    }
    assert len(again) == 2
    skipped = [
        one for one in done.verdict.findings if one.reason is Reason.RUNG_SKIPPED
    ]
    assert [one.evidence["before"] for one in skipped] == ["fingerprint"]


def test_trials_of_the_base_that_differ_late_themselves_show_no_change() -> None:
    asked = policy(*two_modes(), stages=(FAST, FULL), invasive=PROBED)
    restless = functools.partial(late, repeats=False)
    done = Climber(restless).climb(course(asked, prints=True))
    assert dict(rungs(done))["fingerprint"] is Ruling.PASS
    seen = [one.behaviour for one in done.verdict.modes if one.behaviour]
    assert [one.late for one in seen] == [False, False]
    assert "a trial of the base that is run twice" in seen[0].notes[0]


def test_what_is_seen_beside_a_second_stage_is_not_asked() -> None:
    asked = policy(stages=(FAST, FULL), invasive=PROBED)
    here = course(asked, prints=True)
    watched = here.plans["fast"].watched
    full = dataclasses.replace(here.plans["full"], watched=watched)
    here = dataclasses.replace(here, plans={**here.plans, "full": full})
    laptop = Climber(by_stage({"fast": losing(0.0)}, late))
    done = laptop.climb(here)
    assert {spec.stage for spec in laptop.ran if spec.probe and spec.metrics} == {
        "fast",
        "full",
    }
    assert [state for _, state in rungs(done)] == [Ruling.PASS] * 3
    assert [one.fingerprint for one in done.verdict.modes] == [Fingerprint.IDENTICAL]


def plans(asked: Course) -> Sequence[Plan]:
    return list(asked.plans.values())


def test_each_trained_stage_is_an_evaluation_of_its_own() -> None:
    asked = course(rules(FAST, FULL))
    done = Climber(losing(0.0)).climb(asked)
    assert done.evaluations == tuple(one.evaluation for one in plans(asked))
    assert len(set(done.evaluations)) == 2


def test_what_the_trials_show_counts_for_the_stage_and_stops_the_climb() -> None:
    from bot.domain.policy import Quantity
    from workers.contract import Histogram, Observed

    bounded = mode(quantities=(Quantity("weights", 0.0, 1.0),))

    def run(spec: TrialSpec) -> TrialResult:
        high = 9.0 if spec.arm == "branch" else 0.9
        seen = Histogram("weights", 1.0, (0.0, high), (4.0,), 0.1, high)
        return dataclasses.replace(losing(0.0)(spec), observed=Observed((seen,)))

    laptop = Climber(run)
    done = laptop.climb(course(policy(bounded, stages=(FAST, FULL))))
    assert rungs(done) == [("fast", Ruling.BLOCK), ("full", Ruling.INFO)]
    assert Reason.QUANTITY_OUTSIDE in reasons(done)
    (trained,) = done.trained
    assert trained.exhibits is not None
    assert trained.exhibits.quantities[0].name == "weights"
