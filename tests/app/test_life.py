"""A pull request's life, as people see it on GitHub."""

from dataclasses import replace
from pathlib import Path

from tests.app.stage import behaving, plain, staged
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until


def test_a_branch_that_is_worse_is_blocked(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        assert "loss got worse in quick" in run.output["title"]
        page = stage.page(pull)
        assert "[failure] seedgate (seedgate): Do not merge" in page
        assert "Seedgate: do not merge" in stage.sticky(pull).body


def test_a_branch_that_is_better_may_be_merged(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        stage.ann.requires_check(stage.quick, "main", "seedgate", stage.app.id)
        assert stage.merges(pull)
        stage.page(pull)


def test_nobody_can_merge_while_trials_run(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.ann.requires_check(
            stage.quick, "main", "seedgate", stage.app.id, seen=False
        )
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        stage.shows(pull.head.sha, "in_progress")
        assert not stage.merges(pull)
        stage.crew.going.set()
        stage.concluded(pull.head.sha, "success")
        assert stage.merges(pull)
        stage.page(pull)


def test_a_new_head_gets_its_run_at_once_and_the_old_one_is_cancelled(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        old = pull.head.sha
        stage.shows(old, "in_progress")
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", WORSE))
        stage.shows(new, "in_progress")
        over = stage.ends(old, "cancelled")
        assert new[:10] in plain(over.output["summary"])
        stage.crew.going.set()
        stage.concluded(new, "failure")
        assert stage.run(old).conclusion == "cancelled"
        stage.page(pull)


def test_trials_of_a_head_that_was_left_are_stopped(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        hold = tmp_path / "hold"
        slow = replace(BETTER, hold=str(hold))
        pull = stage.proposes("idea", slow)
        until(lambda: stage.crew.ran, "a trial runs")
        old = pull.head.sha
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        until(lambda: stage.crew.cancelled, "the old head's trials are stopped", 20)
        stage.concluded(new, "success")
        assert stage.run(old).conclusion == "cancelled"
        stage.page(pull)


def test_nothing_is_ever_said_on_the_commit_that_github_merges_to_try(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        assert pull.merge_commit_sha is not None
        with stage.town.world.lock:
            commits = {one.head_sha for one in stage.quick.runs.values()}
        assert commits == {pull.head.sha}
        stage.page(pull)
