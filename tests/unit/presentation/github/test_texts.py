"""Everything that is said on GitHub, whole, and the order in which it is read."""

from dataclasses import replace

import pytest

from bot.domain.conclusions import (
    Advisory,
    BudgetSpent,
    Conclusion,
    Conflict,
    Impossible,
    Judged,
    NotNeeded,
    OwnFault,
    Partial,
    Superseded,
    TimeSpent,
    Waiting,
    WaitingForTarget,
    WaitingForTrust,
    state_of,
)
from bot.domain.errors import PolicyFault
from bot.domain.verdict import Provenance, Reason, Ruling
from bot.presentation.github import (
    Instead,
    Moved,
    Override,
    Price,
    Queued,
    Situation,
    Started,
    call,
    calls,
    check_run,
    sticky,
)
from bot.presentation.github.commands import split_line
from bot.presentation.github.spoken import spoken
from bot.presentation.progress import Ladder
from tests.fakes import accepted_reports, reports, situations, wide_reports
from tests.fakes.situations import HEAD, PAGE, SITUATIONS, judged, situation
from tests.golden.compare import agreed


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_said_is_as_agreed(name: str) -> None:
    said = SITUATIONS[name]()
    run = check_run(said)
    lines = [
        f"{run.state.status} {run.state.conclusion}",
        run.title,
        f"buttons: {', '.join(one.label for one in run.actions)}",
        *(f"{one.level} {one.path}:{one.line} {one.title}" for one in run.annotations),
        "",
        "=== summary",
        run.summary,
        "=== comment",
        sticky(said, "pr-1"),
        "=== call",
        call(said, "call-1"),
    ]
    text = "\n".join(lines)
    assert text == agreed(f"github_{name}.md", text)


@pytest.mark.parametrize("name", SITUATIONS)
def test_first_comes_the_answer_then_numbers_then_what_to_do(name: str) -> None:
    text = sticky(SITUATIONS[name](), "pr-1")
    lines = text.splitlines()
    assert lines[0] == "<!-- seedgate pr-1 -->"
    assert lines[1].startswith("## ")
    assert lines[3].endswith(".")
    places = [
        text.find(one) for one in ("(+ is better)", "**What to do**", "| Metric |")
    ]
    known = [one for one in places if one >= 0]
    assert known == sorted(known)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_person_is_called_exactly_where_one_has_to_act(name: str) -> None:
    said = SITUATIONS[name]()
    waits = state_of(said.outcome).conclusion in {
        Conclusion.FAILURE,
        Conclusion.ACTION_REQUIRED,
        Conclusion.TIMED_OUT,
    }
    assert calls(said) == (waits and name not in {"trusted", "draft"})
    assert bool(call(said, "k")) == calls(said)


def test_the_first_version_has_price_place_and_time_left() -> None:
    text = sticky(situations.queued(), "pr-1")
    assert "Place 3 in the queue, with 2 evaluations before it." in text
    assert "It starts in about 9 min 0 s." in text
    assert "16 to 80 trials, 1.5 to 7.5 GPU hours" in text
    assert "a verdict 12 min 40 s to 1 h 5 min after the start" in text


def test_what_is_not_known_of_the_queue_is_not_said() -> None:
    text = sticky(situation(Waiting(), progress=Queued()), "pr-1")
    assert "Where it stands" not in text
    assert "The price is not known before a first trial has ended." in text
    bare = sticky(situation(Waiting()), "pr-1")
    assert "Price" not in bare


def test_the_next_in_the_queue_has_nobody_before_it() -> None:
    price = Price((12, 12))
    text = sticky(situation(Waiting(), progress=Queued(1, None, price)), "pr-1")
    assert "It is the next in the queue." in text
    assert "Planned: 12 trials." in text


def test_that_no_machine_is_connected_is_said() -> None:
    text = sticky(situation(Waiting(), progress=Queued(machines=False)), "pr-1")
    assert "No machine is connected that could run trials: it waits for one." in text


