"""What is told of metrics that a branch defines anew, or says of itself."""

import dataclasses

import pytest

from bot.domain.arms import Arm, Baseline, Branch, Original
from bot.domain.evaluation import Facts, next_step
from bot.domain.evaluation.versions import (
    unjudgeable,
    version_findings,
    versioned,
)
from bot.domain.judgement.findings import finding
from bot.domain.metric_version import MetricVersion
from bot.domain.plan import Plan, Slot, originals, reachable
from bot.domain.policy import (
    EvaluationRule,
    Metric,
    RelativeTolerance,
)
from bot.domain.trials import Trial
from bot.domain.verdict import FindingKind, ModeVerdict, Reason, Ruling, Verdict
from tests.fakes.policies import LOSS, guardrail, mode, plan, policy, shown, target
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Ok,
    SourceKind,
    TrialResult,
    TrialState,
)

CHANGED = MetricVersion("old", "new", files=("evaluate.py",), baseline="tree")
SAME = MetricVersion("old", "old", scored=(("baseline", "b"), ("branch", "c")))
COMMAND = EvaluationRule(("evaluate.py",), ("python", "evaluate.py", "{checkpoint}"))
PASSED = Verdict(Ruling.PASS, ())


def planned(
    version: MetricVersion | None, *metrics: Metric, scored: bool = False
) -> Plan:
    rule = COMMAND if scored else EvaluationRule(("evaluate.py",))
    rules = policy(mode("mlp", *(metrics or (LOSS,))), evaluation=rule)
    return plan(rules, version=version)


def trials(
    arm: Arm,
    values: list[float],
    own: list[float] | None = None,
    *,
    metric: str = "loss",
    mode: str = "mlp",
) -> list[Trial]:
    said = own or [None] * len(values)
    return [
        Trial(
            key=f"{arm}{place}",
            arm=arm,
            mode=mode,
            stage="fast",
            seed=place,
            position=place,
            state=TrialState.OK,
            result=TrialResult(
                Ok(), {metric: value}, own={} if told is None else {metric: told}
            ),
        )
        for place, (value, told) in enumerate(zip(values, said, strict=True))
    ]


FOUR = [1.0, 2.0, 3.0, 2.0]


# The branch changes what defines a metric.


def test_old_and_new_value_of_the_unchanged_baseline_are_both_told() -> None:
    runs = trials(Original(), FOUR) + trials(Baseline(), [0.5, 1.0, 1.5, 1.0, 9.0])
    (one,) = version_findings(planned(CHANGED), runs)
    assert (one.reason, one.state) == (Reason.METRIC_VERSION_CHANGED, Ruling.INFO)
    assert (one.kind, one.mode, one.metric) == (
        FindingKind.METRIC_VERSION,
        "mlp",
        "loss",
    )
    assert dict(one.evidence) == {
        "files": ("evaluate.py",),
        "old_mean": 2.0,
        "new_mean": 1.0,  # of the same four seeds
        "n": 4,
        "rescored": False,
        "before": "old",
        "after": "new",
    }


def test_a_failed_run_of_either_is_left_out_of_both_means() -> None:
    runs = trials(Original(), FOUR) + trials(Baseline(), FOUR)
    crash = TrialResult(Failed(FailureReason.EXCEPTION, "no"))
    runs[0] = dataclasses.replace(runs[0], result=crash, state=TrialState.FAILED)
    (one,) = version_findings(planned(CHANGED), runs)
    assert one.evidence["n"] == 3
    assert one.evidence["old_mean"] == one.evidence["new_mean"]


def test_a_change_is_told_even_before_there_is_a_value() -> None:
    (one,) = version_findings(planned(CHANGED), [])
    assert (one.evidence["n"], one.evidence["old_mean"]) == (0, None)


def test_each_primary_metric_is_told_and_no_other() -> None:
    rules = planned(CHANGED, LOSS, guardrail("time"), shown("norm"))
    assert [one.metric for one in version_findings(rules, [])] == ["loss"]


def test_a_mode_without_primary_metric_tells_all_that_decide() -> None:
    rules = planned(CHANGED, target("loss", 1.0), shown("norm"))
    assert [one.metric for one in version_findings(rules, [])] == ["loss"]


@pytest.mark.parametrize("version", [None, MetricVersion(), SAME])
def test_nothing_is_told_of_an_unchanged_version(
    version: MetricVersion | None,
) -> None:
    assert version_findings(planned(version), trials(Branch(), FOUR)) == ()


