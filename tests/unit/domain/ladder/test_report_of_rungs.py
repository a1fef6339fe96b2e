"""A report shows the numbers of the last stage that was trained, and no mixture."""

import dataclasses

from bot.domain.arms import Branch
from bot.domain.verdict import Report, Ruling, Rung, Verdict
from tests.fakes import reports
from workers.contract import Ok

FAST = reports.trial(Branch(), "mlp", 0, Ok())
FULL = dataclasses.replace(FAST, stage="full")


def report(*rungs: Rung) -> Report:
    verdict = Verdict(Ruling.PASS, (), rungs=rungs)
    return Report("e", ("fast",), reports.PROVENANCE, verdict, trials=(FAST, FULL))


def test_only_trials_of_the_last_trained_stage_are_behind_the_metrics() -> None:
    tests = Rung("tests", "tests", Ruling.PASS)
    fast = Rung("fast", "training", Ruling.PASS)
    full = Rung("full", "training", Ruling.UNDECIDED)
    assert report(tests, fast, full).judged == (FULL,)
    skipped = dataclasses.replace(full, state=Ruling.INFO)
    assert report(tests, fast, skipped).judged == (FAST,)


def test_where_no_rung_trained_all_trials_are_shown() -> None:
    assert report().judged == (FAST, FULL)
