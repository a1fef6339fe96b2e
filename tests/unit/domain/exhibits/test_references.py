"""Stories about references: numbers of the policy, and commands that were run."""

import pytest

from bot.domain.arms import Arm, Baseline, Branch
from bot.domain.exhibits import exhibit, referred
from bot.domain.exhibits.references import (
    NO_BUDGET,
    ReferenceRuns,
    gathered,
    lost,
    yardsticks,
)
from bot.domain.policy import Direction, Metric, Mode, Role
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import ReferenceShown, Unmeasured
from tests.unit.domain.exhibits.shown import CRASH, LOST, metric, mode, trial
from workers.contract import Failed, FailureReason, Ok, TrialResult

LINEAR = ("python", "linear.py")


def losses(arm: Arm, *values: float, name: str = "loss") -> list[Trial]:
    return [trial(arm, at, metrics={name: one}) for at, one in enumerate(values)]


def ran(*values: float, name: str = "loss") -> ReferenceRuns:
    results = [TrialResult(Ok(), {name: one}) for one in values]
    return gathered([metric(name)], results)


def beside(
    runs: ReferenceRuns, given: Mode | None = None, branch: float = 0.3
) -> tuple[tuple[ReferenceShown, ...], tuple[Finding, ...]]:
    """A branch, and one command that was run."""
    here = given or mode(references={"linear": LINEAR})
    return referred([here], losses(Branch(), branch), {"mlp": {"linear": runs}})


def test_a_number_that_the_branch_does_not_beat_is_told() -> None:
    given = mode(references={"linear": 0.2, "constant": 2.3})
    runs = [*losses(Baseline(), 0.3, 0.5), *losses(Branch(), 0.2, 0.3)]
    made, (found,) = exhibit([given], runs)
    linear, constant = made.references
    assert (linear.beaten, constant.beaten) == (False, True)
    assert (linear.runs, linear.unmeasured) == (0, None)
    assert linear.arms == (("baseline", 0.4), ("branch", 0.25))
    assert (found.reason, found.state) == (Reason.REFERENCE_UNBEATEN, Ruling.INFO)
    assert found.metric == "loss"
    assert found.evidence == {
        "name": "linear",
        "value": 0.2,
        "runs": 0,
        "mean": 0.25,
        "orientation": -1,
    }


def test_a_command_has_no_value_until_it_is_run() -> None:
    made, found = exhibit([mode(references={"linear": LINEAR})], losses(Branch(), 0.3))
    (one,) = made.references
    assert (one.value, one.beaten, one.unmeasured) == (None, None, Unmeasured.NOT_RUN)
    assert found == ()


def test_a_command_that_the_branch_does_not_beat_is_told_with_its_runs() -> None:
    ((shown,), (found,)) = beside(ran(0.1, 0.2))
    assert shown.value == pytest.approx(0.15)
    assert (shown.runs, shown.beaten, shown.unmeasured) == (2, False, None)
    assert found.reason is Reason.REFERENCE_UNBEATEN
    assert found.evidence["runs"] == 2
    assert beside(ran(0.4))[1] == ()


def test_what_is_said_of_numbers_is_not_said_twice() -> None:
    given = mode(references={"linear": LINEAR, "old": 0.1})
    shown, found = beside(ran(0.9), given)
    assert [(one.name, one.beaten) for one in shown] == [
        ("linear", True),
        ("old", False),
    ]
    assert found == ()


def test_a_command_is_held_against_every_primary_metric_and_a_number_against_one() -> (
    None
):
    larger = metric("acc", Role.PRIMARY, Direction.MAXIMIZE)
    both = [metric("loss"), larger, metric("time", Role.GUARDRAIL)]
    given = mode(references={"linear": LINEAR, "old": 2.0}, metrics=both)
    results = [TrialResult(Ok(), {"loss": 0.4, "acc": 0.9})]
    runs = [trial(Branch(), 0, metrics={"loss": 0.3, "acc": 0.8})]
    measured = {"mlp": {"linear": gathered(yardsticks(given), results)}}
    shown, (found,) = referred([given], runs, measured)
    assert [(one.name, one.metric, one.beaten) for one in shown] == [
        ("linear", "loss", True),
        ("linear", "acc", False),
        ("old", "loss", True),
    ]
    assert (found.metric, found.evidence["orientation"]) == ("acc", 1)


def test_a_run_that_failed_leaves_no_value_and_is_told() -> None:
    results = [TrialResult(Ok(), {"loss": 0.1}), TrialResult(CRASH), TrialResult(LOST)]
    runs = gathered([metric("loss")], results)
    ((shown,), (found,)) = beside(runs)
    assert (shown.value, shown.unmeasured) == (None, Unmeasured.FAILED)
    assert (found.reason, found.state) == (Reason.REFERENCE_UNMEASURED, Ruling.INFO)
    assert found.mode == "mlp"
    assert found.evidence == {
        "name": "linear",
        "why": "failed",
        "detail": "It ended with exit status 1.",
        "runs": 3,
        "bad": 1,
    }


def test_a_failure_without_words_is_told_by_its_kind() -> None:
    silent = Failed(FailureReason.MISSING_METRIC, "")
    runs = gathered([metric("loss")], [TrialResult(silent)])
    assert runs.detail == "missing metric"


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        (gathered([metric("loss")], [TrialResult(LOST)]), Unmeasured.LOST),
        (lost("The dispatcher ended."), Unmeasured.LOST),
        (NO_BUDGET, Unmeasured.BUDGET),
    ],
)
def test_a_command_that_was_not_measured_says_why(
    runs: ReferenceRuns, why: Unmeasured
) -> None:
    ((shown,), (found,)) = beside(runs)
    assert (shown.value, shown.unmeasured) == (None, why)
    assert (found.evidence["why"], found.evidence["detail"]) == (str(why), runs.detail)


def test_a_reference_is_equal_at_best_where_larger_is_better() -> None:
    larger = metric("acc", Role.TARGET, Direction.MAXIMIZE)
    given = mode(references={"linear": 0.8}, metrics=[larger])
    assert exhibit([given], losses(Branch(), 0.8, name="acc"))[1] != ()
    assert exhibit([given], losses(Branch(), 0.81, name="acc"))[1] == ()


@pytest.mark.parametrize(
    ("metrics", "name"),
    [
        ([metric("a", Role.TARGET), metric("b", Role.PRIMARY)], "b"),
        ([metric("a", Role.TARGET), metric("b", Role.IMPROVE)], "b"),
        ([metric("a", Role.REPORT), metric("b", Role.TARGET)], "b"),
    ],
)
def test_a_reference_belongs_to_the_metric_that_decides(
    metrics: list[Metric], name: str
) -> None:
    given = mode(references={"linear": 0.8}, metrics=metrics)
    made, _ = exhibit([given], losses(Branch(), 0.8, name=name))
    assert made.references[0].metric == name
    assert [one.name for one in yardsticks(given)] == [name]


def test_without_such_a_metric_or_a_branch_no_reference_is_judged() -> None:
    only = [metric("a", Role.REPORT)]
    shown_only = mode(references={"x": 1.0, "y": LINEAR}, metrics=only)
    assert exhibit([shown_only], losses(Branch(), 0.8))[0].references == ()
    assert yardsticks(shown_only) == ()
    given = mode(references={"x": 1.0})
    silent = trial(Branch(), 0, metrics={"other": 1.0})
    made, found = exhibit([given], [*losses(Baseline(), 0.8), silent])
    assert made.references[0].beaten is None
    assert made.references[0].arms == (("baseline", 0.8),)
    assert found == ()
