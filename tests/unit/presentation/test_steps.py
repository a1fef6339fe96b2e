"""What to do after a verdict: who did it first, with the line that takes it out."""

import shlex
from dataclasses import replace

import pytest

from bot.domain.verdict import (
    Apart,
    ChangeVerdict,
    Evidence,
    Finding,
    Override,
    Provenance,
    Reason,
    Report,
    Ruling,
    Verdict,
)
from bot.domain.verdict.findings import finding
from bot.presentation.github.commands import GITHUB
from bot.presentation.headline import headline
from bot.presentation.listing import finding_rows
from bot.presentation.splitting import split_line
from bot.presentation.steps import Step, next_steps, taken_out
from bot.presentation.words.steps import TELL_APART
from tests.fakes import grouped_reports, reports, wide_reports


def around(state: Ruling, *reasons: Reason) -> Report:
    """A report with these findings and nothing else."""
    found = tuple(
        reports.finding(one, state, {}, mode=f"mode{index}")
        for index, one in enumerate(reasons)
    )
    return replace(reports.conflict(), verdict=Verdict(state, found))


def test_a_pass_is_pinned_to_its_commits() -> None:
    (step,) = next_steps(reports.passing())
    assert "9e8d7c6b5a" in step.text
    assert "4f1c9a7b20" in step.text
    assert step.command == ""


def test_a_pass_without_known_commits_just_says_merge() -> None:
    report = replace(reports.passing(), provenance=Provenance())
    assert next_steps(report) == (Step("Merge it."),)


def test_a_pass_on_uncommitted_changes_says_commit_them() -> None:
    report = reports.passing()
    note = reports.finding(Reason.DIRTY_COMMITTED, Ruling.INFO, {"ref": "refs/x"})
    verdict = replace(report.verdict, findings=(*report.verdict.findings, note))
    steps = next_steps(replace(report, verdict=verdict))
    assert any("Commit them" in one.text for one in steps)


def test_a_pass_by_another_definition_asks_to_look_at_it() -> None:
    report = reports.passing()
    note = reports.finding(Reason.METRIC_VERSION_CHANGED, Ruling.INFO, {})
    verdict = replace(report.verdict, findings=(*report.verdict.findings, note))
    steps = next_steps(replace(report, verdict=verdict))
    assert any("change of the definition itself" in one.text for one in steps)


@pytest.mark.parametrize(("anchor", "mends"), [({}, 1), ({"anchor": "v1.2"}, 2)])
def test_a_broken_release_hides_nothing_that_is_open_against_the_baseline(
    anchor: Evidence, mends: int
) -> None:
    """As a broken baseline does, where more seeds would fail like the others."""
    broken = reports.finding(
        Reason.BASELINE_BROKEN, Ruling.UNDECIDED, anchor, mode="mlp"
    )
    still = reports.finding(
        Reason.NOT_SHOWN, Ruling.UNDECIDED, {}, mode="mlp", metric="loss"
    )
    report = replace(
        reports.conflict(), verdict=Verdict(Ruling.UNDECIDED, (broken, still))
    )
    assert len(next_steps(report)) == mends


def test_what_nothing_decides_is_gone_on_with() -> None:
    steps = next_steps(around(Ruling.UNDECIDED))
    assert steps == (Step("Start the same command again to go on."),)


@pytest.mark.parametrize("apart", [Apart(asked=True), Apart(found=1)])
def test_telling_changes_apart_is_advised_where_there_are_some_and_nobody_asked(
    apart: Apart,
) -> None:
    report = reports.blocking()
    advised = [one.text for one in next_steps(report) if "`ablation`" in one.text]
    assert advised == [TELL_APART]
    for one in (replace(report, apart=apart), grouped_reports.grouped()):
        assert not any("`ablation`" in step.text for step in next_steps(one))


def test_at_most_three_steps_are_given_and_none_twice() -> None:
    report = around(
        Ruling.UNDECIDED,
        Reason.NOT_SHOWN,
        Reason.NOT_SHOWN,
        Reason.TRIALS_LOST,
        Reason.BUDGET_SPENT,
        Reason.MORE_LOOKS_LEFT,
    )
    steps = next_steps(report)
    assert len(steps) == len(set(steps)) == 3


def test_a_guilty_change_is_named_with_the_line_that_takes_it_out() -> None:
    (step,) = next_steps(wide_reports.shadowed())
    assert step.text == (
        "Take change 9e8d7c6 (Drop the warm-up) out, or mend it. This makes the branch "
        "without it, and judges it:"
    )
    assert step.command == (
        "seedgate split --without 9e8d7c6 --repo /home/ada/digits --base main --head "
        "wider-hidden-layer"
    )


