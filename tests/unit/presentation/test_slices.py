"""Slices stand under their metric, worst first, and twenty of them stay readable."""

from dataclasses import replace

import pytest

from bot.domain.policy import Role
from bot.domain.verdict import ModeVerdict, Report, Ruling
from bot.presentation.listing import finding_rows, trial_row
from bot.presentation.markdown import comment
from bot.presentation.rows import metric_rows
from bot.presentation.slices import SliceTable, slice_table
from tests.fakes import reports, wide_reports


def mode_of(report: Report) -> ModeVerdict:
    return report.verdict.modes[0]


def table(count: int, worse: int = 0) -> SliceTable:
    found = slice_table(mode_of(wide_reports.sliced(count, worse)), "test_loss")
    assert found is not None
    return found


def test_slices_have_no_rows_among_the_metrics() -> None:
    rows = metric_rows(mode_of(wide_reports.sliced()))
    assert [one.name for one in rows] == ["test_loss", "peak_vram_mb"]


def test_a_slice_of_a_metric_that_is_not_there_has_a_row_of_its_own() -> None:
    alone = wide_reports.slice_of("other", "night", 0.0)
    rows = metric_rows(reports.mode("mlp", Ruling.PASS, (alone,)))
    assert [one.name for one in rows] == ["other/night"]


def test_the_worst_slice_comes_first_by_its_short_name() -> None:
    found = table(20, worse=1)
    assert found.first[0].name == "night"
    assert found.first[0].row.state is Ruling.BLOCK
    assert [one.place for one in found.rows] == list(range(1, 21))


def test_a_slice_without_values_comes_before_those_that_have_some() -> None:
    mode = mode_of(wide_reports.sliced(3, worse=0))
    missing = replace(mode.metrics[2], d=None, low=None, high=None)
    metrics = (mode.metrics[0], mode.metrics[1], missing, *mode.metrics[3:])
    found = slice_table(replace(mode, metrics=metrics), "test_loss")
    assert found is not None
    assert found.first[0].row.effect == "-"


@pytest.mark.parametrize(
    ("count", "worse", "shown"),
    [(1, 0, 1), (8, 0, 8), (9, 0, 6), (20, 1, 6), (20, 9, 9), (40, 30, 12)],
)
def test_a_few_are_shown_whole_and_many_by_their_worst(
    count: int, worse: int, shown: int
) -> None:
    found = table(count, worse)
    assert len(found.first) == shown
    assert len(found.rows) == count


def test_what_is_folded_is_counted() -> None:
    assert table(20, worse=1).summary == "1 of 20 shown worse"
    assert table(20, worse=1).more == "14 more, none shown worse"
    assert table(20).summary == "none of 20 shown worse"
    assert table(40, worse=30).more == "28 more, 18 shown worse"


def test_the_rule_is_said_once_where_it_is_one() -> None:
    mode = mode_of(wide_reports.sliced(2, worse=0))
    assert table(2).rule == "each at most 0.01 worse"
    other = replace(mode.metrics[1], tolerance=0.02)
    metrics = (mode.metrics[0], other, *mode.metrics[2:])
    found = slice_table(replace(mode, metrics=metrics), "test_loss")
    assert found is not None
    assert found.rule == ""


def test_a_metric_without_slices_has_no_table() -> None:
    assert slice_table(mode_of(reports.passing()), "test_loss") is None


def test_a_kept_slice_says_no_more_than_its_row() -> None:
    rows = finding_rows(wide_reports.sliced(20, worse=1))
    assert sum(one.quiet for one in rows) == 19
    assert comment(wide_reports.sliced(20, worse=1)).count("- **pass**") == 2


def test_a_hundred_slices_are_cut_in_a_comment() -> None:
    text = comment(wide_reports.sliced(130, worse=0))
    assert "24 more slices are on the page" in text


def test_a_comment_names_the_failures_of_a_slice() -> None:
    mode = mode_of(wide_reports.sliced(2, worse=0))
    failed = replace(mode.metrics[1], failed_branch=2)
    metrics = (mode.metrics[0], failed, *mode.metrics[2:])
    changed = replace(mode, metrics=metrics)
    text = comment(reports.report(Ruling.PASS, (changed,)))
    assert "<br>0 of 6 baseline and 2 of 6 branch trials failed |" in text


def test_slices_whose_rules_differ_claim_no_common_one_in_a_comment() -> None:
    mode = mode_of(wide_reports.sliced(2, worse=0))
    metrics = (
        mode.metrics[0],
        replace(mode.metrics[1], tolerance=0.02),
        *mode.metrics[2:],
    )
    text = comment(reports.report(Ruling.PASS, (replace(mode, metrics=metrics),)))
    assert "**Slices of `test_loss`**: none of 2 shown worse." in text


def test_a_trial_counts_the_values_of_slices() -> None:
    trial = wide_reports.sliced().trials[0]
    assert trial_row(trial).values.endswith(", 20 values of slices")


def test_slices_that_nothing_was_asked_of_are_only_shown() -> None:
    mode = mode_of(wide_reports.sliced(20, worse=0))
    plain = {"state": Ruling.INFO, "reason": None, "role": Role.REPORT}
    slices = tuple(replace(one, **plain) for one in mode.metrics[1:])
    found = slice_table(replace(mode, metrics=(mode.metrics[0], *slices)), "test_loss")
    assert found is not None
    assert (found.summary, found.rule) == ("20 shown only, not judged", "")
    assert found.more == "14 more, not judged"
