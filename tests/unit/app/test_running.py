"""A set of trials, run to their ends through the store."""

from collections.abc import Mapping

from bot.app.ports import StoredTrial
from bot.app.running import run_all
from bot.domain.arms import Baseline, Branch
from bot.domain.plan import Slot, spec_of
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import plan
from tests.unit.app.test_engine import Laptop, losing
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    TrialResult,
    TrialSpec,
    TrialState,
)

PLAN = plan()
SPECS = [spec_of(PLAN, Slot("mlp", arm, 0)) for arm in (Baseline(), Branch())]


def run(
    laptop: Laptop, specs: list[TrialSpec] = SPECS, pulse: ScriptedPulse | None = None
) -> Mapping[str, StoredTrial]:
    return run_all(
        PLAN.evaluation, specs, laptop.store, pulse or laptop.pulse, lambda stored: None
    )


def states(stored: Mapping[str, StoredTrial]) -> list[TrialState]:
    return [stored[spec.key].state for spec in SPECS]


def test_every_trial_is_run_in_order_and_found_by_its_key() -> None:
    laptop = Laptop(losing(0.0), at_once=1)
    assert states(run(laptop)) == [TrialState.OK] * 2
    assert [one.key for one in laptop.ran] == [one.key for one in SPECS]


def test_what_is_stored_is_not_run_again_and_nothing_is_waited_for() -> None:
    laptop = Laptop(losing(0.0))
    run(laptop)
    then = laptop.pulse.now()
    run(laptop)
    assert (len(laptop.ran), laptop.pulse.now()) == (2, then)


def test_equal_trials_are_one() -> None:
    laptop = Laptop(losing(0.0))
    assert len(run(laptop, [SPECS[0], SPECS[0]])) == 1
    assert len(laptop.ran) == 1


def test_no_trials_at_all_are_done_at_once() -> None:
    assert run(Laptop(losing(0.0)), []) == {}


def test_whoever_watches_sees_each_look() -> None:
    laptop, seen = Laptop(losing(0.0), at_once=1), list[int]()
    run_all(
        PLAN.evaluation,
        SPECS,
        laptop.store,
        laptop.pulse,
        lambda stored: seen.append(
            sum(one.state is TrialState.OK for one in stored.values())
        ),
    )
    assert seen == [0, 1, 2]


def test_failed_trials_are_ends_too() -> None:
    broken = TrialResult(Failed(FailureReason.EXCEPTION, "no"))
    assert states(run(Laptop(lambda spec: broken))) == [TrialState.FAILED] * 2


def test_a_lost_trial_is_handed_back_and_tried_again_by_the_next_call() -> None:
    lost = TrialResult(Infra(InfraReason.PLACEMENT, "No node can run it."))
    laptop = Laptop(lambda spec: lost)
    assert states(run(laptop)) == [TrialState.INFRA] * 2
    laptop.script = losing(0.0)
    assert states(run(laptop)) == [TrialState.OK] * 2


def test_what_somebody_else_cancelled_is_asked_for_again() -> None:
    laptop = Laptop(losing(0.0))
    cancelled = iter([True])

    def interfere() -> None:
        if next(cancelled, False):
            laptop.store.withdraw(PLAN.evaluation)
        laptop.work()

    assert states(run(laptop, pulse=ScriptedPulse(interfere))) == [TrialState.OK] * 2
