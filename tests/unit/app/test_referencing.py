"""References that are commands, beside a climb: last of all, and deciding nothing."""

import dataclasses

import pytest

from bot.app.ladder import Reached, climb
from bot.domain.arms import Reference
from bot.domain.errors import MachineryFault
from bot.domain.plan.references import REFERENCE_RUN, asked_references
from bot.domain.policy import Budget, Mode, Stage
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import ReferenceShown, Unmeasured
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import mode, policy
from tests.unit.app.test_engine import losing
from tests.unit.app.test_ladder import (
    FAILED,
    FAST,
    FULL,
    TESTS,
    Climber,
    Script,
    by_stage,
    course,
    passes,
    rules,
)
from workers.contract import (
    Infra,
    InfraReason,
    Ok,
    TrialResult,
    TrialSpec,
    TrialState,
)

LINEAR = ("python", "linear.py", "{seed}")
ONCE = ("python", "linear.py")
UNMEASURED = Reason.REFERENCE_UNMEASURED
UNBEATEN = Reason.REFERENCE_UNBEATEN


def referring(command: tuple[str, ...] = LINEAR, **more: object) -> Mode:
    return mode(references={"linear": command}, **more)


def reaching(loss: float, effect: float = 0.0) -> Script:
    """A reference that reaches a loss, beside arms around 1."""

    def run(spec: TrialSpec) -> TrialResult:
        return TrialResult(Ok(), {"loss": loss}, wall_s=0.5)

    return by_stage({REFERENCE_RUN: run}, losing(effect))


def climbed(
    laptop: Climber, *stages: Stage, given: Mode | None = None, **more: object
) -> Reached:
    asked = rules(*(stages or (FAST,)))
    asked = dataclasses.replace(asked, modes=(given or referring(),), **more)  # type: ignore[arg-type]
    return laptop.climb(course(asked))


def shown(done: Reached) -> ReferenceShown:
    """The one reference of the report."""
    exhibits = done.trained[-1].exhibits
    assert exhibits is not None
    (one,) = exhibits.references
    return one


def said(done: Reached, reason: Reason) -> list[Finding]:
    return [one for one in done.verdict.findings if one.reason is reason]


def test_a_command_is_run_over_three_seeds_after_all_arms_and_shown_beside_them() -> (
    None
):
    laptop = Climber(reaching(0.4))
    done = climbed(laptop)
    arms = [spec.arm for spec in laptop.ran]
    assert arms[-3:] == ["reference:linear"] * 3
    assert arms.count("reference:linear") == 3
    one = shown(done)
    assert (one.value, one.runs, one.beaten) == (0.4, 3, False)
    assert dict(one.arms).keys() == {"baseline", "branch"}
    (told,) = said(done, UNBEATEN)
    assert (told.state, told.evidence["value"]) == (Ruling.INFO, 0.4)
    assert done.verdict.state is Ruling.PASS


def test_what_the_branch_beats_is_shown_and_nothing_is_said() -> None:
    done = climbed(Climber(reaching(2.3)))
    assert shown(done).beaten is True
    assert not said(done, UNBEATEN)
    assert not said(done, UNMEASURED)


def test_its_runs_are_among_the_trials_and_in_the_cost() -> None:
    done = climbed(Climber(reaching(0.4)))
    own = [one for one in done.trials if one.arm == Reference("linear")]
    assert len(own) == 3
    assert done.cost.trials_run == len({one.key for one in done.trials})


def test_a_command_that_fails_is_a_note_and_the_verdict_stands() -> None:
    laptop = Climber(by_stage({REFERENCE_RUN: lambda spec: FAILED}, losing(0.0)))
    done = climbed(laptop)
    assert done.verdict.state is Ruling.PASS
    (told,) = said(done, UNMEASURED)
    assert (told.state, told.mode) == (Ruling.INFO, "mlp")
    assert (told.evidence["why"], told.evidence["bad"]) == ("failed", 3)
    assert shown(done).unmeasured is Unmeasured.FAILED


def test_a_run_that_our_machinery_lost_is_a_note_too() -> None:
    gone = TrialResult(Infra(InfraReason.PLACEMENT, "No node can run it."))
    laptop = Climber(by_stage({REFERENCE_RUN: lambda spec: gone}, losing(0.0)))
    done = climbed(laptop)
    assert done.verdict.state is Ruling.PASS
    assert said(done, UNMEASURED)[0].evidence["why"] == "lost"