def test_a_branch_that_leaves_nothing_to_evaluate_by_is_undecided() -> None:
    gone = MetricVersion("a", "b", files=("evaluate.py",), gone=("evaluate.py",))
    verdict = unjudgeable(gone)
    assert verdict is not None
    assert verdict.state is Ruling.UNDECIDED
    (one,) = verdict.findings
    assert one.evidence["gone"] == ("evaluate.py",)
    assert unjudgeable(CHANGED) is None
    assert unjudgeable(None) is None


# The branch's own number, and its score.


def disagree(
    branch: list[float],
    base: list[float] | None,
    *,
    metric: Metric = LOSS,
    version: MetricVersion = SAME,
    arm: Arm | None = None,
):
    rules = planned(version, metric, scored=True)
    runs = trials(Branch(), FOUR, branch) + trials(arm or Baseline(), FOUR, base)
    found = version_findings(rules, runs)
    return [one for one in found if one.reason is Reason.SELF_REPORT_DIFFERS]


def shifted(by: float) -> list[float]:
    return [value + by for value in FOUR]


def test_a_branch_that_grades_itself_better_waits_for_a_person() -> None:
    (one,) = disagree(shifted(-0.5), FOUR)
    assert one.state is Ruling.UNDECIDED
    assert one.metric == "loss"
    assert dict(one.evidence) == {
        "own": 1.5,
        "scored": 2.0,
        "baseline_own": 2.0,
        "baseline_scored": 2.0,
        "n": 4,
    }


def test_numbers_that_agree_are_not_worth_a_word() -> None:
    assert disagree(FOUR, FOUR) == []
    assert disagree(shifted(0.0001), FOUR) == []  # printed with fewer digits
    assert disagree(shifted(0.0049), FOUR) == []  # 5 % of the tolerance of 0.1
    assert len(disagree(shifted(0.0051), FOUR)) == 1


def test_where_the_base_disagrees_likewise_it_is_only_told() -> None:
    (one,) = disagree(shifted(0.05), shifted(0.04))
    assert one.state is Ruling.INFO


def test_a_branch_that_differs_far_more_than_the_base_is_not_excused() -> None:
    (one,) = disagree(shifted(-0.5), shifted(0.02))
    assert one.state is Ruling.UNDECIDED


def test_noise_of_the_bases_own_numbers_excuses_the_same_noise_of_the_branch() -> None:
    base = [1.06, 1.94, 3.05, 1.95]  # evaluated on a part of the data while it trains
    (one,) = disagree(shifted(0.03), base)
    assert one.state is Ruling.INFO


def test_a_base_that_says_nothing_of_itself_is_no_measure() -> None:
    (one,) = disagree(shifted(-0.5), None)
    assert one.state is Ruling.INFO
    assert one.evidence["baseline_own"] is None


def test_a_branch_that_says_nothing_of_itself_cannot_disagree() -> None:
    rules = planned(SAME, LOSS, scored=True)
    assert version_findings(rules, trials(Branch(), FOUR)) == ()


def test_under_a_new_evaluation_the_base_is_measured_by_its_own() -> None:
    """Its old number beside its new score is no excuse: both are right."""
    version = dataclasses.replace(CHANGED, baseline=None)
    runs = [
        *trials(Original(), FOUR, FOUR),
        *trials(Baseline(), shifted(-0.5), FOUR),
        *trials(Branch(), FOUR, shifted(-0.5)),
    ]
    found = version_findings(planned(version, LOSS, scored=True), runs)
    assert [one.state for one in found] == [Ruling.INFO, Ruling.UNDECIDED]
    assert found[0].evidence["rescored"] is True


def test_a_tolerance_in_percent_is_one_of_the_baselines_score() -> None:
    relative = dataclasses.replace(LOSS, tolerance=RelativeTolerance(0.1))
    assert disagree(shifted(0.0099), FOUR, metric=relative) == []
    assert len(disagree(shifted(0.0101), FOUR, metric=relative)) == 1
    without = dataclasses.replace(LOSS, tolerance=None)
    assert len(disagree(shifted(0.0003), FOUR, metric=without)) == 1


def test_what_is_measured_from_outside_cannot_be_forged() -> None:
    clock = dataclasses.replace(
        LOSS, source=MetricSource("loss", SourceKind.WALL_CLOCK)
    )
    assert disagree(shifted(-0.5), FOUR, metric=clock) == []


