"""Orders of which nothing could come: answered, and none of them kept."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.pulls.commands.answered import decided, lossless
from bot.domain.arms import Branch
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
from bot.presentation.report_json import document
from tests.fakes import knowns, reports
from tests.fakes.yard import files, yard
from tests.unit.app.pulls.test_commanding import Bench
from tests.unit.app.pulls.test_stopping import STAGED, Story
from workers.contract import Infra, InfraReason

ORDERS = [
    ("more", "No seeds are added"),
    ("retry", "there is nothing to repeat"),
    ("ablate", "The branch is one change"),
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


class Kept:
    """The one report that is kept."""

    def __init__(self, report: Report) -> None:
        self.text = json.dumps(document(report), allow_nan=False)

    def load_evaluation(self, _evaluation: str) -> str:
        return self.text

    def trained(self, _tree: str) -> Sequence[object]:
        return ()


def blocked(root: Path, given: Report | None = None) -> Story:
    """The head was blocked, and that report is kept."""
    one = yard(root, files(policy=STAGED))
    one.github.towns[one.place].roles[one.author.id] = "maintain"
    pull = one.opens()
    report = given or reports.blocking()
    place = replace(report.provenance, head_commit=pull.head.sha)
    report = replace(report, provenance=place)
    one.judges(pull, report=report)
    one.clock.now += 60.0
    return Story(one, pull, reports=Kept(report))


@pytest.mark.parametrize(("verb", "told"), ORDERS)
def test_an_order_that_has_nothing_to_do_after_a_block_is_told_so_and_not_kept(
    bench: Bench, verb: str, told: str
) -> None:
    bench.desk.told, bench.desk.parts = judged(reports.blocking()), ("9e8d7c6",)
    bench.says(f"/gate {verb}")
    assert bench.commands() == []
    assert bench.reactions() == [Reaction.REFUSED]
    assert told in bench.reply()


@pytest.mark.parametrize(
    ("report", "idle"),
    [(reports.baseline_broken(), True), (reports.undecided(), False)],
)
def test_seeds_are_added_to_what_is_open_only_where_they_would_be_run(
    tmp_path: Path, report: Report, idle: bool
) -> None:
    """The report is one that was kept, and read again."""
    one = blocked(tmp_path, report)
    begun, told = one.begun, Reaction.REFUSED if idle else Reaction.DONE
    assert one.says("/gate more 5") == told
    one.yard.works(one.pull)
    assert one.begun == begun + (not idle)


def test_of_a_broken_baseline_is_told_why_no_seeds_are_added(bench: Bench) -> None:
    bench.desk.told = judged(reports.baseline_broken())
    bench.says("/gate more 5")
    assert "No seeds are added: they are run where they could decide" in bench.reply()


@pytest.mark.parametrize("reason", [Reason.TRIALS_LOST, Reason.NARROWED])
def test_nor_are_they_refused_where_something_was_left_out(reason: Reason) -> None:
    known = judged(reports.baseline_broken())
    assert known.report is not None
    assert decided(known)
    assert not decided(replace(known, lost=True))
    assert not decided(replace(known, report=lacking(known.report, reason)))
    assert decided(
        replace(known, report=lacking(known.report, Reason.RUNG_SKIPPED)),
    )


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


@pytest.mark.parametrize("verb", ["more", "retry", "ablate"])
def test_an_order_that_has_nothing_to_do_leaves_the_verdict_as_it_is(
    tmp_path: Path, verb: str
) -> None:
    """No look takes it back for the time of a climb, and no stop finds a way to it."""
    one = blocked(tmp_path)
    begun = one.begun
    assert one.says(f"/gate {verb}") == Reaction.REFUSED
    one.stands()
    assert one.says(f"/gate {verb}\n/gate cancel") == Reaction.REFUSED
    one.yard.works(one.pull)
    assert (one.state, one.begun) == (("completed", "failure"), begun)


def test_seeds_that_were_not_added_are_not_added_on_the_next_base_either(
    tmp_path: Path,
) -> None:
    one = blocked(tmp_path)
    assert one.says("/gate more 7") == Reaction.REFUSED
    assert one.yard.store.acts(one.yard.key(one.pull)) == []


def test_a_draft_of_one_change_is_not_run_by_who_asks_for_its_changes(
    tmp_path: Path,
) -> None:
    root = yard(tmp_path, files(policy=STAGED))
    one = Story(root, root.opens())
    root.edits(one.pull, draft=True)
    root.works(one.pull)
    root.clock.now += 60.0
    assert one.says("/gate ablate") == Reaction.REFUSED
    one.stands()
    assert one.begun == 0


def test_nor_does_that_take_a_stop_back(tmp_path: Path) -> None:
    root = yard(tmp_path, files(policy=STAGED))
    one = Story(root, root.opens())
    root.works(one.pull)
    root.clock.now += 60.0
    one.stops()
    assert one.says("/gate ablate") == Reaction.REFUSED
    root.works(one.pull)
    assert one.state == ("completed", "cancelled")


def test_where_no_trial_has_to_run_an_order_opens_no_way_to_a_stop(
    tmp_path: Path,
) -> None:
    """The order is kept: it would be stopped on the next base, where trials have to."""
    root = yard(tmp_path, files(policy=STAGED))
    root.github.towns[root.place].roles[root.author.id] = "maintain"
    one = Story(root, root.opens())
    squashed = {"train.py": "print(2)\n"}
    root.mirrors.pushes(root.place, "main", squashed, message="The same, squashed")
    one.fetches()
    root.works(one.pull)
    root.clock.now += 60.0
    assert one.state == ("completed", "success")
    assert one.says("/gate retry") == Reaction.REFUSED
    assert one.says("/gate cancel") == Reaction.REFUSED
    root.commits({"train.py": "print(1)\n"})
    one.fetches()
    root.works(one.pull)
    assert (one.state, one.begun) == (("queued", None), 1)


def test_a_run_that_was_lost_is_repeated_though_no_finding_tells_of_it(
    tmp_path: Path,
) -> None:
    report = reports.blocking()
    gone = reports.trial(Branch(), "mlp", 9, Infra(InfraReason.AGENT, "gone"))
    one = blocked(tmp_path, replace(report, trials=(*report.trials, gone)))
    begun = one.begun
    assert one.says("/gate retry") == Reaction.DONE
    one.yard.works(one.pull)
    assert one.begun == begun + 1


@pytest.mark.parametrize(("why", "idle"), [("lost", False), ("failed", True)])
def test_a_reference_that_was_lost_is_repeated_and_one_that_failed_is_not(
    why: str, idle: bool
) -> None:
    said = judged(reports.blocking())
    assert said.report is not None
    verdict, evidence = said.report.verdict, {"name": "linear", "why": why}
    found = reports.finding(Reason.REFERENCE_UNMEASURED, Ruling.INFO, evidence)
    verdict = replace(verdict, findings=(*verdict.findings, found))
    told = replace(said, report=replace(said.report, verdict=verdict))
    assert lossless(told) is idle
