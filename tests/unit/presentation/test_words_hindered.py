"""What a report says where failed trials, or too few of them, keep a metric open.

All reports are judged from trials, so that words and facts are those of an evaluation.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from bot.domain.policy import Metric, Mode, RelativeTolerance
from bot.domain.trials import Observation
from bot.domain.verdict import Evidence, Finding, ModeVerdict, Reason, Report, Ruling
from bot.domain.verdict.findings import finding
from bot.presentation.background import looks_line
from bot.presentation.headline import headline
from bot.presentation.steps import next_steps
from bot.presentation.words import Words, words
from tests.fakes import policies, reports
from tests.fakes.looks import (
    alternating,
    columns,
    crash,
    hashed,
    judge,
    noise,
    of,
    reasons,
    trials,
)

LOOKS = tuple(range(4, 13))
MORE = tuple(range(13, 17))
FAIL = (1, 4, 7, 10)
RUNS = policies.mode()
MEND = "Mend what makes trials fail, then judge again."


def broken(arm: Sequence[Observation], at: Collection[int]) -> list[Observation]:
    """The same trials, some of which crash."""
    return [crash(i) if i in at else one for i, one in enumerate(arm)]


def wild() -> list[Observation]:
    """Values so far apart that twelve of them show nothing."""
    return trials(alternating(0.6, 16))


def told(verdict: ModeVerdict, reason: Reason = Reason.NOT_SHOWN) -> Words:
    return words(of(verdict, reason))


def report(verdict: ModeVerdict) -> Report:
    return reports.report(verdict.state, (verdict,))


def advice(verdict: ModeVerdict) -> str:
    return " ".join(step.text for step in next_steps(report(verdict)))


def test_equal_values_are_kept_from_passing_by_failed_trials_alone() -> None:
    base = trials(noise(1, 12))
    verdict = judge(base, broken(base, FAIL), RUNS, looks=LOOKS)
    assert Reason.FAILURES_LEFT in reasons(verdict)
    assert told(verdict) == Words(
        "failed trials keep loss from passing in mlp",
        "In mode mlp, loss has the same value on branch and baseline for every seed "
        "that has both, 12 seeds per arm, but the branch fails more often than the "
        "baseline.",
        MEND,
    )
    assert "more seeds" not in advice(verdict)
    assert "--more" not in advice(verdict)


def test_bit_identical_values_are_kept_from_passing_by_failed_trials_alone() -> None:
    base = hashed(noise(1, 12))
    verdict = judge(base, broken(base, FAIL), RUNS, looks=LOOKS)
    assert told(verdict).short == "failed trials keep loss from passing in mlp"
    assert "--more" not in advice(verdict)


def test_equal_values_with_as_many_failures_in_both_arms_can_go_on() -> None:
    base = trials(noise(1, 13))
    arms = broken(base, {3}), broken(base, {5})
    verdict = judge(*arms, RUNS, looks=LOOKS)
    said = told(verdict)
    assert "but failed trials leave others out." in said.sentence
    assert "--more N adds N seeds" in said.on_shell
    assert judge(*arms, RUNS, looks=LOOKS, beyond=(13,)).state is Ruling.PASS


def test_equal_values_of_an_earlier_version_do_not_say_which_arm_fails_more() -> None:
    known = {"d": 0.0, "p_ni": 1.0, "level": 0.02, "method": "equal values"}
    one = reports.finding(Reason.NOT_SHOWN, Ruling.UNDECIDED, known, metric="loss")
    assert words(one).on_shell == MEND
    assert "failed trials leave others out" in words(one).sentence


def test_no_more_seeds_are_advised_while_the_branch_fails_more_often() -> None:
    base = trials(noise(1, 16))
    verdict = judge(base, broken(wild(), FAIL), RUNS, looks=LOOKS)
    assert Reason.FAILURES_LEFT in reasons(verdict)
    said = told(verdict)
    assert "And the branch fails more often than the baseline." in said.sentence
    assert said.on_shell.startswith("Mend what makes trials fail first")
    assert "more seeds" not in advice(verdict)
    assert "--more" not in advice(verdict)


def test_nor_where_the_trials_failed_among_the_seeds_that_were_asked_for() -> None:
    base = trials(noise(1, 16))
    branch = broken(wild(), {13})
    verdict = judge(base, branch, RUNS, looks=LOOKS, beyond=MORE)
    assert Reason.FAILURES_LEFT in reasons(verdict)
    assert "--more" not in advice(verdict)


def test_nor_where_the_branch_is_shown_to_fail() -> None:
    base = trials(noise(1, 12))
    verdict = judge(base, broken(wild()[:12], range(6)), RUNS, looks=(12,))
    assert Reason.MORE_FAILURES in reasons(verdict)
    assert told(verdict).local == ""


def test_an_open_question_without_failures_names_the_way_past_the_last_look() -> None:
    verdict = judge(trials(noise(1, 16)), wild(), RUNS, looks=LOOKS)
    assert "--more N adds N seeds" in advice(verdict)


def test_nor_where_a_metric_of_another_role_is_open_too() -> None:
    base, branch = noise(1, 12), alternating(0.6, 12)
    runs = policies.mode("mlp", policies.primary("loss"), policies.improve("error"))
    arms = columns(loss=base, error=base), columns(loss=branch, error=branch)
    verdict = judge(*arms, runs, looks=LOOKS)
    assert "Allow more seeds" in advice(verdict)
    assert "--more" not in advice(verdict)


@pytest.mark.parametrize("looks", [LOOKS, (12,)])
def test_seeds_that_were_asked_for_in_vain_are_no_planned_looks(
    looks: tuple[int, ...],
) -> None:
    base = trials(noise(1, 16))
    verdict = judge(base, broken(base, FAIL), RUNS, looks=looks, beyond=MORE)
    plan = "looks planned from 4 to 12" if looks is LOOKS else "the only look planned"
    assert looks_line(verdict) == (
        f"judged at 12 seeds per arm, {plan}; seeds past it were not run, as they "
        "could not make it pass"
    )


def test_seeds_that_were_run_are_told_as_before() -> None:
    verdict = judge(trials(noise(1, 16)), wild(), RUNS, looks=LOOKS, beyond=MORE)
    assert looks_line(verdict).endswith("from 4 on, seeds added up to 16")


def relative() -> Mode:
    loss = replace(policies.primary("loss"), tolerance=RelativeTolerance(0.02))
    return policies.mode("mlp", loss)


@pytest.mark.parametrize(
    ("baseline", "branch", "silent"),
    [
        (range(12), (), "the baseline"),
        (range(12), range(12), "either arm"),
        ((), range(12), "the branch"),
    ],
)
def test_an_arm_without_a_value_is_named_and_no_unknown_tolerance(
    baseline: Collection[int], branch: Collection[int], silent: str
) -> None:
    base = trials(noise(1, 12))
    arms = broken(base, baseline), broken(base, branch)
    said = told(judge(*arms, relative(), looks=(12,)))
    assert said == Words(
        "nothing can be said of loss in mlp (12 seeds per arm)",
        "In mode mlp, nothing can be said of loss (lower is better): no trial of "
        f"{silent} ended with a value, 12 seeds per arm.",
        MEND,
    )


def test_a_broken_baseline_leaves_no_unknown_tolerance_in_the_headline() -> None:
    base = trials(noise(1, 12))
    verdict = judge(broken(base, range(12)), base, relative(), looks=(12,))
    assert headline(report(verdict)) == (
        "Undecided: the baseline itself is broken in mlp: 12 of 12 baseline trials "
        "failed; nothing can be said of loss in mlp (12 seeds per arm)"
    )


def test_too_few_complete_pairs_are_counted_and_called_failures() -> None:
    base = trials(noise(1, 12))
    arms = broken(base, range(5)), broken(base, range(3, 9))
    said = told(judge(*arms, RUNS, looks=(12,)))
    assert "too few trials of both arms ended with a value (3 of each can be" in (
        said.sentence
    )
    assert "one and the same amount" not in said.sentence
    assert said.mend == MEND


def test_few_trials_that_all_ended_well_ask_for_more_of_them() -> None:
    base, branch = trials(noise(1, 3)), trials(noise(2, 3))
    said = told(judge(base, branch, RUNS, looks=(3,)))
    assert "(3 of each can be compared)" in said.sentence
    assert "run five seeds or more" in said.mend


def shifted() -> tuple[list[Observation], list[Observation]]:
    """Four pairs that differ by one and the same amount."""
    values = [1.0, 1.25, 1.5, 1.75]
    return trials(values), trials([one + 0.5 for one in values])


def test_four_equal_differences_are_called_so_and_not_failures() -> None:
    said = told(judge(*shifted(), RUNS, looks=(4,)))
    assert said.sentence.endswith(
        ": the four values of each arm that can be compared differ by one and the same "
        "amount, which says something from five on, 4 seeds per arm."
    )
    assert said.mend == "Run five seeds or more, then judge again."


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        (policies.improve("loss"), Reason.IMPROVEMENT_NOT_SHOWN),
        (policies.guardrail("loss"), Reason.NOT_SHOWN),
    ],
)
def test_other_roles_tell_the_two_reasons_apart_as_well(
    metric: Metric, reason: Reason
) -> None:
    runs = policies.mode("mlp", metric)
    tied = told(judge(*shifted(), runs, looks=(4,)), reason)
    base = trials(noise(1, 12))
    few = judge(base, broken(base, range(9)), runs, looks=(12,))
    assert "too few trials" not in tied.sentence
    assert "(3 of each can be compared)" in told(few, reason).sentence


def test_what_keeps_a_metric_open_is_no_part_of_the_id_of_its_finding() -> None:
    """It has a finding of its own; so what was accepted before stays accepted."""
    base = trials(noise(1, 12))
    found = of(judge(base, broken(base, range(9)), RUNS, looks=(12,)), Reason.NOT_SHOWN)
    assert (found.evidence["failing"], found.evidence["complete"]) == (True, 3)
    plain: Evidence = {
        name: value
        for name, value in found.evidence.items()
        if name not in ("failing", "complete")
    }
    assert replace(found, evidence=plain) == again(found, plain)


def again(found: Finding, plain: Evidence) -> Finding:
    place = {"mode": found.mode, "metric": found.metric}
    return finding(found.reason, found.state, plain, **place)