def test_all_suspects_are_named_the_innermost_of_groups() -> None:
    first, *_ = next_steps(grouped_reports.grouped())
    assert first.text.startswith(
        'Judge the branch without changes "-don\'t, stop" (Never stop) and '
        "wider..deeper (2 changes), which are suspects."
    )
    assert shlex.split(first.command)[:5] == [
        *("seedgate", "split", f"--without={grouped_reports.QUOTED}"),
        *("--without", "wider..deeper"),
    ]


def test_a_budget_that_left_changes_open_is_to_be_raised() -> None:
    steps = next_steps(grouped_reports.grouped())
    assert any("Raise `budget.trials`" in one.text for one in steps)


def test_the_findings_in_view_name_the_innermost_and_the_others_are_kept() -> None:
    rows = {row.id: row for row in finding_rows(grouped_reports.grouped())}
    found = grouped_reports.grouped().verdict.findings
    quiet = [one.change for one in found if rows[one.id].quiet]
    assert quiet == [grouped_reports.GROUP, grouped_reports.HALF]


def test_a_headline_names_the_innermost_of_groups_that_block() -> None:
    report = grouped_reports.grouped()
    blocking = tuple(
        replace(one, state=Ruling.BLOCK, reason=Reason.CHANGE_HARMFUL)
        for one in report.verdict.findings
        if one.change
    )
    modes = tuple(replace(one, findings=()) for one in report.verdict.modes)
    verdict = replace(report.verdict, findings=blocking, modes=modes)
    text = headline(replace(report, verdict=verdict))
    assert text == (
        'Do not merge: change "-don\'t, stop" costs 0.0410 of test_loss in mlp, hidden '
        "by the rest of the branch; the group wider..deeper costs 0.0240 of test_loss "
        "in mlp, hidden by the rest of the branch"
    )


def accused(*found: Finding, changes: tuple[ChangeVerdict, ...] = ()) -> Report:
    report = reports.blocking()
    verdict = Verdict(Ruling.BLOCK, found, changes=changes)
    return replace(report, verdict=verdict)


def change(
    name: str, reason: Reason = Reason.CHANGE_SUSPECT, state: Ruling = Ruling.INFO
) -> Finding:
    return finding(reason, state, {}, mode="mlp", metric="loss", change=name)


def known(*names: str) -> tuple[ChangeVerdict, ...]:
    return tuple(ChangeVerdict(one) for one in names)


def test_of_suspects_beside_a_guilty_change_it_is_said_that_it_is_no_proof() -> None:
    crash = change("b", Reason.MORE_FAILURES, Ruling.BLOCK)
    again = change("b")
    report = accused(change("a"), crash, again, changes=known("a", "b", "c"))
    (step,) = next_steps(report)
    assert step.text == (
        "Take changes b and a out, or mend them; of change a it is no proof. This "
        "makes the branch without them, and judges it:"
    )
    assert "--without b --without a " in step.command


def test_without_commits_there_is_no_line_and_the_names_are_there() -> None:
    report = accused(change("a"), changes=known("a", "b"))
    given = replace(report, provenance=Provenance())
    (step,) = next_steps(given)
    assert step == Step("Judge the branch without change a, which is a suspect.")
    guilty = change("a", Reason.CHANGE_HARMFUL, Ruling.BLOCK)
    report = accused(guilty, changes=known("a", "b"))
    (step,) = next_steps(replace(report, provenance=Provenance()))
    assert step == Step("Take change a out, or mend it. Then judge again.")


def test_a_branch_of_which_nothing_would_be_left_is_not_split() -> None:
    group = ChangeVerdict("a..b", parts=("a", "b"))
    report = accused(change("a..b"), change("c"), changes=(group, *known("c")))
    (step,) = next_steps(report)
    assert step == Step(
        "Mend changes a..b and c, which are the whole branch, or take out one at a "
        "time (`seedgate split --without NAME`)."
    )
    (step,) = next_steps(accused(change("c"), changes=known("c")))
    assert step == Step(
        "Mend change c: nothing else is in the branch. Then judge again."
    )


def test_on_a_pull_request_a_split_is_offered_and_nothing_is_judged_by_it() -> None:
    (step,) = next_steps(wide_reports.shadowed(), GITHUB)
    assert step == Step(
        "Take change 9e8d7c6 (Drop the warm-up) out, or mend it. This offers the "
        "branch without it, and how to push it:",
        "/gate split without=9e8d7c6",
    )
    warning = next_steps(only_reported(), GITHUB)[1]
    assert warning.text.endswith(
        "better without it. This offers a branch of the rest, and how to push it:"
    )
    group = ChangeVerdict("a..b", parts=("a", "b"))
    report = accused(change("a..b"), change("c"), changes=(group, *known("c")))
    (whole,) = next_steps(report, GITHUB)
    assert whole.text.endswith("one at a time (`/gate split without=NAME`).")


