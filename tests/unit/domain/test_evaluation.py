"""The heart: facts in, next step out."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from bot.domain.arms import Baseline, Branch
from bot.domain.evaluation import Facts, Step, circumstances, next_step, unjudged
from bot.domain.history import Knowledge
from bot.domain.plan import Plan, Slot, seed_at, slots_of
from bot.domain.policy import Budget, Decision
from bot.domain.trials import Trial
from bot.domain.verdict import Reason, Ruling
from tests.fakes.policies import mode, plan, policy, target
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Resources,
    TrialResult,
    TrialState,
)

Value = Callable[[Slot], float]


def value(slot: Slot, *, effect: float = 0.0) -> float:
    """A loss around 1; the branch's is `effect` higher."""
    arm = int(slot.arm == Branch())
    noise = np.random.default_rng([slot.position, arm]).normal(0, 0.02)
    return 1.0 + effect * arm + float(noise)


def ended(here: Plan, slot: Slot, result: TrialResult, **changes: object) -> Trial:
    ok = isinstance(result.outcome, Ok)
    trial = Trial(
        key=f"{slot.mode}-{slot.arm}-{slot.position}",
        arm=slot.arm,
        mode=slot.mode,
        stage="fast",
        seed=seed_at(here, slot.position),
        position=slot.position,
        state=TrialState.OK if ok else TrialState.FAILED,
        result=result,
    )
    return dataclasses.replace(trial, **changes)


def results(
    here: Plan, n: int, effect: float = 0.0, only: str = ""
) -> dict[Slot, Trial]:
    return {
        slot: ended(here, slot, TrialResult(Ok(), {"loss": value(slot, effect=effect)}))
        for one in here.modes
        if only in ("", one.name)
        for slot in slots_of(here, one, n)
    }


def running(here: Plan, slot: Slot) -> Trial:
    trial = ended(here, slot, TrialResult(Ok(), {}), state=TrialState.RUNNING)
    return dataclasses.replace(trial, result=None)


def reasons(step: Step) -> list[Reason]:
    assert step.verdict is not None
    return [one.reason for one in step.verdict.findings]


def test_at_first_the_first_look_of_every_mode_is_wanted() -> None:
    here = plan(policy(mode("mlp"), mode("conv")))
    step = next_step(Facts(here, {}))
    assert step.verdict is None
    assert len(step.wanted) == 2 * 2 * 4
    assert [slot.position for slot in step.wanted] == sorted([0, 1, 2, 3] * 4)


def test_idle_slots_start_the_next_look_early() -> None:
    here = plan(slots=8)
    facts = Facts(here, dict(list(results(here, 4).items())[:-1]))
    step = next_step(facts)
    assert step.wanted[0].position == 3
    assert {slot.position for slot in step.wanted[1:]} == {4, 5}
    assert len(step.wanted) == 5


def test_a_full_machine_starts_nothing_early() -> None:
    here = plan(slots=1)
    facts = Facts(here, dict(list(results(here, 4).items())[:-1]))
    assert len(next_step(facts).wanted) == 1


def test_seeds_are_added_look_by_look_until_there_is_an_answer() -> None:
    here = plan()
    noisy = {
        slot: ended(here, slot, TrialResult(Ok(), {"loss": 1.0 + 0.3 * ((-1) ** i)}))
        for i, slot in enumerate(slots_of(plan(), mode(), 4))
    }
    step = next_step(Facts(here, noisy))
    assert step.verdict is None
    assert {slot.position for slot in step.wanted} == {4, 5}


def test_a_clear_answer_ends_the_evaluation_and_withdraws_what_still_runs() -> None:
    here = plan()
    early = Slot("mlp", Branch(), 4)
    trials = {**results(here, 4, effect=0.5), early: running(here, early)}
    step = next_step(Facts(here, trials))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.BLOCK
    assert step.cancel == (early,)
    assert step.wanted == ()


def test_modes_are_judged_apart_and_each_stops_on_its_own() -> None:
    here = plan(policy(mode("mlp"), mode("conv")))
    early = Slot("mlp", Branch(), 4)
    trials = {**results(here, 4, effect=0.5, only="mlp"), early: running(here, early)}
    step = next_step(Facts(here, trials))
    assert step.verdict is None
    assert step.cancel == (early,)
    assert {slot.mode for slot in step.wanted} == {"conv"}


