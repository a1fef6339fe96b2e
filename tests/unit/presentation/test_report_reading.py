"""A kept report is read back as it was written, or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.arms import Branch
from bot.domain.verdict import Apart, Report
from bot.presentation.headline import all_findings, headline
from bot.presentation.report_json import document
from bot.presentation.report_reading import report_of, runs_lost
from tests.fakes import (
    accepted_reports,
    grouped_reports,
    reports,
    shown_reports,
    wide_reports,
)
from workers.contract import Infra, InfraReason

REPORTS: dict[str, Callable[[], Report]] = {
    "passing": reports.passing,
    "accepted": accepted_reports.accepted,
    "blocking": reports.blocking,
    "undecided": reports.undecided,
    "speedrun": reports.speedrun,
    "conflict": reports.conflict,
    "hostile": reports.hostile,
    "accepted_hostile": accepted_reports.hostile_accepted,
    "everything": shown_reports.everything,
    "grouped": grouped_reports.grouped,
    "wide": wide_reports.hostile_changes,
}


def kept(report: Report) -> dict[str, Any]:
    """The document, as it comes from a database."""
    whole: dict[str, Any] = json.loads(json.dumps(document(report), allow_nan=False))
    return whole


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_read_says_the_same_of_findings_and_metrics(name: str) -> None:
    report = REPORTS[name]()
    read = report_of(kept(report))
    assert read is not None
    assert all_findings(read) == all_findings(report)
    assert headline(read) == headline(replace(report, verdict=read.verdict))
    assert (read.provenance, read.cost) == (report.provenance, report.cost)
    assert set(read.accepted) == set(report.accepted)
    for one, other in zip(read.verdict.modes, report.verdict.modes, strict=True):
        assert replace(one, findings=other.findings, behaviour=other.behaviour) == other


def test_how_a_branch_is_taken_apart_is_read_where_the_report_says_it() -> None:
    report = replace(reports.passing(), apart=Apart(asked=True, found=3))
    written = kept(report)
    read = report_of(written)
    assert read is not None
    assert read.apart == report.apart
    del written["apart"]
    earlier = report_of(written)
    assert earlier is not None
    assert earlier.apart == Apart()


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_read_would_be_written_again(name: str) -> None:
    written = kept(REPORTS[name]())
    read = report_of(written)
    assert read is not None
    again = kept(read)
    same = ("evaluation", "stages", "provenance", "verdict", "head", "findings", "cost")
    for key in same:
        assert again[key] == written[key]
    assert [one["id"] for one in again["changes"]] == [
        one["id"] for one in written["changes"]
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.update(schema_version=2),
        lambda one: one.update(verdict="maybe"),
        lambda one: one.pop("findings"),
        lambda one: one["findings"][0]["evidence"].update(reason="of_tomorrow"),
        lambda one: one["findings"][0].update(kind="omen"),
        lambda one: one["findings"][0].update(evidence=None),
        lambda one: one["modes"]["mlp"]["metrics"]["test_loss"].update(ci=[1]),
        lambda one: one["modes"]["mlp"].update(looks=None),
        lambda one: one.update(modes=[]),
    ],
    ids=(
        *("version", "verdict", "findings", "reason", "kind", "evidence"),
        *("interval", "looks", "modes"),
    ),
)
def test_what_is_not_understood_is_no_report(
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    written = kept(reports.blocking())
    spoil(written)
    assert report_of(written) is None


def test_a_run_that_a_machine_lost_is_known_whatever_is_found_of_it() -> None:
    report = reports.passing()
    assert not runs_lost(kept(report))
    gone = reports.trial(Branch(), "mlp", 9, Infra(InfraReason.AGENT, "gone"))
    assert runs_lost(kept(replace(report, trials=(*report.trials, gone))))


def test_a_field_of_a_later_version_is_left_alone() -> None:
    written = kept(reports.passing())
    written["provenance"]["moon"] = "full"
    written["weather"] = "fine"
    read = report_of(written)
    assert read is not None
    assert read.provenance == reports.passing().provenance
