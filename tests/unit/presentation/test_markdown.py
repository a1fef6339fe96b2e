"""The text that a pull request gets: complete, short enough, and harmless."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.domain.arms import Branch
from bot.domain.verdict import Exhibits, Reason, Report, Ruling
from bot.domain.verdict.exhibits import SamplePair, SamplePane
from bot.presentation.markdown import LIMIT, comment
from tests.fakes import (
    accepted_reports,
    grouped_reports,
    reports,
    shown_reports,
    wide_reports,
)
from tests.golden.compare import agreed
from workers.contract import Failed, FailureReason

EXAMPLES = {
    "passing": reports.passing,
    "accepted": accepted_reports.accepted,
    "blocking": reports.blocking,
    "undecided": reports.undecided,
    "speedrun": reports.speedrun,
    "conflict": reports.conflict,
    "sliced": wide_reports.sliced,
    "improving": wide_reports.improving,
    "shadowed": wide_reports.shadowed,
    "grouped": grouped_reports.grouped,
    "extended": wide_reports.extended,
    "everything": shown_reports.everything,
}
HOSTILE = [
    reports.hostile,
    accepted_reports.hostile_accepted,
    wide_reports.hostile_changes,
    shown_reports.hostile_exhibits,
]
OWN_HTML = ("<details>", "</details>", "<summary>", "<br>")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_comment_is_as_agreed(name: str) -> None:
    text = comment(EXAMPLES[name]())
    assert text == agreed(f"comment_{name}.md", text)


def test_the_answer_is_the_first_line() -> None:
    first = comment(reports.blocking()).splitlines()[0]
    assert first.endswith("Seedgate: do not merge")


def test_numbers_that_the_trials_printed_are_labelled() -> None:
    text = comment(reports.blocking())
    assert "`test_loss`<br>lower is better, *self-reported*" in text
    assert "End of its log (*self-reported*)" in text
    assert "measured by Seedgate" in comment(reports.passing())


def test_a_limit_without_direction_names_its_source_alone() -> None:
    assert "`train_time_s`<br>measured by Seedgate |" in comment(reports.passing())


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_foreign_acts(hostile: Callable[[], Report]) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    made = parser.parse(comment(hostile()))
    every = [one for token in made for one in (token, *(token.children or ()))]
    kinds = {one.type for one in every}
    assert not kinds & {"link_open", "image"}
    html = [one.content for one in every if one.type.startswith("html")]
    assert all(one.lstrip().startswith(OWN_HTML) for one in html)
    assert not any("<script" in one or "<!--" in one for one in html)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_command_or_mention_is_left_outside_of_code(
    hostile: Callable[[], Report],
) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    made = parser.parse(comment(hostile()))
    children = [one for token in made for one in token.children or ()]
    text = [one.content for one in children if one.type == "text"]
    assert text
    assert not any("@everyone" in one or "://" in one for one in text)
    assert not any(one.startswith("/gate") for one in text)


def long_report() -> Report:
    """Hundreds of metrics, seeds, findings and failed trials with long logs."""
    one = reports.loss(40, 0.02, state=Ruling.BLOCK, reason=Reason.HARM_SHOWN)
    many = [replace(one, name=f"loss_{at}_{'x' * 300}") for at in range(60)]
    found = [reports.regression("mlp", metric, Ruling.BLOCK) for metric in many]
    modes = [
        reports.mode(f"mode{at}_{'y' * 300}", Ruling.BLOCK, many, found)
        for at in range(30)
    ]
    crash = Failed(FailureReason.EXCEPTION, "z" * 10_000)
    trials = [
        reports.trial(Branch(), "mlp", at, crash, log_tail="`" * 50_000)
        for at in range(30)
    ]
    made = reports.report(Ruling.BLOCK, modes[:1], found)
    verdict = replace(made.verdict, modes=tuple(modes))
    return replace(made, verdict=verdict, trials=tuple(trials))


def test_the_longest_report_stays_below_the_limit_and_says_what_is_missing() -> None:
    text = comment(long_report())
    assert len(text) < LIMIT
    assert "40 more metrics are on the page" in text
    assert "more parts of this report" in text


def test_the_answer_survives_however_long_the_rest_is() -> None:
    assert "do not merge" in comment(long_report())


def test_one_left_out_part_is_counted_in_the_singular() -> None:
    one = reports.loss(40, 0.02)
    wide = replace(one, name="w" * 80)
    modes = [reports.mode(f"m{at}", Ruling.BLOCK, [wide] * 20) for at in range(9)]
    texts = [
        comment(replace(reports.report(Ruling.BLOCK, modes[:count]), trials=()))
        for count in range(1, 10)
    ]
    assert any("1 more part of this report" in text for text in texts)
    assert all(len(text) < LIMIT for text in texts)


def test_a_trial_that_was_given_and_not_run_cannot_be_repeated() -> None:
    made = reports.trial(Branch(), "mlp", 0, reports.CRASH, log_tail="")
    report = replace(reports.conflict(), trials=(replace(made, spec=None),))
    text = comment(report)
    assert "Failed and lost trials (1)" in text
    assert "Repeat it" not in text
    assert "End of its log" not in text


def test_what_people_look_at_is_folded_and_what_decides_is_in_view() -> None:
    text = comment(shown_reports.everything())
    view = text.partition("<details>")[0]
    for title in ("Ladder", "Modes of the code", "Expected and found", "References"):
        assert f"### {title}" in view
    assert "**Cost of the change.** The branch adds 41 lines" in view
    assert "no difference seen in 20 steps" in view
    for title in ("Networks", "Training against evaluation", "Data"):
        assert f"<summary>{title}</summary>" in text
        assert title not in view
    assert "It ran over the hill and barked <b>at</b> the moon." in text


def test_long_samples_are_cut_and_many_are_counted() -> None:
    pane = SamplePane("branch", 0.0, "x" * 3000)
    other = replace(pane, text="y")
    many = tuple(SamplePair("mlp", f"s{at}", None, (pane, other)) for at in range(9))
    text = comment(replace(reports.passing(), exhibits=Exhibits(samples=many)))
    assert "[cut; the page has more]" in text
    assert "3 more samples are on the page" in text
    assert "seed -" in text
    assert "x" * 601 not in text


TRICKS = st.text(
    alphabet=st.sampled_from("`~<>/[]()!*_|#@:\\\n -=&$.abcdetilsw1\u202e\x1b"),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(TRICKS, TRICKS)
def test_no_text_of_an_exhibit_can_break_out(name: str, text: str) -> None:
    """Whatever a trial wrote: no link, no picture, no tag, no part closed early."""
    shown = shown_reports.named_exhibits(name, text)
    quiet = comment(
        replace(reports.passing(), exhibits=shown_reports.named_exhibits("n", "t"))
    )
    said = comment(replace(reports.passing(), exhibits=shown))
    made = MarkdownIt("commonmark").enable("table").parse(said)
    every = [one for token in made for one in (token, *(token.children or ()))]
    assert not {one.type for one in every} & {"link_open", "image"}
    html = [one.content for one in every if one.type.startswith("html")]
    assert all(one.lstrip().startswith(OWN_HTML) for one in html)
    opened = sum(one.count("<details>") for one in html)
    assert opened == sum(one.count("</details>") for one in html)
    assert opened == quiet.count("<details>")
    titles = [one.tag for one in made if one.type == "heading_open"]
    assert len(titles) == 1 + quiet.count("\n### ")


def test_a_mode_that_is_no_target_says_so() -> None:
    assert "not a target of this branch" in comment(reports.passing())


def test_a_report_without_findings_has_no_empty_section() -> None:
    report = reports.report(Ruling.UNDECIDED, ())
    assert "### Findings" not in comment(report)
