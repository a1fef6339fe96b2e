"""The App ends in the middle of things: nothing is lost, and nothing is there twice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.app.pulls.ports import Queued, Remote
from bot.domain.pulls.posts import CheckPost, StickyPost
from tests.app.stage import Stage, behaving, staged, sweeps
from tests.fakegithub.faults import Fault
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until


class Killed(BaseException):
    """The process is gone at this very point."""


class LostCommit:
    """The outbox of a process that dies after a call, before it is written down."""

    def __init__(self, outbox: Any, kind: type, stage: Stage) -> None:
        self._outbox, self._kind, self._stage = outbox, kind, stage
        self.died = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def sent(self, one: Queued, remote: Remote | None) -> None:
        self._die(one)
        self._outbox.sent(one, remote)

    def later(
        self, one: Queued, at: float, why: str, remote: Remote | None = None
    ) -> None:
        if remote is not None:
            self._die(one)
        self._outbox.later(one, at, why, remote)

    def _die(self, one: Queued) -> None:
        if self.died or not isinstance(one.post, self._kind):
            return
        self.died = True
        raise Killed


def dies_after(stage: Stage, kind: type) -> LostCommit:
    """The App dies after the first call for such a post."""
    return stage.posts_through(lambda outbox: LostCommit(outbox, kind, stage))


def test_a_check_run_whose_making_was_never_written_down_is_adopted(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        lost = dies_after(stage, CheckPost)
        pull = stage.proposes("idea", BETTER)
        until(lambda: lost.died, "the App dies")
        stage.end()
        stage.begin()
        stage.concluded(pull.head.sha, "success")
        assert stage.calls("checks/create") == 1
        stage.page(pull)


def test_a_comment_whose_making_was_never_written_down_is_adopted(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        lost = dies_after(stage, StickyPost)
        pull = stage.proposes("idea", BETTER)
        until(lambda: lost.died, "the App dies")
        stage.end()
        stage.begin()
        stage.concluded(pull.head.sha, "success")
        assert "running" not in stage.sticky(pull).body.splitlines()[1]
        assert stage.calls("issues/create-comment") == 1
        stage.page(pull)


def held(stage: Stage, hold: Path) -> Pull:
    """A branch of which trials run, until there is such a file."""
    pull = stage.proposes("idea", replace(BETTER, hold=str(hold)))
    until(lambda: len(stage.crew.ran) >= 2, "trials run")
    stage.shows(pull.head.sha, "in_progress")
    return pull


def passed_once(stage: Stage, pull: Pull) -> None:
    """It passes in the end, and no trial was paid twice for that."""
    stage.concluded(pull.head.sha, "success")
    assert len(stage.crew.ran) == len(set(stage.crew.ran))
    stage.page(pull)


def test_trials_that_ran_when_it_ended_are_taken_up_and_none_is_paid_twice(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        hold = tmp_path / "hold"
        pull = held(stage, hold)
        stage.end()
        hold.touch()
        stage.begin()
        passed_once(stage, pull)


def test_a_github_that_fails_as_it_begins_anew_costs_no_trial(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        hold = tmp_path / "hold"
        pull = held(stage, hold)
        stage.end()
        stage.fake.faults.plan(Fault("pulls/get", "503"))
        stage.begin()
        until(lambda: not stage.fake.faults.pending, "the fault strikes")
        swept = stage.calls("apps/list-installations")
        until(lambda: sweeps(stage) > swept + 5, "it sweeps, and sweeps again")
        assert stage.crew.cancelled == []
        hold.touch()
        stage.looks(pull)  # now, and not in half a minute
        passed_once(stage, pull)


def test_a_sweep_that_outlives_the_app_ends_no_trial(tmp_path: Path) -> None:
    """What was carried on is let go by then, and the next one goes on with it."""
    with staged(tmp_path) as stage:
        hold = tmp_path / "hold"
        pull, app = held(stage, hold), stage.app_now
        stage.end()
        app.holding.sweep(app.heirs.leads)  # its last words
        stage.begin()
        until(stage.app_now.evaluations.carried, "it is gone on with")
        assert stage.crew.cancelled == []
        hold.touch()
        passed_once(stage, pull)


def test_progress_is_not_taken_back_by_a_restart(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        stage.shows(pull.head.sha, "in_progress")
        until(lambda: stage.comments(pull), "the comment")
        stage.end()
        stage.begin()
        until(stage.app_now.evaluations.busy, "it is taken up")
        assert stage.run(pull.head.sha).status == "in_progress"
        stage.crew.going.set()
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_push_while_it_was_down_supersedes_the_old_head(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", WORSE)
        old = pull.head.sha
        stage.shows(old, "in_progress")
        stage.end()
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.begin()
        stage.crew.going.set()
        stage.concluded(new, "success")
        assert stage.run(old).conclusion == "cancelled"
        stage.page(pull)


def test_the_comment_that_is_edited_is_one_whatever_happens(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        first = stage.sticky(pull)
        forged = stage.bob.comments(stage.quick, pull, first.body)
        stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.concluded(pull.head.sha, "success")
        assert stage.sticky(pull).id == first.id
        assert stage.quick.comments[forged.id].app_id is None
        stage.ann.deletes_comment(stage.quick, stage.sticky(pull))
        stage.bob.pushes(stage.quick, "idea", behaving("third", WORSE))
        stage.concluded(pull.head.sha, "failure")
        assert stage.sticky(pull).id not in (first.id, forged.id)
        stage.end()
        stage.begin()
        stage.bob.pushes(stage.quick, "idea", behaving("fourth", BETTER))
        stage.concluded(pull.head.sha, "success")
        assert stage.sticky(pull).id != forged.id
        with stage.town.world.lock:
            heads = {run.head_sha for run in stage.quick.runs.values()}
        for sha in heads:
            assert stage.run(sha).status == "completed"
        stage.page(pull)
