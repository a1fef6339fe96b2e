"""One stored trial, run again through the store."""

import dataclasses

import pytest

from bot.app.ports import StoredTrial
from bot.app.reproducing import Reproduced, ended, named, others, reproduce
from bot.domain.arms import Branch
from bot.domain.errors import UserFault
from bot.domain.plan import Slot, spec_of
from bot.domain.repetition import Sameness
from tests.fakes.policies import plan
from tests.unit.app.test_engine import Laptop, Script, losing
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Scoring,
    TrialResult,
    TrialSpec,
    TrialState,
)

PLAN = plan()
SPECS = [spec_of(PLAN, Slot("mlp", Branch(), place)) for place in range(5)]
FIRST = SPECS[0]
STEADY = losing(0.0)


def ran(script: Script = STEADY) -> Laptop:
    """A laptop on which five seeds of a branch have ended."""
    laptop = Laptop(script, at_once=5)
    laptop.store.want("one", SPECS)
    laptop.work()
    return laptop


def stored(laptop: Laptop, spec: TrialSpec = FIRST) -> StoredTrial:
    return laptop.store.find([spec.key])[spec.key]


def repeated(laptop: Laptop, machine: str = FIRST.machine) -> Reproduced:
    seen: list[float] = []
    trial, store = stored(laptop), laptop.store
    return reproduce(trial, machine, store, laptop.pulse, seen.append)


def test_a_deterministic_trial_repeats_bit_for_bit_under_a_key_of_its_own() -> None:
    laptop = ran()
    done = repeated(laptop)
    assert (done.found.same, done.moved) == (Sameness.BITWISE, False)
    assert done.again.key not in {one.key for one in SPECS}
    assert laptop.ran[-1].argv == FIRST.argv
    assert (done.again.replicate, done.result.metrics) == (
        1,
        stored(laptop).result.metrics,  # type: ignore[union-attr]
    )


def test_each_call_runs_it_once_more() -> None:
    laptop = ran()
    assert [repeated(laptop).again.replicate for _ in range(3)] == [1, 2, 3]
    assert len(laptop.ran) == 8


def test_noise_is_what_other_seeds_of_the_same_arm_show() -> None:
    laptop = ran()
    off = stored(laptop).result
    assert off is not None

    def nudged(by: float) -> Script:
        return lambda spec: TrialResult(Ok(), {"loss": off.metrics["loss"] + by})

    laptop.script = nudged(0.001)
    done = repeated(laptop)
    assert (done.found.same, done.found.metrics[0].n) == (Sameness.WITHIN_NOISE, 5)
    laptop.script = nudged(1.0)
    assert repeated(laptop).found.same is Sameness.DIFFERS


def test_repetitions_and_other_arms_are_no_further_seeds() -> None:
    laptop = ran()
    strange = [
        dataclasses.replace(FIRST, key="k1", seed=7, stage="full"),
        dataclasses.replace(FIRST, key="k2", seed=8, mode="gru"),
        dataclasses.replace(FIRST, key="k3", seed=9, argv=("other", "9")),
    ]
    laptop.store.want("two", strange)
    laptop.work()
    queued = dataclasses.replace(SPECS[0], key="k4", seed=10)
    laptop.store.want("two", [queued])
    repeated(laptop)
    assert len(others(laptop.store, stored(laptop))["loss"]) == 5


def test_failed_seeds_have_no_value() -> None:
    def fragile(spec: TrialSpec) -> TrialResult:
        if spec.seed == SPECS[1].seed:
            return TrialResult(Failed(FailureReason.EXCEPTION, "no"))
        return losing(0.0)(spec)

    laptop = ran(fragile)
    assert len(others(laptop.store, stored(laptop))["loss"]) == 4


def test_another_machine_is_said_and_gets_another_key() -> None:
    laptop = ran()
    here, there = repeated(laptop), repeated(laptop, "a GPU/an environment")
    assert there.moved
    assert there.again.machine == "a GPU/an environment"
    assert here.again.key != there.again.key


def test_a_scored_trial_is_trained_again_and_not_only_scored() -> None:
    laptop = ran()
    scored = dataclasses.replace(
        FIRST, key="s" * 64, scoring=Scoring("t", ("score",), "training")
    )
    laptop.store.want("one", [scored])
    laptop.work()
    trial = stored(laptop, scored)
    done = reproduce(
        trial, scored.machine, laptop.store, laptop.pulse, lambda elapsed_s: None
    )
    assert done.again.scoring is not None
    assert done.again.scoring.training == done.again.key


def test_files_that_are_gone_are_the_callers_to_bring_back() -> None:
    laptop = ran()
    lost = TrialResult(Infra(InfraReason.CHECKOUT, "There is no such tree."))
    laptop.script = lambda spec: lost
    with pytest.raises(UserFault, match=r"cannot be had: There is no such tree\."):
        repeated(laptop)


def test_what_our_machinery_lost_is_no_answer() -> None:
    laptop = ran()
    lost = TrialResult(Infra(InfraReason.NODE_LOST, "gone"))
    laptop.script = lambda spec: lost
    assert repeated(laptop).found.same is Sameness.UNKNOWN


def test_a_trial_that_has_not_ended_cannot_be_compared_with() -> None:
    laptop = Laptop(losing(0.0))
    laptop.store.want("one", [FIRST])
    with pytest.raises(UserFault, match=r"has no result \(it is queued\)"):
        repeated(laptop)


def test_a_result_that_was_let_go_is_no_trial_that_is_still_to_end() -> None:
    laptop = ran()
    let_go = dataclasses.replace(
        stored(laptop), state=TrialState.SUPERSEDED, result=None
    )
    with pytest.raises(UserFault, match="is not kept any more") as caught:
        ended(let_go)
    assert "half a year" in caught.value.mend


def test_a_trial_is_named_by_the_beginning_of_its_key() -> None:
    laptop = ran()
    assert named(laptop.store, f" {FIRST.key[:12].upper()} ").key == FIRST.key
    twin = dataclasses.replace(FIRST, key=FIRST.key[:20] + "f" * 44)
    laptop.store.want("one", [twin])
    with pytest.raises(UserFault, match=rf"several trials: .*{twin.key[:21]}"):
        named(laptop.store, FIRST.key[:12])


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("abc", "is no name of a trial"),
        ("", "is no name of a trial"),
        ("zzzzzzzz", "is no name of a trial"),
        ("0" * 64, "No trial whose key begins with 0000"),
    ],
)
def test_what_names_no_trial_is_said(prefix: str, said: str) -> None:
    with pytest.raises(UserFault, match=said):
        named(ran().store, prefix)
