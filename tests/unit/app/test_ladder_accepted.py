"""Findings that somebody accepted: the climb goes on, over the same stored trials."""

import dataclasses

from bot.app.ladder import Course, Reached
from bot.domain.policy import Budget
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.findings import finding
from tests.fakes.policies import guardrail, mode, policy
from tests.unit.app.test_engine import losing
from tests.unit.app.test_ladder import (
    FAST,
    FULL,
    PROBED,
    TESTS,
    Climber,
    by_stage,
    course,
    fails_on_the_branch,
    late,
    prints,
    rules,
    rungs,
    two_modes,
)
from workers.contract import Ok, TrialResult, TrialSpec

PASS, BLOCK, OPEN, INFO = Ruling.PASS, Ruling.BLOCK, Ruling.UNDECIDED, Ruling.INFO


def told(done: Reached, reason: Reason) -> list[Finding]:
    return [one for one in done.verdict.findings if one.reason is reason]


def accepting(asked: Course, *found: Finding) -> Course:
    ids = frozenset(one.digest for one in found)
    return dataclasses.replace(asked, accepted=ids)


def worse_in_fast(spec: TrialSpec) -> TrialResult:
    return losing(0.5 if spec.stage == "fast" else 0.0)(spec)


def test_an_accepted_regression_of_fast_lets_full_run() -> None:
    asked, laptop = course(rules(FAST, FULL)), Climber(worse_in_fast)
    (harm,) = told(laptop.climb(asked), Reason.HARM_SHOWN)
    before = len(laptop.ran)
    done = laptop.climb(accepting(asked, harm))
    assert {spec.stage for spec in laptop.ran[before:]} == {"full"}
    assert rungs(done) == [("fast", PASS), ("full", PASS)]
    assert (done.verdict.state, done.lifted) == (PASS, (harm.id,))
    assert told(done, Reason.HARM_SHOWN) == [dataclasses.replace(harm, state=INFO)]
    assert not told(done, Reason.RUNG_SKIPPED)


def test_a_regression_of_full_is_another_finding() -> None:
    asked, laptop = course(rules(FAST, FULL)), Climber(losing(0.5))
    (fast,) = told(laptop.climb(asked), Reason.HARM_SHOWN)
    further = laptop.climb(accepting(asked, fast))
    assert rungs(further) == [("fast", PASS), ("full", BLOCK)]
    full = told(further, Reason.HARM_SHOWN)[-1]
    assert full.evidence["rung"] == "full"
    ran = len(laptop.ran)
    done = laptop.climb(accepting(asked, fast, full))
    assert (done.verdict.state, done.lifted) == (PASS, (fast.id, full.id))
    assert done.verdict.modes[0].state is PASS
    assert len(laptop.ran) == ran  # the same stored trials, and the same ids of them


def test_what_is_accepted_in_vain_changes_nothing() -> None:
    asked, laptop = course(rules(FAST)), Climber(losing(0.0))
    other = finding(Reason.HARM_SHOWN, BLOCK, {"d": -1.0}, mode="mlp", metric="loss")
    plain = laptop.climb(asked).verdict
    done = laptop.climb(accepting(asked, other))
    assert (done.verdict, done.lifted) == (plain, ())


def test_tests_that_fail_are_climbed_past_once_accepted() -> None:
    asked = course(rules(TESTS, FAST))
    laptop = Climber(by_stage({"tests": fails_on_the_branch}, losing(0.0)))
    (failed,) = told(laptop.climb(asked), Reason.TESTS_FAILED)
    done = laptop.climb(accepting(asked, failed))
    assert rungs(done) == [("tests", PASS), ("fast", PASS)]
    assert done.verdict.state is PASS


def test_a_mode_that_changed_unnamed_keeps_its_id_when_it_was_trained() -> None:
    asked = policy(*two_modes(), stages=(FAST,), invasive=PROBED)
    here, laptop = course(asked, prints=True), Climber(prints("other"))
    first, second = told(laptop.climb(here), Reason.MODE_INVASIVE)
    one = laptop.climb(accepting(here, first))
    assert laptop.ran_stages() == ["fingerprint"]
    assert one.verdict.state is BLOCK
    done = laptop.climb(accepting(here, first, second))
    assert laptop.ran_stages() == ["fingerprint", "fast"]
    assert rungs(done) == [("fingerprint", PASS), ("fast", PASS)]
    assert done.verdict.state is PASS
    assert {mode.state for mode in done.verdict.modes} == {PASS}
    assert set(done.lifted) == {first.id, second.id}


def test_a_mode_that_changed_late_is_climbed_past_as_well() -> None:
    asked = policy(*two_modes(), stages=(FAST, FULL), invasive=PROBED)
    here, laptop = course(asked, prints=True), Climber(late)
    found = told(laptop.climb(here), Reason.MODE_INVASIVE)
    done = laptop.climb(accepting(here, *found))
    assert [state for _, state in rungs(done)] == [PASS, PASS, PASS]
    assert done.verdict.state is PASS


def test_what_stands_beside_the_rungs_is_accepted_too() -> None:
    touched = finding(Reason.PROTECTED_TOUCHED, BLOCK, {"files": ("a",)})
    here, laptop = course(rules(FAST), beside=[touched]), Climber(losing(0.0))
    done = laptop.climb(accepting(here, touched))
    assert (done.verdict.state, done.lifted) == (PASS, (touched.id,))


def test_a_budget_that_was_spent_cannot_be_accepted() -> None:
    here = course(rules(FAST, FULL, budget=Budget(trials=12)))
    laptop = Climber(losing(0.0))
    (spent,) = told(laptop.climb(here), Reason.BUDGET_SPENT)
    done = laptop.climb(accepting(here, spent))
    assert (done.verdict.state, done.lifted) == (OPEN, ())


def heavier(spec: TrialSpec) -> TrialResult:
    """The loss is the same; the guardrail is broken at the first look."""
    done = losing(0.0)(spec)
    load = losing(0.5)(spec).metrics["loss"]
    return TrialResult(Ok(), {**done.metrics, "load": load}, wall_s=1.0)


def test_a_metric_that_a_block_left_open_does_not_pass_in_its_shadow() -> None:
    judged = mode("mlp", *mode().metrics, guardrail("load", 0.1))
    here, laptop = course(policy(judged, stages=(FAST,))), Climber(heavier)
    first = laptop.climb(here)
    (broken,) = told(first, Reason.GUARDRAIL_BROKEN)
    done = laptop.climb(accepting(here, broken))
    loss, load = done.verdict.modes[0].metrics
    assert (load.state, load.reason) == (INFO, Reason.GUARDRAIL_BROKEN)
    assert done.verdict.state is (PASS if loss.state is PASS else OPEN)
