"""A report on the terminal, compared whole; readable in narrow ones too."""

import io
import shlex
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from bot.cli.screen import out
from bot.cli.show import show_report
from bot.domain.arms import Branch
from bot.domain.verdict import Reason, Report, Ruling, Rung
from tests.fakes import (
    accepted_reports,
    grouped_reports,
    reports,
    shown_reports,
    wide_reports,
)
from tests.golden.compare import agreed

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


def shown(report: Report, width: int = 80, **given: object) -> str:
    screen = io.StringIO()
    options: dict[str, object] = {
        "markup": False,
        "highlight": False,
        "emoji": False,
        "soft_wrap": True,
        "force_terminal": False,
        **given,
    }
    console = Console(file=screen, width=width, **options)  # type: ignore[arg-type]
    show_report(report, console, [("Page", "/tmp/report.html")])
    return "\n".join(one.rstrip() for one in screen.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_terminal_shows_what_was_agreed(name: str) -> None:
    text = shown(EXAMPLES[name]())
    assert text == agreed(f"terminal_{name}.txt", text)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_numbers_are_whole_at_every_width(width: int) -> None:
    text = shown(reports.blocking(), width)
    squeezed = "".join(text.split())
    metric = reports.blocking().verdict.modes[0].metrics[0]
    assert f"{metric.d:.4f}" in squeezed
    assert "\N{HORIZONTAL ELLIPSIS}" not in text


@pytest.mark.parametrize(
    "name", ["passing", "sliced", "improving", "shadowed", "grouped", "everything"]
)
def test_tables_keep_to_the_width_of_the_terminal(name: str) -> None:
    lines = shown(EXAMPLES[name](), 80).splitlines()
    whole = ("/tmp/", "seedgate split ")  # to be copied
    kept = [one for one in lines if not any(text in one for text in whole)]
    assert max(map(len, kept)) <= 80


def test_a_line_for_the_shell_is_not_broken() -> None:
    (line,) = (
        one
        for one in shown(grouped_reports.grouped(), 60).splitlines()
        if "seedgate split" in one
    )
    words = shlex.split(line)
    assert words[2:5] == [
        f"--without={grouped_reports.QUOTED}",
        "--without",
        grouped_reports.SECOND,
    ]


def test_wide_terminals_do_not_stretch_the_text() -> None:
    lines = shown(reports.passing(), 240).splitlines()
    assert max(len(one) for one in lines) <= 100


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("name", ["sliced", "shadowed"])
def test_slices_and_changes_are_whole_at_every_width(name: str, width: int) -> None:
    text = shown(EXAMPLES[name](), width)
    squeezed = "".join(text.split())
    wanted = {
        "sliced": ("night", "-0.0304", "[-0.0364,-0.0243]", "and14more"),
        "shadowed": ("9e8d7c6", "-0.0240", "[-0.0300,-0.0180]", "[-0.0340,open]"),
    }
    assert all(one in squeezed for one in wanted[name])
    assert "\N{HORIZONTAL ELLIPSIS}" not in text


def test_slices_that_differ_in_their_rule_name_no_common_one() -> None:
    mode = wide_reports.sliced(2, worse=0).verdict.modes[0]
    other = replace(mode.metrics[1], tolerance=0.02)
    metrics = (mode.metrics[0], other, *mode.metrics[2:])
    text = shown(reports.report(Ruling.PASS, (replace(mode, metrics=metrics),)))
    assert "slices of test_loss: none of 2 shown worse" in text


def test_changes_without_an_effect_alone_have_no_column_for_it() -> None:
    report = wide_reports.shadowed()
    plain = replace(wide_reports.changes()[0].effects[0], single=None, tolerance=None)
    change = replace(wide_reports.changes()[0], effects=(plain,))
    text = shown(replace(report, verdict=replace(report.verdict, changes=(change,))))
    assert "4c0ffee" in text
    assert "alone" not in text
    assert "changes not judged" not in text


@pytest.mark.parametrize("width", [40, 100])
@pytest.mark.parametrize("hostile", [reports.hostile, wide_reports.hostile_changes])
def test_control_characters_of_others_are_never_printed(
    hostile: Callable[[], Report], width: int
) -> None:
    text = shown(hostile(), width, force_terminal=True, color_system="truecolor")
    assert "\x1b[31mred" not in text
    assert "\u202e" not in text


def test_control_characters_and_markup_of_others_are_only_text() -> None:
    text = shown(reports.hostile(), force_terminal=True, color_system="truecolor")
    assert "\x1b[31mred" not in text
    assert "\u202e" not in text
    assert "[x](http://evil.example)" in "".join(text.replace("\n", " "))


def test_text_in_square_brackets_is_no_markup() -> None:
    report = reports.passing()
    named = replace(report.verdict.modes[0], name="[bold red]mlp[/]")
    verdict = replace(report.verdict, modes=(named,))
    assert "[bold red]mlp[/]" in shown(replace(report, verdict=verdict))


def test_many_failed_trials_are_counted_after_the_first_five() -> None:
    bad = tuple(
        reports.trial(Branch(), "mlp", at, reports.CRASH, log_tail="")
        for at in range(9)
    )
    given = tuple(replace(one, spec=None) for one in bad)
    assert "and 4 more" in shown(replace(reports.conflict(), trials=bad))
    assert "repeat the first" not in shown(replace(reports.conflict(), trials=given))


def test_a_report_without_modes_or_findings_still_answers() -> None:
    text = shown(reports.report(Ruling.UNDECIDED, ()))
    assert "UNDECIDED" in text
    assert "Start the same command again" in text


def test_the_real_console_for_results_takes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_report(reports.conflict(), out())
    assert "UNDECIDED" in capsys.readouterr().out


def test_that_a_branch_holds_against_its_anchor_is_told() -> None:
    passing = reports.passing()
    (mode, *others) = passing.verdict.modes
    metric = mode.metrics[0]
    facts = {**reports.evidence(metric), "anchor": "v1.2", "tolerance": 0.02}
    kept = reports.finding(
        Reason.ANCHOR_KEPT, Ruling.PASS, facts, mode=mode.name, metric=metric.name
    )
    held = replace(mode, findings=(*mode.findings, kept))
    verdict = replace(passing.verdict, modes=(held, *others))
    text = " ".join(shown(replace(passing, verdict=verdict)).split())
    assert "is not worse than at the anchor v1.2 by more than the 0.02" in text


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_exhibits_are_whole_at_every_width(width: int) -> None:
    squeezed = "".join(shown(shown_reports.everything(), width).split())
    wanted = (
        *("notstarted", "in20steps", "2.30259"),
        *("complexity120to131", "asexpected", "notbeatenbythebranch"),
        "Thepageshowsmore:",
    )
    assert [one for one in wanted if one not in squeezed] == []


def test_a_long_ladder_is_counted_to_its_end() -> None:
    made = reports.passing()
    rungs = tuple(Rung(f"stage{at}", "training", Ruling.PASS) for at in range(15))
    report = replace(made, verdict=replace(made.verdict, rungs=rungs))
    text = shown(report)
    assert "and 3 more" in text
    assert "stage12" not in text
    assert "seen" not in text.partition("stage0")[0]


def test_names_in_exhibits_cannot_steer_the_terminal() -> None:
    text = shown(shown_reports.hostile_exhibits())
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_who_accepted_a_finding_stands_below_it_with_the_end_and_the_reason() -> None:
    text = shown(accepted_reports.accepted(), 200)
    assert "SAFE TO MERGE, WITH 4 ACCEPTED FINDINGS" in text
    said = "Accepted by @ada, until 2026-11-28 10:30 UTC: slower, but the data is right"
    assert said in text
    assert "Accepted by @grace, as long as commit 9e8d7c6b5a is the head: for" in text
    assert "Accepted by @grace, without an end: for the release" in text
    assert accepted_reports.ELSE.reason not in text