def test_other_modes_are_not_mixed_in() -> None:
    rules = planned(SAME, LOSS, scored=True)
    runs = trials(Branch(), FOUR, shifted(-0.5), mode="conv")
    assert version_findings(rules, runs) == ()


# The verdict.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Ruling.PASS, Ruling.UNDECIDED),
        (Ruling.BLOCK, Ruling.BLOCK),
        (Ruling.UNDECIDED, Ruling.UNDECIDED),
    ],
)
def test_a_disagreement_holds_up_what_would_pass(before: Ruling, after: Ruling) -> None:
    rules = planned(SAME, LOSS, scored=True)
    runs = trials(Branch(), FOUR, shifted(-0.5)) + trials(Baseline(), FOUR, FOUR)
    verdict = versioned(Verdict(before, ()), rules, runs)
    assert verdict.state is after
    assert [one.reason for one in verdict.findings] == [Reason.SELF_REPORT_DIFFERS]


def test_a_changed_version_is_told_and_holds_nothing_up() -> None:
    verdict = versioned(PASSED, planned(CHANGED), [])
    assert verdict.state is Ruling.PASS
    assert len(verdict.findings) == 1


# The seeds for which the old value is shown.


BROKEN = finding(Reason.BASELINE_BROKEN, Ruling.UNDECIDED, {"failed": 4}, mode="mlp")


def told_broken(version: MetricVersion | None, runs: list[Trial]) -> object:
    broken = ModeVerdict("mlp", Ruling.UNDECIDED, True, (), (BROKEN,))
    verdict = Verdict(Ruling.UNDECIDED, (), (broken,))
    (mode,) = versioned(verdict, planned(version), runs).modes
    return mode.findings[0].evidence.get("files")


def test_a_baseline_that_breaks_with_the_branchs_files_alone_names_them() -> None:
    failed = TrialResult(Failed(FailureReason.EXCEPTION, "No module named scoring."))
    breaks = [
        dataclasses.replace(one, result=failed) for one in trials(Baseline(), FOUR)
    ]
    own = trials(Original(), FOUR)
    assert told_broken(CHANGED, breaks + own) == ("evaluate.py",)
    # By its own definition it breaks as well, or there is no other definition.
    dead = [dataclasses.replace(one, result=failed) for one in own]
    lost = [dataclasses.replace(one, result=None) for one in own]
    elsewhere = trials(Original(), FOUR, mode="conv")
    for runs in (breaks, breaks + dead, breaks + lost, breaks + elsewhere):
        assert told_broken(CHANGED, runs) is None
    assert told_broken(None, breaks + own) is None


def test_the_first_seeds_of_the_base_are_shown_under_its_own_evaluation_too() -> None:
    rules = planned(CHANGED)
    slots = originals(rules, rules.modes[0])
    assert slots == tuple(Slot("mlp", Original(), place) for place in range(4))
    assert set(slots) < set(reachable(rules, rules.modes[0]))
    for same in (None, SAME):
        assert originals(planned(same), rules.modes[0]) == ()
    alone = planned(CHANGED, target("loss", 1.0))
    assert originals(alone, alone.modes[0]) == ()


def by_slot(runs: list[Trial]) -> dict[Slot, Trial]:
    return {Slot(one.mode, one.arm, one.position): one for one in runs}


def test_they_are_wanted_and_waited_for_though_they_decide_nothing() -> None:
    rules = planned(CHANGED)
    judged = trials(Baseline(), [*FOUR, *FOUR]) + trials(Branch(), [*FOUR, *FOUR])
    first = next_step(Facts(rules, {}))
    assert [slot for slot in first.wanted if slot.arm == Original()]
    waiting = next_step(Facts(rules, by_slot(judged)))
    assert waiting.verdict is None
    assert set(waiting.wanted) == set(originals(rules, rules.modes[0]))
    ended = trials(Original(), FOUR)
    lost = TrialResult(Infra(InfraReason.DISK, "full"))
    ended[0] = dataclasses.replace(ended[0], state=TrialState.INFRA, result=lost)
    running = [dataclasses.replace(one, state=TrialState.RUNNING) for one in ended[3:]]
    still = next_step(Facts(rules, by_slot([*judged, *ended[:3], *running])))
    assert (still.verdict, still.cancel) == (None, ())
    done = next_step(Facts(rules, by_slot([*judged, *ended])))
    assert done.verdict is not None
    assert done.verdict.state is Ruling.PASS
