"""Stored baseline trials serve only while fresh ones are like them."""

import dataclasses

import numpy as np

from bot.domain.arms import Baseline
from bot.domain.evaluation import Facts, next_step
from bot.domain.history import Knowledge, Pilot
from bot.domain.plan import Plan, Slot, seed_at, slots_of
from bot.domain.trials import Trial
from bot.domain.verdict import Reason, Ruling
from tests.fakes.policies import mode, plan
from workers.contract import Failed, FailureReason, Ok, TrialResult, TrialState

OTHERS = (1, 3, 5, 7)  # places whose seeds all branches share


def world(moved: float = 0.0, node: str = "") -> tuple[Plan, dict[Slot, Trial]]:
    """Eight seeds; what others stored of the baseline is `moved` away from ours."""
    here = plan()
    trials = {
        slot: trial(here, slot, moved, node) for slot in slots_of(here, mode(), 8)
    }
    return here, trials


def trial(here: Plan, slot: Slot, moved: float, node: str) -> Trial:
    baseline = slot.arm == Baseline()
    stored = baseline and slot.position in OTHERS
    noise = np.random.default_rng([slot.position, int(baseline)]).normal(0, 0.02)
    loss = 1.0 + float(noise) + moved * stored
    result = TrialResult(Ok(), {"loss": loss}, node=node or f"node {slot.position % 2}")
    seed = seed_at(here, slot.position)
    at = f"{slot.arm}-{slot.position}", slot.arm, slot.mode, "fast", seed, slot.position
    return Trial(*at, TrialState.OK, result=result, cached=stored, shared=stored)


def test_stored_trials_like_the_fresh_ones_serve() -> None:
    here, trials = world(node="laptop")
    step = next_step(Facts(here, trials))
    assert step.distrust == ()
    assert step.verdict is not None


def test_stored_trials_unlike_the_fresh_ones_are_run_anew_first() -> None:
    here, trials = world(moved=1.0)
    step = next_step(Facts(here, trials))
    assert (step.verdict, step.wanted) == (None, ())
    (doubt,) = step.distrust
    assert {slot.position for slot in doubt.slots} == set(OTHERS)
    assert {slot.arm for slot in doubt.slots} == {Baseline()}
    assert doubt.finding.reason is Reason.CANARY_OUTSIDE


def test_a_fresh_baseline_trial_that_fails_speaks_against_the_stored_ones_too() -> None:
    here, trials = world()
    slot = Slot("mlp", Baseline(), 2)
    failed = TrialResult(Failed(FailureReason.EXCEPTION, "It broke."))
    trials[slot] = dataclasses.replace(
        trials[slot], state=TrialState.FAILED, result=failed
    )
    assert next_step(Facts(here, trials)).distrust


def test_two_fresh_trials_are_awaited() -> None:
    here, trials = world(moved=1.0)
    first = {
        slot: one for slot, one in trials.items() if one.cached or not slot.position
    }
    step = next_step(Facts(here, first))
    assert step.distrust == ()
    assert Slot("mlp", Baseline(), 2) in step.wanted


def test_a_trial_that_ended_out_of_turn_is_no_canary() -> None:
    here, trials = world()
    early, awaited = Slot("mlp", Baseline(), 4), Slot("mlp", Baseline(), 2)
    trials[early] = dataclasses.replace(
        trials[early], result=shifted(trials[early], 1.0)
    )
    running = dataclasses.replace(
        trials[awaited], state=TrialState.RUNNING, result=None
    )
    assert next_step(Facts(here, {**trials, awaited: running})).distrust == ()
    assert next_step(Facts(here, trials)).distrust == ()


def test_why_stored_trials_were_passed_over_stays_in_the_report() -> None:
    here, trials = world(moved=1.0)
    why = next_step(Facts(here, trials)).distrust[0].finding
    _, fresh = world(node="laptop")
    step = next_step(Facts(here, fresh, distrusted=(why,)))
    assert step.verdict is not None
    assert why in step.verdict.findings


def test_trials_that_differ_by_machine_are_noticed_and_change_nothing() -> None:
    here, trials = world()
    slow = {
        slot: dataclasses.replace(one, result=shifted(one, 0.5 * (slot.position % 2)))
        for slot, one in trials.items()
    }
    plain = {slot: dataclasses.replace(one, cached=False) for slot, one in slow.items()}
    step = next_step(Facts(here, plain))
    assert step.verdict is not None
    note = next(x for x in step.verdict.findings if x.reason is Reason.NODE_EFFECT)
    assert note.state is Ruling.INFO
    assert note.evidence["nodes"] == ("node 0", "node 1")
    assert note.evidence["worst"] == "node 1"


def shifted(one: Trial, by: float) -> TrialResult:
    assert one.result is not None
    loss = one.result.metrics["loss"] + by
    return dataclasses.replace(one.result, metrics={"loss": loss})


def test_runs_of_this_baseline_that_no_place_uses_sharpen_the_canaries() -> None:
    """Forty runs of it say more than the four that this plan could use."""
    here, trials = world()
    assert next_step(Facts(here, trials)).distrust == ()
    known = Knowledge(baselines={("mlp", "loss"): Pilot(40, 1.1, 0.02)})
    told = dataclasses.replace(here, knowledge=known)
    (doubt,) = next_step(Facts(told, trials)).distrust
    assert doubt.finding.evidence["stored"] == 40
