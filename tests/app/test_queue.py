"""Merge queues: what would land is judged on its own commit before it lands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.app.stage import Stage, behaving, staged
from tests.fakegithub.records import CheckRun, MergeGroup, Pull
from tests.samples.quick import BETTER
from tests.waiting import until

PAIR = '''\
"""Pretends to train; two settings that are harmless alone are harmful together."""

import random
import sys

import rate
import width

options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
harm = 0.3 if rate.DOUBLED and width.DOUBLED else 0.0
print("step 1 loss", 1.0 + harm + random.Random(options["--seed"]).gauss(0.0, 0.01))
'''
"""Each branch changes one of two files; git merges them without a conflict."""


def pair() -> dict[str, str]:
    """The files of a repository in which two changes do harm only together."""
    return {"train.py": PAIR, **doubled("rate", "False"), **doubled("width", "False")}


def doubled(setting: str, value: str = "True") -> dict[str, str]:
    """One of the two settings."""
    return {f"{setting}.py": f"DOUBLED = {value}\n"}


@contextmanager
def queued(folder: Path, files: dict[str, str] | None = None) -> Iterator[Stage]:
    """A stage whose base has a merge queue that wants our check; all runs are read."""
    with staged(folder, files=files) as stage:
        stage.ann.requires_check(
            stage.quick, "main", "seedgate", stage.app.id, seen=False
        )
        stage.ann.opens_queue(stage.quick, "main")
        yield stage
        stage.quiet()
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)
        for run in list(stage.quick.runs.values()):
            stage.town.reader.read_run(run)


def passed(stage: Stage, branch: str, files: dict[str, str] | None = None) -> Pull:
    """Bob opens a pull request that passes."""
    stage.bob.pushes(stage.quick, branch, files or behaving(branch, BETTER))
    pull = stage.bob.opens_pull(stage.quick, branch)
    stage.concluded(pull.head.sha, "success")
    return pull


def moves_base(stage: Stage) -> None:
    """Ann pushes to the base; it was run ahead when this returns."""
    stage.ann.pushes(stage.quick, "main", {"other.py": "print('other')\n"})
    stage.quiet()
    until(lambda: not stage.app_now.warming.busy(), "the base was run ahead")


def in_queue(stage: Stage) -> list[MergeGroup]:
    """The groups that wait, first first."""
    with stage.town.world.lock:
        return [one for one in stage.quick.queue if one.destroyed is None]


def said_of(stage: Stage, group: MergeGroup, conclusion: str) -> CheckRun:
    """What the one check run of a group says in the end."""
    return stage.concluded(group.head_sha, conclusion)


def test_what_passed_is_queued_answered_and_merged_by_the_queue(tmp_path: Path) -> None:
    with queued(tmp_path) as stage:
        pull = passed(stage, "idea")
        stage.crew.going.clear()  # nothing can be trained from here on
        before = stage.sticky(pull).body
        group = stage.bob.queues(stage.quick, pull)
        run = said_of(stage, group, "success")
        assert run.output["title"] == f"Judged before as #{pull.number}"
        assert stage.town.runs_queue(stage.quick) == [pull.number]
        stage.quiet()
        assert pull.merged_at is not None
        assert stage.run(group.head_sha).conclusion == "success"
        assert stage.sticky(pull).body == before
        assert stage.quick.issues == {}


def test_two_changes_that_do_harm_only_together_do_not_land_together(
    tmp_path: Path,
) -> None:
    with queued(tmp_path, pair()) as stage:
        first = passed(stage, "rate", doubled("rate"))
        second = passed(stage, "width", doubled("width"))
        groups = [stage.bob.queues(stage.quick, one) for one in (first, second)]
        said_of(stage, groups[0], "success")
        run = said_of(stage, groups[1], "failure")
        assert "loss got worse in quick" in run.output["title"]
        assert "gives a link" not in run.output["summary"]  # no command tells of it
        assert stage.town.runs_queue(stage.quick) == [first.number]
        stage.quiet()
        assert (first.state, second.state) == ("closed", "open")
        assert in_queue(stage) == []


def test_a_group_on_a_base_that_moved_is_judged_anew_and_lands(tmp_path: Path) -> None:
    with queued(tmp_path, pair()) as stage:
        pull = passed(stage, "rate", doubled("rate"))
        moves_base(stage)
        ran = len(stage.crew.ran)
        group = stage.bob.queues(stage.quick, pull)
        run = said_of(stage, group, "success")
        assert not run.output["title"].startswith("Judged before")
        assert len(stage.crew.ran) > ran
        assert stage.town.runs_queue(stage.quick) == [pull.number]
        stage.quiet()
        assert "[!NOTE]" not in stage.sticky(pull).body
        assert stage.quick.issues == {}


def test_trials_of_a_group_that_is_taken_away_are_stopped(tmp_path: Path) -> None:
    with queued(tmp_path) as stage:
        hold, ledger = tmp_path / "hold", tmp_path / "ledger"
        hold.touch()
        slow = replace(BETTER, hold=str(hold), ledger=str(ledger))
        pull = passed(stage, "idea", behaving("idea", slow))
        moves_base(stage)
        hold.unlink()  # from here on no trial of the branch ends
        begun = ledger.read_text().count("start")
        group = stage.bob.queues(stage.quick, pull)
        until(lambda: ledger.read_text().count("start") > begun, "a trial of the group")
        stage.bob.dequeues(stage.quick, pull)
        run = said_of(stage, group, "cancelled")
        assert run.output["title"] == "The merge group is gone"
        store = stage.app_now.store
        until(lambda: not store.wishing(), "nobody wants its trials")
        until(lambda: stage.crew.cancelled, "its trials are stopped")
        assert stage.run(pull.head.sha).conclusion == "success"


def test_a_group_made_anew_is_answered_on_its_new_commit(tmp_path: Path) -> None:
    with queued(tmp_path, pair()) as stage:
        first = passed(stage, "rate", doubled("rate"))
        second = passed(stage, "notes", {"other.py": "print('other')\n"})
        stage.crew.going.clear()
        stage.bob.queues(stage.quick, first)
        behind = stage.bob.queues(stage.quick, second)
        stage.shows(behind.head_sha, "in_progress")
        stage.bob.dequeues(stage.quick, first)
        (again,) = in_queue(stage)
        assert again.head_sha != behind.head_sha
        run = said_of(stage, again, "success")
        assert run.output["title"] == f"Judged before as #{second.number}"
        assert stage.run(behind.head_sha).conclusion == "cancelled"
        stage.crew.going.set()
        assert stage.town.runs_queue(stage.quick) == [second.number]


def test_a_group_is_gone_on_with_after_a_restart(tmp_path: Path) -> None:
    with queued(tmp_path, pair()) as stage:
        pull = passed(stage, "rate", doubled("rate"))
        moves_base(stage)
        stage.crew.going.clear()
        group = stage.bob.queues(stage.quick, pull)
        stage.shows(group.head_sha, "in_progress")
        stage.end()
        stage.begin()
        stage.crew.going.set()
        said_of(stage, group, "success")
        assert len(stage.crew.ran) == len(set(stage.crew.ran))
        assert stage.town.runs_queue(stage.quick) == [pull.number]


def test_a_group_that_was_asked_for_while_it_was_down_is_answered(
    tmp_path: Path,
) -> None:
    with queued(tmp_path) as stage:
        pull = passed(stage, "idea")
        stage.end()
        group = stage.bob.queues(stage.quick, pull)
        stage.deliveries.settle()
        stage.begin()
        said_of(stage, group, "success")
        assert stage.town.runs_queue(stage.quick) == [pull.number]


def taken_away_while_down(stage: Stage, pull: Pull) -> MergeGroup:
    """Its group is judged as the App ends, and is no more as it begins anew."""
    group = stage.bob.queues(stage.quick, pull)
    stage.shows(group.head_sha, "in_progress")
    stage.end()
    stage.bob.dequeues(stage.quick, pull)
    stage.deliveries.settle()
    stage.begin()
    return group


def test_a_group_that_was_taken_away_while_it_was_down_leaves_no_trial(
    tmp_path: Path,
) -> None:
    with queued(tmp_path, pair()) as stage:
        pull = passed(stage, "rate", doubled("rate"))
        moves_base(stage)
        stage.crew.going.clear()
        group = taken_away_while_down(stage, pull)
        said_of(stage, group, "cancelled")
        until(lambda: not wishing(stage), "nobody wants its trials")


def test_so_does_it_where_others_are_judged_all_the_while(tmp_path: Path) -> None:
    with queued(tmp_path, pair()) as stage:
        pull = passed(stage, "rate", doubled("rate"))
        moves_base(stage)
        stage.crew.going.clear()
        stage.bob.pushes(stage.quick, "width", doubled("width"))
        other = stage.bob.opens_pull(stage.quick, "width")
        stage.shows(other.head.sha, "in_progress")
        (judged,) = wishing(stage)
        group = taken_away_while_down(stage, pull)
        stage.ends(group.head_sha, "cancelled")
        until(lambda: wishing(stage) == [judged], "nobody wants its trials")
        stage.crew.going.set()
        stage.concluded(other.head.sha, "success")
        assert len(stage.crew.ran) == len(set(stage.crew.ran))


def wishing(stage: Stage) -> list[str]:
    """Whose trials are wanted; what nobody carries on is withdrawn by sweeps."""
    stage.app_now.sweep_soon(stage.installation.id)
    return list(stage.app_now.store.wishing())


def test_nothing_of_an_outsider_runs_in_a_group_nor_on_top_of_it(
    tmp_path: Path,
) -> None:
    with staged(tmp_path, files=pair()) as stage:
        stage.ann.opens_queue(stage.quick, "main")  # and requires no check
        mine = passed(stage, "width", doubled("width"))
        carl = stage.carl()
        fork = carl.forks(stage.quick)
        carl.pushes(fork, "rate", doubled("rate"))
        theirs = carl.opens_pull(stage.quick, "rate", source=fork)
        stage.concluded(theirs.head.sha, "action_required")
        stage.quiet()
        ran = len(stage.crew.ran)
        below = stage.ann.queues(stage.quick, theirs)
        above = stage.ann.queues(stage.quick, mine)
        for group in (below, above):
            said_of(stage, group, "action_required")
        assert len(stage.crew.ran) == ran
        assert not stage.app_now.store.wishing()
        for pull in (mine, theirs):
            stage.page(pull)