def test_progress_is_not_shown_after_the_end() -> None:
    text = sticky(replace(situations.passing(), progress=Queued(3)), "pr-1")
    assert "Where it stands" not in text


def test_many_modes_are_counted_and_a_rung_that_does_not_train_is_named() -> None:
    stands = Started(situations.snapshot(30), Ladder((), "sanity", 2, 6))
    text = sticky(situation(Waiting(), progress=stands), "pr-1")
    assert "- sanity: 2 of 6 runs ended" in text
    assert "- and 10 more modes" in text


def test_a_mode_that_is_decided_has_no_time_left() -> None:
    known = situations.snapshot(1)
    mode = replace(known.modes[0], decided=True, state=Ruling.PASS)
    stands = Started(replace(known, modes=(mode,)))
    text = sticky(situation(Waiting(), progress=stands), "pr-1")
    assert "pass after 4 seeds" in text
    assert "last look" not in text


def test_an_advisory_policy_lets_only_an_undecided_verdict_merge() -> None:
    undecided = sticky(situations.advisory(), "pr-1")
    assert "undecided, advisory" in undecided
    assert "does not hold the merge up" in undecided
    blocked = situation(Advisory(Judged(reports.blocking().verdict)))
    text = sticky(blocked, "pr-1")
    assert "lets merge what trials left undecided, and nothing else" in text
    assert "advisory" not in text.splitlines()[1]


def test_more_seeds_are_offered_where_a_comparison_is_still_open() -> None:
    open_one = situations.undecided()
    assert "/gate more 5" in sticky(open_one, "pull-1")
    verdict = reports.passing().verdict
    asked = replace(verdict, state=Ruling.UNDECIDED)
    person = situation(Judged(asked), report=reports.passing())
    assert "/gate more" not in sticky(person, "pull-1")


def test_a_broken_baseline_asks_for_nothing_but_its_mend() -> None:
    """Further seeds, and as many as a guardrail needs, would fail like the others."""
    broken = judged(reports.baseline_broken())
    (step,) = spoken(broken).steps
    assert step.text.startswith("Mend the base branch")
    text = sticky(broken, "pull-1")
    assert "the baseline itself is broken" in text
    assert "/gate more" not in text
    assert "five seeds" not in text


def test_a_policy_that_rules_instead_of_a_broken_one_is_named() -> None:
    fault = PolicyFault(3, 1, "modes", "No mode.", "Add one.")
    one = replace(situations.passing(), instead=Instead("0a1b2c:policy", (fault,)))
    for text in (sticky(one, "pull-1"), check_run(one).summary):
        assert "> [!WARNING]" in text
        assert "line 3: No mode." in text


def test_a_moved_base_says_what_was_judged() -> None:
    one = replace(situations.passing(), moved=Moved("1111111111aa"))
    text = sticky(one, "pr-1")
    assert "Judged against the base at 111111" in text
    assert "The verdict stands." in text


def test_accepted_findings_are_in_the_answer_and_name_who_why_and_until_when() -> None:
    said = situations.overridden()
    run = check_run(said)
    assert run.title.startswith("Safe to merge, with 4 accepted findings: ")
    for text in (run.summary, sticky(said, "k")):
        assert "`regression-39db1800` by `ada`, until 2026-11-28 10:30 UTC: " in text
    one = said.overrides[0]
    forever = Override(one.finding, "ada", "so be it", digest=one.digest)
    text = sticky(replace(said, overrides=(forever,) * 30), "k")
    assert "by `ada`, without an end: so be it" in text
    assert "> - and 10 more" in text


def test_an_acceptance_that_lifts_nothing_of_the_report_is_not_said_beside_it() -> None:
    said = situations.overridden()
    assert accepted_reports.ELSE in said.overrides
    assert said.lifting == said.overrides[:-1]
    for text in (check_run(said).summary, check_run(said).text, sticky(said, "k")):
        assert accepted_reports.ELSE.finding not in text
    alone = replace(situations.passing(), overrides=(accepted_reports.ELSE,))
    assert sticky(alone, "k") == sticky(situations.passing(), "k")


