"""What a pull request's life costs in calls of GitHub, at the pace of people.

Hours lie between what happens, so nothing is known any more from the minute before.
"""

from collections import Counter
from pathlib import Path

from bot.domain.conclusions import Judged
from bot.domain.github import Pull
from bot.domain.verdict import Report
from bot.presentation.github import Queued
from tests.fakes import reports
from tests.fakes.yard import Yard, yard

HOUR_S = 3600.0
MOST = 12
FREE = {"git_token", "their_now", "repository"}
"""No calls, or told by sweeps: a sweep every few minutes lists all repositories."""
SHARED = {"permission"}
"""Asked once an hour of each person, whatever they open."""


def passes(one: Yard, hours: float) -> None:
    """Time passes, and sweeps go on."""
    one.clock.now += hours * HOUR_S
    one.reconciler.sweep()
    one.works()
    one.asked()


def ends(one: Yard, pull: Pull, report: Report) -> None:
    """The evaluation ends; that wakes the pull request, and GitHub has no news."""
    one.evaluations.ends(one.key(pull), Judged(report.verdict), report)
    one.reach.known.woke(one.key(pull))
    one.works(pull)


def gets_on(one: Yard, pull: Pull, place: int) -> None:
    one.evaluations.gets_on(one.key(pull), Queued(place))
    one.reach.known.woke(one.key(pull))
    one.works(pull)


def counted(one: Yard) -> Counter[str]:
    return Counter(call for call in one.asked() if call not in FREE)


def test_a_life_at_people_s_pace_takes_twelve_calls(tmp_path: Path) -> None:
    one = yard(tmp_path)
    done = Counter({"eyes, a reply and a thumb of one command": 3})
    passes(one, 0)
    pull = one.opens()
    one.works(pull)
    ends(one, pull, reports.blocking())
    done += counted(one)
    passes(one, 5)
    one.pushes(pull, "print(3)\n")
    one.works(pull)
    ends(one, pull, reports.passing())
    done += counted(one)
    passes(one, 5)
    one.lands(pull, one.commits({"train.py": "print(3)\n"}))
    one.bases.look(one.place, ["main"], {})
    one.works()
    done += counted(one)
    shared = sum(done.pop(name, 0) for name in SHARED)
    assert done.total() <= MOST, done
    assert shared <= 2


def test_how_far_trials_are_costs_one_call_each_time_it_is_shown(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    passes(one, 0)
    pull = one.opens()
    one.works(pull)
    counted(one)
    costs = []
    for place in (9, 5, 1):
        gets_on(one, pull, place)
        costs.append(dict(counted(one)))
    assert costs == [{"create_comment": 1}, {"edit_comment": 1}, {"edit_comment": 1}]
    assert one.run(pull.head.sha).status == "queued"


def test_a_base_that_moves_is_no_news_of_its_pull_requests(tmp_path: Path) -> None:
    one = yard(tmp_path)
    passes(one, 0)
    pull = one.opens()
    one.works(pull)
    counted(one)
    one.commits({"train.py": "print(4)\n"})
    one.bases.look(one.place, ["main"], {})
    assert one.due() == [pull.number]
    one.works()
    assert "pull" not in counted(one)