@pytest.mark.parametrize(
    "reason", [Reason.HARM_SHOWN, Reason.GUARDRAIL_BROKEN, Reason.PROTECTED_TOUCHED]
)
def test_on_a_pull_request_a_maintainer_may_accept_it(reason: Reason) -> None:
    report = replace(around(Ruling.BLOCK, reason), apart=Apart(asked=True))
    (shell,), (github,) = next_steps(report), next_steps(report, GITHUB)
    accept, _, after = github.text.partition("/gate accept")
    assert "have a maintainer accept" in accept
    assert ("raise the tolerance" in after) == ("raise the tolerance" in shell.text)
    assert "raise the tolerance" not in accept
    assert "/gate" not in shell.text


def test_what_passes_has_nothing_to_be_taken_out() -> None:
    assert taken_out(only_reported()) == ()


@pytest.mark.parametrize(("cut", "line"), [(3, True), (1, False), (None, False)])
def test_who_changed_a_mode_that_is_no_target_is_taken_out(
    cut: int | None, line: bool
) -> None:
    facts: Evidence = {"changes": ("a",), "titles": ("Raise it",), "quantity": "loss"}
    facts = facts if cut is None else {**facts, "cut": cut}
    found = finding(Reason.MODE_INVASIVE, Ruling.BLOCK, facts, mode="conv")
    first, meant = next_steps(accused(found))
    assert "change a (Raise it)" in first.text
    assert bool(first.command) is line
    assert "name the mode as a target" in meant.text


def test_a_mode_that_changed_by_nobody_known_names_nobody() -> None:
    found = finding(Reason.MODE_INVASIVE, Ruling.BLOCK, {"why": "x"}, mode="conv")
    (meant,) = next_steps(accused(found))
    assert "name the mode as a target" in meant.text


def test_the_line_repeats_what_is_not_the_default() -> None:
    report = replace(
        reports.blocking(),
        verdict=Verdict(Ruling.BLOCK, (), changes=known("a", "b")),
        repository_path="",
        provenance=Provenance(
            base_commit="1" * 40,
            head_commit="2" * 40,
            base_revision="-odd",
            head_revision="HEAD",
            policy_source="my policy.yml",
            targets=("mlp", "conv"),
        ),
    )
    assert split_line(report, ["a"]) == (
        "seedgate split --without a --base=-odd --policy 'my policy.yml' --target "
        "mlp,conv"
    )
    bare = replace(report.provenance, base_revision="", policy_source="", targets=())
    assert split_line(replace(report, provenance=bare), ["a"]) == (
        "seedgate split --without a"
    )
    assert split_line(report, []) == ""


def only_reported() -> Report:
    """A harmful change under `shadowed: report`."""
    report = wide_reports.shadowed()
    (found,) = (one for one in report.verdict.findings if one.change)
    told = (replace(found, state=Ruling.INFO),)
    verdict = replace(report.verdict, state=Ruling.PASS, findings=told)
    return replace(report, verdict=verdict)


def test_a_harmful_change_that_somebody_accepted_is_not_to_be_taken_out() -> None:
    report = only_reported()
    (found,) = report.verdict.findings
    given = Override(found.id, "ada", "so be it", digest=found.digest)
    lifted = replace(report, accepted=(given,))
    assert [one.text[:9] for one in next_steps(lifted)] == ["Merge it."]
    held = replace(report.verdict, state=Ruling.BLOCK)
    assert next_steps(replace(lifted, verdict=held)) == ()


def test_a_suspect_that_is_left_of_a_block_is_named_where_nothing_is_decided() -> None:
    report = only_reported()
    (found,) = report.verdict.findings
    suspect = replace(found, reason=Reason.CHANGE_SUSPECT, state=Ruling.UNDECIDED)
    verdict = replace(
        report.verdict, state=Ruling.UNDECIDED, findings=(suspect,), modes=()
    )
    (step,) = next_steps(replace(report, verdict=verdict))
    assert "9e8d7c6" in step.text
    assert step.command.startswith("seedgate split --without 9e8d7c6 ")


def test_a_pass_warns_of_a_harmful_change_that_is_only_reported() -> None:
    merge, warning = next_steps(only_reported())[:2]
    assert merge.text.startswith("Merge it.")
    assert warning.text == (
        "But change 9e8d7c6 costs 0.0240 of test_loss in mlp, hidden by the rest of "
        "the branch. The policy only reports that (shadowed: report): the branch is "
        "better without it. This makes a branch of the rest, and judges it:"
    )
    assert warning.command.startswith("seedgate split --without 9e8d7c6 ")
    bare = replace(only_reported(), provenance=Provenance())
    assert next_steps(bare)[1].text.endswith("better without it.")
