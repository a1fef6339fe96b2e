"""Two instances of the App on one store: one works, and the other takes over."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typing_extensions import override

from bot.adapters.github.lines import Answered, Lines, Request
from bot.adapters.store import SqlPulls, StoreError
from bot.compose.database import store_url
from bot.compose.serving.service import Service
from bot.domain.github import CommentDraft, Place, Secret
from tests.app.stage import Stage, behaving, staged
from tests.databases.postgres import Server, name_of
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until

SOON_S = 6.0
"""Seconds within which the other one is to lead."""
AWAY_S = 13.0


@dataclass
class Instance:
    """One App of the two; `close` ends it as SIGTERM does."""

    service: Service
    hook: str
    running: ExitStack

    @property
    def leads(self) -> bool:
        return self.service.leading.leads

    def close(self) -> None:
        self.running.close()


@dataclass
class Two:
    """The town with two instances; deliveries go to `first` until told otherwise."""

    stage: Stage
    first: Instance
    second: Instance

    def leader(self) -> Instance:
        """The one that leads, once there is exactly one."""
        both = (self.first, self.second)
        until(lambda: sum(one.leads for one in both) == 1, "one leader", SOON_S)
        return self.first if self.first.leads else self.second

    def standby(self) -> Instance:
        return self.second if self.leader() is self.first else self.first

    def takes(self, instance: Instance) -> None:
        """GitHub delivers to this one from here on."""
        self.stage.deliveries.settle()
        self.stage.app.hook_url = instance.hook


@contextmanager
def two(folder: Path, database: str | None) -> Iterator[Two]:
    with staged(folder, database=database) as stage, ExitStack() as stack:
        both = [instance(stage, stack)]
        until(lambda: both[0].leads, "the first to lead", SOON_S)
        both.append(instance(stage, stack))
        found = Two(stage, *both)
        found.takes(both[0])
        yield found
        found.takes(found.leader())
        stage.service = found.leader().service
        stage.quiet()
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)
        stage.service = None
        paid_once(stage)


def instance(stage: Stage, stack: ExitStack) -> Instance:
    """One more, beside the stage's own, which has ended."""
    stage.end()
    running = stack.enter_context(ExitStack())
    return Instance(*stage.instance(running), running)


def paid_once(stage: Stage) -> None:
    assert all(count == 1 for count in Counter(stage.crew.ran).values())


def cut(postgres: Server, url: str) -> None:
    """End the sessions by which the instances lead and carry evaluations on."""
    with postgres.session(name_of(url)) as session:
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype='advisory'"
        )
        session.execute(query)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The store: an SQLite file, or a PostgreSQL database."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("database_url")
    return url


def test_a_pull_requests_life_is_the_same_on_postgresql(
    tmp_path: Path, database_url: str
) -> None:
    with staged(tmp_path, database=database_url) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        assert "loss got worse in quick" in run.output["title"]
        assert "Seedgate: do not merge" in stage.sticky(pull).body
        stage.says(stage.bob, pull, "/gate status")
        assert "Do not merge" in stage.comments(pull)[-1].body
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.concluded(new, "success")
        paid_once(stage)
        stage.page(pull)


def test_webhooks_to_either_are_worked_on_by_one(
    tmp_path: Path, database: str | None
) -> None:
    with two(tmp_path, database) as both:
        stage = both.stage
        one = stage.proposes("one", WORSE)
        both.takes(both.standby())
        other = stage.proposes("other", BETTER)
        stage.ends(one.head.sha, "failure")
        stage.ends(other.head.sha, "success")
        both.takes(both.leader())
        answered(stage, one, "/gate status")
        both.takes(both.standby())
        answered(stage, other, "/gate status")
        for pull in (one, other):
            stage.run(pull.head.sha)
            stage.sticky(pull)


def answered(stage: Stage, pull: Pull, text: str) -> None:
    """A command gets one answer."""
    before = len(stage.comments(pull))
    stage.ann.comments(stage.quick, pull, text)
    until(lambda: len(stage.comments(pull)) > before, "an answer")
    assert len(stage.comments(pull)) == before + 1


def test_the_other_goes_on_where_the_leader_was_ended(
    tmp_path: Path, database: str | None
) -> None:
    with two(tmp_path, database) as both:
        stage = both.stage
        stage.crew.going.clear()
        pull = stage.proposes("idea", WORSE)
        stage.shows(pull.head.sha, "in_progress")
        leader, other = both.leader(), both.standby()
        both.takes(other)
        leader.close()
        until(lambda: other.leads, "the other to lead", SOON_S)
        stage.crew.going.set()
        stage.ends(pull.head.sha, "failure")