def test_the_worst_mode_is_the_verdict() -> None:
    here = plan(policy(mode("mlp"), mode("conv")))
    bad, good = results(here, 4, 0.5, only="mlp"), results(here, 4, only="conv")
    step = next_step(Facts(here, {**bad, **good}))
    assert step.verdict is not None
    assert [one.state for one in step.verdict.modes] == [Ruling.BLOCK, Ruling.PASS]
    assert step.verdict.state is Ruling.BLOCK


def test_a_narrowed_plan_can_block_but_never_pass() -> None:
    here = plan(narrowed=("mode conv",))
    passing = next_step(Facts(here, results(here, 4)))
    assert passing.verdict is not None
    assert passing.verdict.state is Ruling.UNDECIDED
    assert Reason.NARROWED in reasons(passing)
    blocking = next_step(Facts(here, results(here, 4, effect=0.5)))
    assert blocking.verdict is not None
    assert blocking.verdict.state is Ruling.BLOCK


def test_only_named_targets_are_targeted_and_without_names_all_are() -> None:
    modes = policy(mode("mlp"), mode("conv"))
    step = next_step(Facts(plan(modes, targeted=frozenset({"conv"})), {}))
    assert [one.targeted for one in step.modes] == [False, True]
    assert [one.targeted for one in next_step(Facts(plan(modes), {})).modes] == [
        True
    ] * 2


def test_a_failed_trial_is_evidence_and_counts() -> None:
    here = plan()
    trials = results(here, 4)
    broken = Failed(FailureReason.NAN_METRIC, "`loss` is NaN", "loss")
    for slot in slots_of(plan(), mode(), 4):
        if slot.arm == Branch():
            trials[slot] = ended(here, slot, TrialResult(broken))
    step = next_step(Facts(here, trials))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.BLOCK
    assert Reason.MORE_FAILURES in reasons(step)


def test_a_trial_that_our_machinery_lost_leaves_its_mode_undecided() -> None:
    here = plan(policy(mode("mlp"), mode("conv")))
    lost = Slot("mlp", Baseline(), 1)
    infra = TrialResult(Infra(InfraReason.DISK, "the disk is full"))
    trials = results(here, 4, only="conv")
    trials[lost] = ended(here, lost, infra, state=TrialState.INFRA)
    step = next_step(Facts(here, trials))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.UNDECIDED
    found = next(f for f in step.verdict.findings if f.reason is Reason.TRIALS_LOST)
    assert (found.mode, found.evidence["first"]) == ("mlp", "the disk is full")


def test_a_lost_trial_that_was_not_needed_any_more_changes_nothing() -> None:
    here = plan()
    lost = Slot("mlp", Baseline(), 4)
    infra = TrialResult(Infra(InfraReason.DISK, "the disk is full"))
    trials = results(here, 4)
    trials[lost] = ended(here, lost, infra, state=TrialState.INFRA)
    step = next_step(Facts(here, trials))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.PASS


def test_a_trial_that_was_only_started_early_and_lost_decides_nothing() -> None:
    here = plan(slots=8)
    early = Slot("mlp", Baseline(), 4)
    infra = TrialResult(Infra(InfraReason.DISK, "the disk is full"))
    trials = dict(list(results(here, 4).items())[:-1])
    trials[early] = ended(here, early, infra, state=TrialState.INFRA)
    step = next_step(Facts(here, trials))
    assert step.verdict is None
    assert step.wanted[0].position == 3


def test_a_spent_budget_ends_undecided_and_never_wants_more_than_it_has() -> None:
    rules = policy(budget=Budget(trials=6))
    here = plan(rules)
    first = next_step(Facts(here, {}))
    assert len(first.wanted) == 6
    spent = next_step(Facts(here, dict(list(results(here, 4).items())[:6])))
    assert spent.verdict is not None
    assert spent.verdict.state is Ruling.UNDECIDED
    assert Reason.BUDGET_SPENT in reasons(spent)


