"""Orders that leave nothing to run: kept, for the base may move, and answered."""

from dataclasses import replace

import pytest

from bot.app.pulls.commands.answered import decided
from bot.domain.commands import Ablate, Command, More, Retry
from bot.domain.github import Reaction
from bot.domain.verdict import (
    ChangeEffect,
    ChangeVerdict,
    Override,
    Reason,
    Report,
    Ruling,
)
from bot.presentation.github.known import Known
from tests.fakes import knowns, reports
from tests.unit.app.pulls.test_commanding import Bench

ORDERS = [
    ("more", "No seeds are added", More(5)),
    ("retry", "there is nothing to repeat", Retry()),
    ("ablate", "The branch is one change", Ablate()),
]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def judged(report: Report) -> Known:
    """What is said of the head is a verdict, and this its report."""
    said = knowns.of(report)
    assert said.standing is not None
    return replace(said, standing=replace(said.standing, task="of-an-evaluation"))


def lacking(report: Report, reason: Reason) -> Report:
    """The same, and something of it was not done."""
    found = reports.finding(reason, Ruling.UNDECIDED, {"lost": 1, "first": "gone"})
    verdict = replace(report.verdict, findings=(*report.verdict.findings, found))
    return replace(report, verdict=verdict)


@pytest.mark.parametrize(("verb", "told", "order"), ORDERS)
def test_an_order_that_has_nothing_to_do_after_a_block_is_told_so_and_kept(
    bench: Bench, verb: str, told: str, order: Command
) -> None:
    bench.desk.told, bench.desk.parts = judged(reports.blocking()), ("9e8d7c6",)
    bench.says(f"/gate {verb}")
    assert bench.commands() == [order]
    assert bench.reactions() == [Reaction.REFUSED]
    assert told in bench.reply()


@pytest.mark.parametrize("verb", ["more", "retry", "ablate"])
def test_an_order_that_may_have_trials_run_is_done_without_words(
    bench: Bench, verb: str
) -> None:
    bench.desk.told = judged(lacking(reports.undecided(), Reason.TRIALS_LOST))
    bench.desk.parts = ("9e8d7c6", "4f1c9a7")
    bench.says(f"/gate {verb}")
    assert bench.replies() == []


@pytest.mark.parametrize("reason", [Reason.BUDGET_SPENT, Reason.NARROWED])
def test_a_retry_of_what_was_cut_short_is_done_without_words(
    bench: Bench, reason: Reason
) -> None:
    bench.desk.told = judged(lacking(reports.blocking(), reason))
    bench.says("/gate retry")
    assert bench.replies() == []


@pytest.mark.parametrize("verb", ["more", "retry"])
def test_nothing_is_told_by_what_is_no_verdict_or_is_judged_anew(
    bench: Bench, verb: str
) -> None:
    bench.desk.told = knowns.of(reports.blocking())
    bench.says(f"/gate {verb}")
    bench.desk.told, bench.desk.anew = judged(reports.blocking()), True
    bench.says(f"/gate {verb}")
    assert bench.replies() == []


def test_an_order_after_one_that_sets_trials_going_is_not_told_to_be_idle(
    bench: Bench,
) -> None:
    bench.desk.told = judged(reports.blocking())
    bench.says("/gate run\n/gate more")
    assert bench.replies() == []


def test_seeds_may_be_run_where_an_acceptance_or_a_change_left_something_open() -> None:
    said = judged(reports.blocking())
    report = said.report
    assert report is not None
    assert decided(said)
    lifted = replace(report, accepted=(Override("x-00000000", "max", "we know"),))
    assert not decided(replace(said, report=lifted))
    effect = ChangeEffect("mlp", "test_loss", Ruling.UNDECIDED, None)
    changes = (ChangeVerdict("9e8d7c6", (effect,)),)
    half = replace(report, verdict=replace(report.verdict, changes=changes))
    assert not decided(replace(said, report=half))