def test_a_leader_that_lost_its_session_is_followed_by_one(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    """Again and again, in the middle of trials and of what is said of them."""
    with two(tmp_path, database_url) as both:
        stage = both.stage
        stage.crew.going.clear()
        pulls = [stage.proposes(f"idea{n}", WORSE) for n in range(3)]
        for pull in pulls:
            stage.shows(pull.head.sha, "in_progress")
            cut(postgres, database_url)
        stage.crew.going.set()
        for pull in pulls:
            both.leader()
            answered(stage, pull, "/gate status")
            cut(postgres, database_url)
        for pull in pulls:
            stage.ends(pull.head.sha, "failure")
            stage.sticky(pull)


def test_a_call_that_a_lost_leader_has_on_its_way_is_not_made_twice(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    """Its check run comes to be when the other one leads already."""
    with two(tmp_path, database_url) as both:
        stage, leader, other = both.stage, both.leader(), both.standby()
        asker = leader.service.github._desk.asker
        asker._lines = slow = Slow(asker._lines)
        pull = stage.proposes("idea", WORSE)
        assert slow.begun.wait(20)
        follows(postgres, database_url, other)
        assert not leader.leads
        assert not leader.service.heirs.leads()  # what it had carried on is let go
        deadline = time.monotonic() + 2
        until(lambda: time.monotonic() > deadline, "the other to be at work")
        slow.go.set()
        stage.ends(pull.head.sha, "failure")


class Slow(Lines):
    """A way to GitHub on which check runs are made once they may be."""

    def __init__(self, lines: Lines) -> None:
        self._real = lines
        self.begun, self.go = threading.Event(), threading.Event()

    @override
    def send(self, credential: Secret | None, request: Request) -> Answered:
        if request.verb == "POST" and request.path.endswith("/check-runs"):
            self.begun.set()
            self.go.wait(30)
        return self._real.send(credential, request)


def test_a_leader_that_was_followed_unawares_writes_nothing_on_github(
    tmp_path: Path,
) -> None:
    """It was held up before its call went out, and has not noticed yet."""
    with staged(tmp_path) as stage:
        pull, app = stage.proposes("idea", BETTER), stage.app_now
        stage.concluded(pull.head.sha, "success")
        before = stage.comments(pull)
        place = Place(stage.installation.id, stage.quick.id)
        draft = CommentDraft(pull.number, "Late", "Late")
        other = SqlPulls(store_url(stage.settings()), time.time)
        other.reign()
        with pytest.raises(StoreError, match="Another instance leads"):
            app.github.create_comment(place, draft, again=False)
        other.close()
        app.pulls.reign()
        assert stage.comments(pull) == before
        stage.sticky(pull)
        stage.page(pull)


def follows(postgres: Server, database_url: str, other: Instance) -> None:
    """Have the other one lead: whoever asks first after a cut does."""

    def cut_until_it_does() -> bool:
        if not other.leads:
            cut(postgres, database_url)
        return other.leads

    patiently(cut_until_it_does)


def patiently(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up
        pause.wait(0.6)


def test_trials_go_on_where_the_lead_changes_in_the_middle(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    """None is stopped, and none is run again."""
    with two(tmp_path, database_url) as both:
        stage, other = both.stage, both.standby()
        hold = tmp_path / "hold"
        pull = stage.proposes("idea", replace(WORSE, hold=str(hold)))
        until(lambda: stage.crew.ran, "a trial runs")
        follows(postgres, database_url, other)
        until(other.service.evaluations.busy, "the other to go on")
        assert stage.crew.cancelled == []
        hold.touch()
        stage.ends(pull.head.sha, "failure")


def test_a_server_that_is_away_for_a_while_costs_no_verdict(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    """For longer than any call of the store waits; trials are not run again."""
    with staged(tmp_path, database=database_url) as stage:
        stage.crew.rests()
        pull = stage.proposes("idea", BETTER)
        stage.shows(pull.head.sha, "in_progress")
        with postgres.down():
            deadline = time.monotonic() + AWAY_S
            until(lambda: time.monotonic() > deadline, "calls to give up")
        stage.crew.going.set()
        stage.concluded(pull.head.sha, "success")
        stage.sticky(pull)
        stage.page(pull)
        paid_once(stage)