def test_what_was_accepted_is_said_while_it_is_judged_anew() -> None:
    text = sticky(situations.accepting(), "k")
    assert "what is found again as it was does not count:" in text
    assert "`regression-39db1800` by `ada`, until 2026-11-28 10:30 UTC: " in text


def test_a_finding_that_decides_all_the_same_is_not_called_accepted() -> None:
    given = accepted_reports.overrides()
    said = replace(situations.judged(reports.blocking()), overrides=given[:1])
    assert said.lifting == ()
    assert "accepted" not in check_run(said).title


def test_accepted_findings_do_not_soften_what_was_not_judged() -> None:
    one = Override("x-1", "ada", "so be it")
    text = sticky(situation(OwnFault(), overrides=(one,)), "k")
    assert text.splitlines()[1].endswith("could not judge")


def test_a_verdict_without_a_report_is_said_all_the_same() -> None:
    text = sticky(situation(Judged(reports.blocking().verdict)), "k")
    assert "do not merge" in text
    assert "| `test_loss`" in text


def test_the_verdict_that_was_concluded_is_the_one_that_is_shown() -> None:
    said = situation(Judged(reports.passing().verdict), report=reports.blocking())
    assert check_run(said).title.startswith("Safe to merge")
    assert "do not merge" not in sticky(said, "k")


def test_a_spent_budget_without_a_verdict_still_says_what_to_do() -> None:
    said = situation(BudgetSpent())
    assert "before there was an answer" in sticky(said, "k")
    assert "/gate run" in call(said, "k")


def test_a_part_that_blocks_blocks() -> None:
    said = situation(Partial(reports.blocking().verdict))
    assert "do not merge" in sticky(said, "k")


def test_sentences_stand_without_their_details() -> None:
    assert "does not merge into main," in sticky(situation(Conflict()), "k")
    assert "changed in several modes" in sticky(situation(WaitingForTarget()), "k")
    assert "a newer commit is the head" in check_run(situation(Superseded())).title
    assert "no answer in time" in check_run(situation(TimeSpent())).title
    impossible = sticky(situation(Impossible()), "k")
    assert "The policy asks for what cannot be judged." in impossible
    assert "Mend the policy" in impossible
    fault = sticky(situation(OwnFault(mend="Ask the operator.")), "k")
    assert "- Ask the operator. Then click Run again beside the check, or " in fault
    assert "/gate run" in fault


def test_a_verdict_without_commits_is_just_merged() -> None:
    report = replace(reports.passing(), provenance=Provenance())
    assert "- Merge it.\n" in sticky(judged(report), "k")


def test_lines_to_comment_are_only_such_as_would_be_taken() -> None:
    odd = situation(WaitingForTarget(("a b", "c,d")))
    assert "/gate target" not in sticky(odd, "k").replace("`/gate", "")
    short = Situation(WaitingForTrust(), "not a sha", "main")
    assert "/gate ok" not in sticky(short, "k")
    assert f"/gate ok {HEAD}" in sticky(situation(WaitingForTrust()), "k")


def test_changes_to_take_out_are_offered_as_a_command() -> None:
    text = sticky(judged(wide_reports.shadowed()), "k")
    assert "/gate split without=9e8d7c6" in text
    assert "seedgate split" not in text
    assert "/home/ada" not in text


def test_a_branch_of_one_bad_change_has_nothing_to_split() -> None:
    made = wide_reports.shadowed()
    alone = tuple(one for one in made.verdict.changes if one.id == "9e8d7c6")
    text = sticky(
        judged(replace(made, verdict=replace(made.verdict, changes=alone))), "k"
    )
    assert "/gate split" not in text


def test_nothing_is_split_off_where_nothing_would_be_left_or_named() -> None:
    report = wide_reports.shadowed()
    every = tuple(one.id for one in report.verdict.changes)
    assert split_line(report, every) == ""
    assert split_line(report, ()) == ""
    assert split_line(report, ("9e8d7c6",)) == "/gate split without=9e8d7c6"
    assert split_line(report, ("9e8d7c6", "a b")) == ""


