"""The answer in one line: merge or not, why, what to do."""

from dataclasses import replace

from bot.domain.policy import Role
from bot.domain.verdict import Reason, Report, Ruling, Verdict
from bot.presentation.headline import (
    all_findings,
    because,
    headline,
)
from tests.fakes import reports, wide_reports


def around(state: Ruling, *reasons: Reason) -> Report:
    """A report with these findings and nothing else."""
    found = tuple(
        reports.finding(one, state, {}, mode=f"mode{index}")
        for index, one in enumerate(reasons)
    )
    return replace(reports.conflict(), verdict=Verdict(state, found))


def test_a_pass_says_what_got_better_and_that_nothing_got_worse() -> None:
    assert headline(reports.passing()) == (
        "Safe to merge: test_loss got better in mlp and nothing is worse than its "
        "tolerance allows in mlp and conv (5 to 6 seeds per arm)"
    )


def test_a_pass_by_a_definition_of_the_branchs_own_says_so() -> None:
    report, reason = reports.passing(), Reason.METRIC_VERSION_CHANGED
    notes = [
        reports.finding(reason, Ruling.INFO, {}, mode=mode, metric="test_loss")
        for mode in ("mlp", "conv")
    ]
    verdict = replace(report.verdict, findings=(*report.verdict.findings, *notes))
    assert headline(replace(report, verdict=verdict)).endswith(
        "in mlp and conv (5 to 6 seeds per arm) and the branch changes what defines "
        "test_loss"
    )


def test_a_pass_does_not_praise_what_was_accepted() -> None:
    report = reports.passing()
    first, second = report.verdict.modes
    told = tuple(
        replace(one, state=Ruling.INFO, reason=Reason.HARM_SHOWN)
        for one in first.metrics
    )
    one = replace(report.verdict, modes=(replace(first, metrics=told), second))
    said = headline(replace(report, verdict=one))
    assert "nothing but what was accepted is worse than its tolerance allows" in said
    alone = Verdict(Ruling.PASS, (), (replace(first, metrics=told, findings=()),))
    assert headline(replace(report, verdict=alone)) == (
        "Safe to merge: every rule of the policy holds but what was accepted"
    )


def test_a_block_names_the_metric_the_mode_and_the_loss() -> None:
    text = headline(reports.blocking())
    assert text.startswith("Do not merge: test_loss got worse in mlp from ")
    assert "trials fail in conv" in text


def test_an_open_question_is_undecided() -> None:
    assert headline(reports.undecided()).startswith(
        "Undecided: it is still open whether test_loss got worse by more than 0.01"
    )


def test_a_conflict_names_the_files() -> None:
    assert "model.py and train.py" in headline(reports.conflict())


def test_a_reached_target_is_the_reason_of_a_pass() -> None:
    assert because(reports.speedrun()) == (
        "Because val_loss reaches its target of 3.28 in gpt."
    )


def test_a_pure_refactor_is_called_bit_identical() -> None:
    same = reports.loss(5, 0.0, state=Ruling.PASS, reason=Reason.BIT_IDENTICAL)
    mode = reports.mode("mlp", Ruling.PASS, (same,))
    report = reports.report(Ruling.PASS, (mode,))
    assert headline(report) == "Safe to merge: training is bit-identical in mlp"


def test_one_number_of_seeds_is_said_once() -> None:
    fine = reports.loss(5, 0.0, state=Ruling.PASS, reason=Reason.NOT_WORSE)
    mode = reports.mode("mlp", Ruling.PASS, (fine,))
    assert "in mlp (5 seeds per arm)" in headline(reports.report(Ruling.PASS, (mode,)))


def test_a_branch_that_changes_nothing_passes_for_that_reason() -> None:
    report = around(Ruling.PASS, Reason.NOTHING_CHANGED)
    assert headline(report) == "Safe to merge: the branch changes nothing"


def test_a_pass_without_any_finding_still_has_a_reason() -> None:
    assert headline(around(Ruling.PASS)) == (
        "Safe to merge: every rule of the policy holds"
    )


def test_more_than_two_reasons_are_counted() -> None:
    text = headline(around(Ruling.BLOCK, *[Reason.MORE_FAILURES] * 4))
    assert text.endswith("; and 2 more reasons")


def test_trials_that_do_not_decide_it_leave_it_undecided() -> None:
    report = around(Ruling.UNDECIDED)
    assert headline(report) == "Undecided: the trials so far do not decide it"


def test_what_decides_comes_first_and_every_finding_once() -> None:
    report = reports.blocking()
    found = all_findings(report)
    assert [one.state for one in found] == [
        Ruling.BLOCK,
        Ruling.BLOCK,
        Ruling.INFO,
        Ruling.INFO,
    ]
    assert len({one.id for one in found}) == len(found)


def test_a_gain_that_was_asked_for_is_the_reason_of_a_pass() -> None:
    assert headline(wide_reports.improving()) == (
        "Safe to merge: val_bpb got better in gpt by more than 0.005 and peak_vram_mb "
        "is not shown worse"
    )


def test_many_kept_slices_are_counted_not_named() -> None:
    text = headline(wide_reports.sliced(20, worse=0))
    assert text.endswith(
        "in mlp (6 seeds per arm) and none of 21 guardrails and slices is shown worse"
    )


def test_a_broken_slice_is_named_with_its_loss() -> None:
    assert headline(wide_reports.sliced()).startswith(
        "Do not merge: test_loss on the slice night got worse in mlp by 0.0304"
    )


def test_a_hidden_loss_names_its_change() -> None:
    assert headline(wide_reports.shadowed()) == (
        "Do not merge: change 9e8d7c6 costs 0.0240 of test_loss in mlp, hidden by the "
        "rest of the branch"
    )


def test_between_looks_the_metrics_that_are_open_are_named() -> None:
    open_loss = reports.loss(8, 0.001, state=Ruling.UNDECIDED, reason=None)
    passed = replace(open_loss, name="accuracy", state=Ruling.PASS)
    guard = replace(open_loss, name="memory", role=Role.GUARDRAIL)
    given = {"n_given": 8, "n_next": 10, "n_max": 20}
    left = reports.finding(Reason.MORE_LOOKS_LEFT, Ruling.UNDECIDED, given, mode="mlp")
    unseen = replace(guard, name="time", d=None)
    metrics = (open_loss, passed, guard, unseen)
    one = reports.mode("mlp", Ruling.UNDECIDED, metrics, (left,))
    other = reports.mode("gru", Ruling.UNDECIDED, (replace(open_loss, name="bpb"),))
    text = headline(reports.report(Ruling.UNDECIDED, (one, other)))
    assert text == (
        "Undecided: 8 seeds per arm are not enough to decide (open: test_loss and time)"
    )
    done = reports.mode("mlp", Ruling.UNDECIDED, (passed,), (left,))
    text = headline(reports.report(Ruling.UNDECIDED, (done,)))
    assert text == "Undecided: 8 seeds per arm are not enough to decide"
