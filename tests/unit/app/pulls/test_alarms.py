"""Drift alarms: one issue of a branch in a week, and never without a reason."""

from dataclasses import replace

import pytest

from bot.app.pulls.beside.alarms import QUIET_S, Alarms, moved_in
from bot.app.replicating import Moved
from bot.domain.github import Place
from bot.domain.pulls.posts import IssuePost
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.findings import finding
from tests.fakes import reports
from tests.fakes.pulls import MemoryPulls

HERE, MOVED = Place(1, 2), Moved(("mlp", "loss"), 7.5, 5.0, 0.0)
DAY_S = 86_400.0


class Listening:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.store = MemoryPulls(lambda: self.now)
        self.alarms = Alarms(self.store, lambda: self.now)

    def hears(self, *moved: Moved, place: Place = HERE, branch: str = "main") -> None:
        self.alarms.heard(place, branch, moved)

    def issues(self) -> list[IssuePost]:
        posts = [row.post for row in self.store.outbox.values()]
        return [one for one in posts if isinstance(one, IssuePost)]


@pytest.fixture
def ear() -> Listening:
    return Listening()


def test_a_baseline_that_moves_is_an_issue_that_names_it(ear: Listening) -> None:
    ear.hears(MOVED)
    (issue,) = ear.issues()
    assert "main" in issue.title
    assert "mlp / loss" in issue.title
    assert "7.5" in issue.body
    assert issue.body.startswith(issue.marker)


def test_nothing_is_said_where_nothing_moves(ear: Listening) -> None:
    ear.hears()
    assert ear.issues() == []


def test_nothing_more_is_said_of_it_for_a_week(ear: Listening) -> None:
    ear.hears(MOVED)
    ear.now += QUIET_S - 1.0
    ear.alarms = Alarms(ear.store, lambda: ear.now)  # after a restart
    ear.hears(MOVED)
    assert len(ear.issues()) == 1
    ear.now += 1.0
    ear.hears(MOVED)
    assert len({one.marker for one in ear.issues()}) == 2


def test_branches_and_repositories_have_each_their_own(ear: Listening) -> None:
    ear.hears(MOVED)
    ear.hears(MOVED, branch="release")
    ear.hears(MOVED, place=replace(HERE, repository=3))
    assert len({one.marker for one in ear.issues()}) == 3


def drift(**evidence: float | str) -> Finding:
    return finding(Reason.DRIFT, Ruling.INFO, evidence, mode="mlp", metric="loss")


def test_an_evaluation_that_finds_it_says_so_too() -> None:
    full = reports.passing()
    whole, broken = drift(cusum=7.5, threshold=5.0), drift(cusum="much")
    verdict = replace(full.verdict, findings=(whole, broken))
    assert list(moved_in(replace(full, verdict=verdict))) == [MOVED]
    assert list(moved_in(full)) == []