def test_a_mode_that_was_not_meant_can_be_named() -> None:
    assert "/gate target mode=conv" in call(situations.invasive(), "k")


def test_an_invasive_mode_with_a_name_that_cannot_be_typed_is_not_offered() -> None:
    made = reports.report(
        Ruling.BLOCK,
        (),
        (reports.finding(Reason.MODE_INVASIVE, Ruling.BLOCK, {}, mode="a b,c"),),
    )
    assert "/gate target" not in sticky(judged(made), "k")


def test_an_undecided_verdict_without_a_run_offers_no_more_seeds() -> None:
    made = reports.report(
        Ruling.UNDECIDED,
        (),
        (reports.finding(Reason.NO_SANDBOX, Ruling.UNDECIDED, {}),),
    )
    assert "/gate more" not in sticky(judged(made), "k")


def test_what_is_for_the_command_line_is_not_said_on_a_pull_request() -> None:
    lost = {"lost": 2, "first": "the node went away."}
    gone = reports.finding(Reason.TRIALS_LOST, Ruling.UNDECIDED, lost)
    harm = reports.finding(Reason.MORE_FAILURES, Ruling.UNDECIDED, {})
    text = sticky(judged(reports.report(Ruling.UNDECIDED, (), (gone, harm))), "k")
    assert "Mend that; finished trials are kept. Then comment `/gate retry`." in text
    assert "the same command" not in text
    for made in (reports.undecided(), reports.passing()):
        assert "command line" not in sticky(judged(made), "k")


def test_what_holds_nothing_up_asks_for_nothing_in_a_report_without_a_sandbox() -> None:
    told = reports.finding(Reason.NO_SANDBOX, Ruling.INFO, {})
    made = reports.passing()
    verdict = replace(made.verdict, findings=(*made.verdict.findings, told))
    steps = spoken(judged(replace(made, verdict=verdict))).steps
    assert not any("account" in one.text for one in steps)


def test_an_undecided_verdict_of_no_finding_says_how_to_go_on() -> None:
    made = reports.report(Ruling.UNDECIDED, ())
    assert "Comment /gate run to go on" in sticky(judged(made), "k")


def test_numbers_of_many_metrics_are_counted() -> None:
    text = sticky(judged(wide_reports.sliced(20, worse=6)), "k")
    assert "- 3 more metrics in the tables below" in text


def test_numbers_of_a_target_have_no_baseline() -> None:
    text = sticky(judged(reports.speedrun()), "k")
    assert "mean 3.2732, interval" in text
    assert "mean at most 3.28" in text


def test_a_metric_without_an_interval_shows_what_is_known() -> None:
    made = reports.passing()
    (mode, *_) = made.verdict.modes
    bare = replace(mode.metrics[0], d=None, low=None, high=None)
    none = replace(bare, branch_mean=None, baseline_mean=None, name="never_seen")
    alone = replace(none, d=0.1, name="effect_alone")
    verdict = replace(made.verdict, modes=(replace(mode, metrics=(bare, none, alone)),))
    text = sticky(judged(replace(made, verdict=verdict)), "k")
    view = text.partition("**What to do**")[0]
    assert "0.4018 to 0.3666, tolerance 0.01, 5 seeds" in view
    assert "never_seen" not in view
    assert "`effect_alone` in mode `mlp`: effect +0.1" in view


def test_an_address_that_is_no_web_page_is_no_link() -> None:
    for page in ("", "javascript:alert(1)", "/e/1", "https://x/" + "y" * 3000):
        said = replace(situations.passing(), page=page)
        text = sticky(said, "k")
        assert "](" not in text
        assert "](" not in call(replace(situations.undecided(), page=page), "k")


def test_an_address_cannot_end_its_link() -> None:
    said = replace(situation(NotNeeded()), page=f"{PAGE}) [x](http://evil.example <b>")
    text = sticky(said, "k")
    assert text.count("](") == 1
    assert "<b>" not in text
