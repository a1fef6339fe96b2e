"""What is answered to `why`, `status` and `baseline`, whole, and that nothing acts."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.adapters.commonmark import command_lines
from bot.domain.commands import Accept, CommandLine, Refusal, Refused, parse
from bot.domain.conclusions import Judged
from bot.domain.pulls.ordering import liftable
from bot.domain.verdict import Finding, FindingKind, Override, Reason, Report, Ruling
from bot.presentation.escape import code
from bot.presentation.github import answers
from bot.presentation.github.known import Known, Measured
from bot.presentation.github.lifting import accept_line, lifts
from bot.presentation.github.sizes import units
from bot.presentation.report_json import document
from bot.presentation.report_reading import report_of
from bot.presentation.words import answers as say
from tests.fakes import knowns, reports, situations, wide_reports
from tests.fakes.knowns import KNOWNS, NOW
from tests.fakes.situations import HEAD
from tests.golden.compare import agreed
from tests.unit.presentation.github.test_limits import (
    FOREIGN,
    assert_harmless,
    enormous,
)


def said(known: Known) -> tuple[str, ...]:
    return (
        answers.why(known),
        answers.status(known),
        answers.baseline(known, NOW),
    )


@pytest.mark.parametrize("name", KNOWNS)
def test_what_is_answered_is_as_agreed(name: str) -> None:
    text = "\n\n=====\n\n".join(said(KNOWNS[name]())) + "\n"
    assert text == agreed(f"answers_{name}.md", text)


@pytest.mark.parametrize("name", KNOWNS)
def test_an_answer_gives_no_command_and_fits(name: str) -> None:
    for text in said(KNOWNS[name]()):
        assert command_lines(text) == ()
        assert_harmless(text)
        assert 0 < units(text) <= answers.LONGEST


def test_every_condition_has_its_rule_its_id_and_who_can_lift_it() -> None:
    text = answers.why(KNOWNS["blocked"]())
    assert "2 conditions are not met." in text
    for one in KNOWNS["blocked"]().unmet:
        assert code(one.id) in text
        assert f'/gate accept {one.id} reason="..."' in text
    assert text.count("maintain access") == 2
    assert "primary, tolerance 0.01" in text


def test_what_may_have_done_it_is_named_with_the_line_as_in_the_comment() -> None:
    report = wide_reports.shadowed()
    (found,) = (one for one in report.verdict.findings if one.change)
    suspect = replace(found, reason=Reason.CHANGE_SUSPECT, state=Ruling.INFO)
    worse = replace(reports.blocking().verdict.findings[0], mode="mlp")
    verdict = replace(report.verdict, findings=(worse, suspect))
    known = knowns.of(replace(report, verdict=verdict))
    text = answers.why(known)
    assert "Judge the branch without change" in text
    assert "/gate split without=9e8d7c6\n" in text
    assert text.index("/gate split") < text.index("/gate accept")
    assert known.report is not None
    kept = report_of(json.loads(json.dumps(document(known.report))))
    assert answers.why(replace(known, report=kept)) == text


def test_what_somebody_accepted_is_not_to_be_taken_out() -> None:
    report = wide_reports.shadowed()
    (found,) = (one for one in report.verdict.findings if one.change)
    other = replace(
        found, change="1698894", id="shadowed-0f1e2d3c", digest="0f1e2d3c" * 8
    )
    verdict = replace(report.verdict, findings=(found, other))
    given = Override(found.id, "ada", "so be it", digest=found.digest)
    known = knowns.of(replace(report, verdict=verdict))
    assert "/gate split without=9e8d7c6,1698894" in answers.why(known)
    text = answers.why(replace(known, overrides=(given,)))
    assert "/gate split without=1698894\n" in text


def test_another_one_of_the_commit_that_holds_it_up_is_named() -> None:
    text = answers.why(KNOWNS["held_up"]())
    assert say.ALL_MET not in text
    assert "the check run of its commit is that of `#31`." in text
    assert "close `#31`, or push another commit" in text
    assert "`#31` (onto `release`)" in answers.status(KNOWNS["held_up"]())
    also = answers.why(KNOWNS["held_up_too"]())
    assert "2 conditions are not met." in also
    assert "`#31` (onto `release`)" in also


def test_what_was_accepted_is_told_and_not_asked_for_again() -> None:
    known = KNOWNS["blocked"]()
    first, second = known.unmet
    accepted = situations.overridden().overrides[0]
    given = replace(accepted, finding=first.id, digest=first.digest)
    lifted = replace(known, overrides=(given,))
    assert lifted.unmet == (second,)
    text = answers.why(lifted)
    assert "1 condition is not met." in text
    assert f"/gate accept {first.id}" not in text
    assert f"{code(first.id)} by `ada`" in text


def test_a_finding_that_shares_the_id_of_an_accepted_one_is_not_met() -> None:
    known = KNOWNS["blocked"]()
    first, _ = known.unmet
    twin = replace(first, digest="f" * 64)
    accepted = situations.overridden().overrides[0]
    given = replace(accepted, finding=first.id, digest=first.digest)
    assert known.report is not None
    verdict = replace(known.report.verdict, findings=(first, twin), modes=())
    report = replace(known.report, verdict=verdict)
    left = replace(known, report=report, overrides=(given,))
    assert left.unmet == (twin,)
    assert "1 condition is not met." in answers.why(left)


def test_an_acceptance_that_lifts_nothing_is_told_apart() -> None:
    text = answers.why(KNOWNS["overridden"]())
    there, _, other = text.partition(say.ACCEPTED_ELSE)
    assert "`invasive-7c1d22aa`" in other
    assert "`invasive-7c1d22aa`" not in there
    assert "`regression-39db1800`" in there


def test_a_report_of_another_head_lifts_and_holds_nothing() -> None:
    known = knowns.moved_on()
    assert known.judged is None
    assert (known.findings, known.unmet) == ((), ())
    assert "which is not the head any more" in answers.baseline(known, NOW)


def test_the_kept_report_answers_as_the_report_itself() -> None:
    for name in ("blocked", "undecided", "invasive", "suspect", "passing"):
        known = KNOWNS[name]()
        assert known.report is not None
        kept = report_of(json.loads(json.dumps(document(known.report))))
        assert said(replace(known, report=kept)) == said(known), name


def test_an_id_that_could_not_be_read_back_has_no_line() -> None:
    assert accept_line("regression-5bd0c3a1 /gate ok") == ""
    assert accept_line('x" until="7d') == ""
    line = accept_line("regression-5bd0c3a1")
    said = line.replace("...", "we know")
    assert parse(CommandLine(said)) == Accept("regression-5bd0c3a1", "we know")


def test_the_line_that_accepts_says_nothing_until_a_reason_is_filled_in() -> None:
    found = parse(CommandLine(accept_line("regression-5bd0c3a1")))
    assert isinstance(found, Refused)
    assert found.reason is Refusal.BAD_REASON


def test_every_line_that_is_offered_is_a_command() -> None:
    for reason in Reason:
        found = Finding(
            "regression-5bd0c3a1",
            FindingKind.REGRESSION,
            Ruling.UNDECIDED,
            reason,
            mode="mlp",
            digest="5bd0c3a1" * 8,
        )
        offered = [step.command for step in lifts(found) if step.command]
        for line in offered:
            filled = line.replace('"..."', '"we know"')
            assert not isinstance(parse(CommandLine(filled)), Refused), line
        assert any("accept" in line for line in offered) == liftable(found)


FAILED: dict[str, object] = {
    "failed_branch": 4,
    "n_branch": 12,
    "failed_baseline": 0,
    "n_baseline": 12,
}


def test_more_seeds_are_offered_only_where_they_would_be_run() -> None:
    asked = answers.why(knowns.of(reports.undecided()))
    assert "/gate more 5" in asked
    left = reports.finding(Reason.FAILURES_LEFT, Ruling.UNDECIDED, FAILED, mode="mlp")
    report = reports.undecided()
    found = (*report.verdict.findings, left)
    stuck = replace(report, verdict=replace(report.verdict, findings=found))
    assert "/gate more" not in answers.why(knowns.of(stuck))


def why_each(report: Report) -> list[str]:
    """The answer, condition by condition."""
    parts = answers.why(knowns.of(report)).split("\n**")
    return [one for one in parts if one[:1].isdigit()]


def test_where_trials_fail_in_one_mode_more_seeds_are_offered_for_the_other() -> None:
    report = reports.undecided()
    (mode,) = report.verdict.modes
    told = {"failing": True, "tolerance": 0.02, "look": 12, "d": 0.01}
    found = [
        reports.finding(Reason.FAILURES_LEFT, Ruling.UNDECIDED, FAILED, mode="cnn"),
        reports.finding(Reason.NOT_SHOWN, Ruling.UNDECIDED, told, mode="cnn"),
    ]
    verdict = replace(
        report.verdict,
        modes=(mode, replace(mode, name="cnn")),
        findings=(*report.verdict.findings, *found),
    )
    open_one, *others = why_each(replace(report, verdict=verdict))
    assert "/gate more 5" in open_one
    assert len(others) == len(found)
    assert not any("/gate more" in one for one in others)


def test_an_anchor_at_which_trials_fail_is_offered_no_seeds() -> None:
    report = reports.undecided()
    (mode,) = report.verdict.modes
    told = {"anchor": "v1.2", "tolerance": 0.02, "failing": True}
    stuck = reports.finding(
        Reason.ANCHOR_OPEN, Ruling.UNDECIDED, told, mode=mode.name, metric="loss"
    )
    verdict = replace(report.verdict, findings=(*report.verdict.findings, stuck))
    open_one, at_anchor = why_each(replace(report, verdict=verdict))
    assert "/gate more" in open_one
    assert "/gate more" not in at_anchor


def test_a_mode_that_no_command_could_name_is_not_offered_as_a_target() -> None:
    found = Finding(
        "invasive-5bd0c3a1",
        FindingKind.INVASIVE,
        Ruling.BLOCK,
        Reason.MODE_INVASIVE,
        mode="a b",
        digest="5bd0c3a1" * 8,
    )
    assert [step.command for step in lifts(found)][1:] == [accept_line(found.id)]
    unnamed = replace(found, mode=None)
    assert not any("target" in step.command for step in lifts(unnamed))


def test_every_kind_of_finding_has_its_rule() -> None:
    assert set(say.RULES) == set(FindingKind)


def test_ages_are_said_in_days_from_two_on() -> None:
    assert say.age(-5.0) == "0.0 s"
    assert say.age(2 * 86_400 - 1) == "47 h 59 min"
    assert say.age(2 * 86_400) == "2 days"
    assert say.since(90.0, 90.0) == "1 min 30 s"
    assert say.since(3 * 86_400, 90.0) == "1 min 30 s to 3 days"


def test_a_single_run_of_a_baseline_has_no_spread() -> None:
    report = reports.passing()
    mode = report.verdict.modes[0]
    metric = replace(
        mode.metrics[0], per_seed=((1, 0.4, 0.4),), n_baseline=1, baseline_mean=None
    )
    verdict = replace(report.verdict, modes=(replace(mode, metrics=(metric,)),))
    text = answers.baseline(knowns.of(replace(report, verdict=verdict)), NOW)
    assert "| - | - | 1 | 0 | not known |" in text


def test_a_metric_whose_baseline_was_not_run_has_no_row() -> None:
    report = reports.passing()
    mode = report.verdict.modes[0]
    bare = replace(mode.metrics[0], n_baseline=0)
    verdict = replace(report.verdict, modes=(replace(mode, metrics=(bare,)),))
    text = answers.baseline(knowns.of(replace(report, verdict=verdict)), NOW)
    assert say.NO_BASELINE in text


def test_an_unmeasured_baseline_is_not_a_table() -> None:
    report = reports.conflict()
    text = answers.baseline(knowns.of(report), NOW)
    assert say.NO_BASELINE in text
    assert "|" not in text


def test_a_hostile_repository_is_only_text_in_every_answer() -> None:
    for text in said(knowns.hostile()):
        assert_harmless(text)
        assert units(text) <= answers.LONGEST


@settings(max_examples=20)
@given(FOREIGN, some.sampled_from(("hostile", "enormous")))
def test_nothing_foreign_acts_in_any_answer(text: str, kind: str) -> None:
    report = reports.hostile() if kind == "hostile" else enormous(text)
    report = replace(
        report,
        provenance=replace(
            report.provenance,
            head_commit=HEAD,
            base_commit=text,
        ),
    )
    one = replace(
        situations.hostile(text, Judged(report.verdict)), head=HEAD, report=report
    )
    known = knowns.known_of(one, measured=(Measured(text, NOW, NOW),))
    for answer in said(known):
        assert_harmless(answer)
        assert command_lines(answer) == ()
        assert units(answer) <= answers.LONGEST
