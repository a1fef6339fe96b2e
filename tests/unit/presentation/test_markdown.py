"""The text that a pull request gets: complete, short enough, and harmless."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from bot.domain.arms import Branch
from bot.domain.verdict import Reason, Report, Ruling
from bot.presentation.markdown import LIMIT, comment
from tests.fakes import reports, wide_reports
from tests.golden.compare import agreed
from workers.contract import Failed, FailureReason

EXAMPLES = {
    "passing": reports.passing,
    "blocking": reports.blocking,
    "undecided": reports.undecided,
    "speedrun": reports.speedrun,
    "conflict": reports.conflict,
    "sliced": wide_reports.sliced,
    "improving": wide_reports.improving,
    "shadowed": wide_reports.shadowed,
    "extended": wide_reports.extended,
}
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


@pytest.mark.parametrize("hostile", [reports.hostile, wide_reports.hostile_changes])
def test_nothing_foreign_acts(hostile: Callable[[], Report]) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    made = parser.parse(comment(hostile()))
    every = [one for token in made for one in (token, *(token.children or ()))]
    kinds = {one.type for one in every}
    assert not kinds & {"link_open", "image"}
    html = [one.content for one in every if one.type.startswith("html")]
    assert all(one.lstrip().startswith(OWN_HTML) for one in html)
    assert not any("<script" in one or "<!--" in one for one in html)


@pytest.mark.parametrize("hostile", [reports.hostile, wide_reports.hostile_changes])
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


def test_a_repeat_line_that_is_too_long_is_left_to_the_page() -> None:
    made = reports.trial(Branch(), "mlp", 0, reports.CRASH, log_tail="")
    assert made.spec is not None
    spec = replace(made.spec, argv=("python", "x" * 5000))
    report = replace(reports.conflict(), trials=(replace(made, spec=spec),))
    text = comment(report)
    assert "Failed and lost trials (1)" in text
    assert "Repeat it" not in text
    assert "End of its log" not in text


def test_a_mode_that_is_no_target_says_so() -> None:
    assert "not a target of this branch" in comment(reports.passing())


def test_a_report_without_findings_has_no_empty_section() -> None:
    report = reports.report(Ruling.UNDECIDED, ())
    assert "### Findings" not in comment(report)