def test_a_dispatcher_that_dies_now_costs_the_reference_and_not_the_verdict() -> None:
    def die(spec: TrialSpec) -> TrialResult:
        raise MachineryFault("The dispatcher ended with status 1.")

    done = climbed(Climber(by_stage({REFERENCE_RUN: die}, losing(0.0))))
    assert done.verdict.state is Ruling.PASS
    (told,) = said(done, UNMEASURED)
    assert told.evidence["detail"] == "The dispatcher ended with status 1."


def test_a_second_call_and_another_branch_run_nothing_again() -> None:
    laptop = Climber(reaching(0.4))
    climbed(laptop)
    laptop.pulse.wait()
    ran = len(laptop.ran)
    again = climbed(laptop)
    assert len(laptop.ran) == ran
    assert (shown(again).value, again.cost.trials_run) == (0.4, 0)
    asked = dataclasses.replace(rules(FAST), modes=(referring(),))
    here = course(asked).first
    trees = dataclasses.replace(here.trees, merged_tree="another branch")
    done = laptop.climb(course(asked, trees=trees))
    assert REFERENCE_RUN not in [spec.stage for spec in laptop.ran[ran:]]
    own = [one for one in done.trials if one.arm == Reference("linear")]
    assert all(one.shared and one.cached for one in own)


def test_it_is_the_first_to_go_where_the_budget_is_short() -> None:
    spent = len({one.key for one in climbed(Climber(reaching(0.4))).trials}) - 3
    short = Climber(reaching(0.4))
    done = climbed(short, budget=Budget(trials=spent + 2))
    assert REFERENCE_RUN not in [spec.stage for spec in short.ran]
    assert done.verdict.state is Ruling.PASS
    assert said(done, UNMEASURED)[0].evidence["why"] == "budget"
    assert shown(done).unmeasured is Unmeasured.BUDGET
    enough = Climber(reaching(0.4))
    budget = Budget(trials=spent + 3)
    assert shown(climbed(enough, budget=budget)).value == 0.4
    assert shown(climbed(enough, budget=budget)).value == 0.4  # and so when resumed


def test_it_never_takes_from_a_later_stage_and_is_measured_beside_what_is_shown() -> (
    None
):
    stages = [
        dataclasses.replace(one, params={"steps": steps})
        for one, steps in ((FAST, "5"), (FULL, "50"))
    ]
    given = referring((*LINEAR, "{steps}"))
    laptop = Climber(by_stage({"tests": passes}, reaching(0.4)))
    done = climbed(laptop, TESTS, *stages, given=given)
    assert laptop.ran_stages() == ["tests", "fast", "full", REFERENCE_RUN]
    own = [spec.argv[-1] for spec in laptop.ran if spec.stage == REFERENCE_RUN]
    assert own == ["50"] * 3
    (told,) = said(done, UNBEATEN)
    assert told.evidence["rung"] == "full"
    blocked = Climber(by_stage({"tests": passes}, reaching(0.4, effect=0.5)))
    done = climbed(blocked, TESTS, *stages, given=given)
    assert done.verdict.state is Ruling.BLOCK
    own = [spec.argv[-1] for spec in blocked.ran if spec.stage == REFERENCE_RUN]
    assert own == ["5"] * 3


def test_where_nothing_was_trained_nothing_is_held_against_it() -> None:
    laptop = Climber(by_stage({"tests": lambda spec: FAILED}, reaching(0.4)))
    done = climbed(laptop, TESTS, FAST)
    assert done.trained == ()
    assert laptop.ran_stages() == ["tests"]


def test_a_command_without_a_seed_is_run_once() -> None:
    laptop = Climber(reaching(0.4))
    assert shown(climbed(laptop, given=referring(ONCE))).runs == 1


def test_whoever_watches_sees_the_references_run() -> None:
    laptop = Climber(reaching(0.4))
    climbed(laptop)
    last = laptop.stood[-1]
    assert (last.rung.name, last.ended, last.total, last.tick) == (
        "references",
        3,
        3,
        None,
    )
    assert [one.stage for one in last.done] == ["fast"]


def test_runs_that_have_started_go_on_while_the_first_stage_is_climbed_anew() -> None:
    """Whoever wanted them wants them no more, once the climb has begun."""
    laptop = Climber(losing(0.0))
    asked = course(policy(referring(), stages=(FAST, FULL)))
    (some,) = asked_references(asked.plans["full"])
    laptop.store.want("before", some.specs)
    for claim in laptop.store.claim(len(some.specs)):
        laptop.store.advance(claim.attempt, TrialState.RUNNING)

    def work() -> None:
        laptop.store.withdraw("before")
        found = laptop.store.find([one.key for one in some.specs]).values()
        assert {one.state for one in found} == {TrialState.RUNNING}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        climb(asked, laptop.store, ScriptedPulse(work), laptop.stood.append)