def test_a_budget_in_gpu_hours_counts_reserved_gpus_and_stored_trials_are_free() -> (
    None
):
    runs = mode("mlp", resources=Resources(gpus=2))
    here = plan(policy(runs, budget=Budget(gpu_hours=1.0)))
    slot = slots_of(here, runs, 1)[0]
    hour = TrialResult(Ok(), {"loss": 1.0}, wall_s=1800)
    step = next_step(Facts(here, {slot: ended(here, slot, hour)}))
    assert step.verdict is not None
    assert Reason.BUDGET_SPENT in reasons(step)
    stored = {slot: ended(here, slot, hour, shared=True)}
    assert next_step(Facts(here, stored)).verdict is None


def test_a_budget_that_is_spent_with_the_answer_known_does_not_change_it() -> None:
    here = plan(policy(budget=Budget(trials=8)))
    step = next_step(Facts(here, results(here, 4)))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.PASS
    assert Reason.BUDGET_SPENT not in reasons(step)


def test_a_target_alone_wants_no_baseline() -> None:
    here = plan(policy(mode("mlp", target("loss", 1.5))))
    step = next_step(Facts(here, {}))
    assert {slot.arm for slot in step.wanted} == {Branch()}
    done = next_step(Facts(here, results(here, 4)))
    assert done.verdict is not None
    assert done.verdict.state is Ruling.PASS


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.NOTHING_CHANGED, Ruling.PASS),
        (Reason.NOTHING_RELEVANT, Ruling.PASS),
        (Reason.MERGE_CONFLICT, Ruling.UNDECIDED),
    ],
)
def test_some_branches_need_no_trial(reason: Reason, state: Ruling) -> None:
    verdict = unjudged(reason, {"files": ("train.py",)})
    assert (verdict.state, verdict.findings[0].reason) == (state, reason)


def test_the_report_says_how_the_trials_came_about() -> None:
    here = plan()
    step = next_step(Facts(here, results(here, 4)))
    assert step.verdict is not None
    told = circumstances(step.verdict, "none", "refs/seedgate/dirty/abc")
    assert {Reason.NO_SANDBOX, Reason.DIRTY_COMMITTED} <= {
        one.reason for one in told.findings
    }
    quiet = circumstances(step.verdict, "bubblewrap", None)
    assert quiet.findings == step.verdict.findings


def test_the_same_facts_give_the_same_step() -> None:
    here = plan()
    facts = Facts(here, results(here, 4, effect=0.05))
    assert next_step(facts) == next_step(facts)


def test_evaluations_of_a_branch_are_counted_and_limited_by_the_policy() -> None:
    rules = policy(decision=Decision(attempts=2))
    first, second, third = (
        plan(rules, knowledge=Knowledge(attempt=n)) for n in (1, 2, 3)
    )
    for here in (first, second):
        step = next_step(Facts(here, results(here, 4)))
        counted = step.verdict.findings[-1] if step.verdict else None
        assert counted is not None
        assert counted.reason is Reason.EVALUATIONS_COUNTED
        assert counted.evidence["alpha"] == 0.025
    refused = next_step(Facts(third, {}))
    assert refused.wanted == ()
    assert reasons(refused) == [Reason.ATTEMPTS_SPENT]
    assert refused.verdict is not None
    assert refused.verdict.state is Ruling.UNDECIDED


def test_a_second_evaluation_is_mentioned_even_where_nothing_limits_it() -> None:
    once, twice = plan(), plan(knowledge=Knowledge(attempt=2))
    said = [reasons(next_step(Facts(here, results(here, 4)))) for here in (once, twice)]
    assert Reason.EVALUATIONS_COUNTED not in said[0]
    assert Reason.EVALUATIONS_COUNTED in said[1]


def test_more_seeds_past_the_last_look_are_wanted_only_when_asked_for() -> None:
    def open_at_the_end(here: Plan) -> Step:
        noisy = {
            slot: ended(here, slot, TrialResult(Ok(), {"loss": loss(slot)}))
            for slot in slots_of(here, mode(), 8)
        }
        return next_step(Facts(here, noisy))

    def loss(slot: Slot) -> float:
        return 1.0 + 0.3 * (-1) ** slot.position * (slot.arm == Branch())

    assert open_at_the_end(plan()).verdict is not None
    more = open_at_the_end(plan(more=2))
    assert more.verdict is None
    assert {slot.position for slot in more.wanted} == {8}
    assert plan().evaluation == plan(more=2).evaluation
