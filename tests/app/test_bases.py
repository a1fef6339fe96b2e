"""Bases that move on while pull requests wait."""

import time
from pathlib import Path

from bot.app.pulls.ports import Pin
from tests.app.stage import POLICY, plain, staged
from tests.samples.quick import WORSE, quick_policy

REJUDGE = quick_policy(rest="base_moved: rejudge\n")
OTHER = {"other.py": "print('another program')\n"}


def test_a_verdict_is_carried_over_where_training_sees_no_difference(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        stage.crew.going.clear()  # nothing can be trained from here on
        stage.ann.pushes(stage.quick, "main", {"README.md": "Read me.\n"})
        stage.looks(pull)
        stage.concluded(pull.head.sha, "success")
        assert "Judged against" not in stage.sticky(pull).body
        stage.page(pull)


def test_pointing_one_that_passed_at_a_stricter_base_closes_githubs_button(
    tmp_path: Path,
) -> None:
    """Until it is judged for that one; what has ended GitHub opens no more."""
    both = "branches: [main, release]\n"
    with staged(tmp_path, quick_policy(tolerance="10", rest=both)) as stage:
        stage.ann.pushes(stage.quick, "release", {POLICY: quick_policy(rest=both)})
        for base in ("main", "release"):
            app = stage.app.id
            stage.ann.requires_check(stage.quick, base, "seedgate", app, seen=False)
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "success")
        assert stage.merges(pull)
        stage.page(pull)
        stage.crew.going.clear()  # trials take long
        stage.bob.retargets(stage.quick, pull, "release")
        stage.shows(pull.head.sha, "in_progress")
        assert not stage.merges(pull)
        stage.crew.going.set()
        stage.concluded(pull.head.sha, "failure")
        assert not stage.merges(pull)
        stage.page(pull)


def test_a_verdict_stands_and_says_of_which_base_it_is(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        judged = pull.base.sha
        stage.crew.going.clear()  # nothing can be trained from here on
        stage.ann.pushes(stage.quick, "main", OTHER)
        stage.looks(pull)
        stage.quiet()
        run = stage.concluded(pull.head.sha, "success")
        said = f"Judged against the base at {judged[:10]}"
        assert said in plain(run.output["summary"])
        assert said in plain(stage.sticky(pull).body)
        stage.page(pull)


def test_a_policy_that_says_so_has_it_judged_again(tmp_path: Path) -> None:
    with staged(tmp_path, REJUDGE) as stage:
        pull = stage.passed()
        ran = len(stage.crew.ran)
        stage.ann.pushes(stage.quick, "main", OTHER)
        stage.quiet()
        stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) > ran
        assert "Judged against" not in stage.sticky(pull).body
        stage.page(pull)


def test_another_policy_on_the_base_has_it_judged_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        strict = quick_policy(tolerance="0.04")
        stage.ann.pushes(stage.quick, "main", {POLICY: strict})
        stage.quiet()
        run = stage.concluded(pull.head.sha, "success")
        assert "tolerance 0.04" in run.output["summary"]
        stage.page(pull)


def test_a_verdict_that_is_too_old_is_made_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        ran, key = len(stage.crew.ran), stage.key(pull)
        stage.ann.pushes(stage.quick, "main", OTHER)
        long_ago = time.time() - 15 * 86_400.0
        old = Pin(key, pull.head.sha, "main", pull.base.sha, long_ago)
        stage.app_now.pulls.pin(old, renew=True)
        stage.looks(pull)
        stage.quiet()
        stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) > ran
        assert "Judged against" not in stage.sticky(pull).body
        stage.page(pull)


def test_a_restart_takes_no_verdict_back_when_the_base_moves(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        stage.end()
        stage.ann.pushes(stage.quick, "main", OTHER)
        stage.begin()
        creates, writes = stage.calls("checks/create"), stage.calls("checks/update")
        stage.looks(pull)
        stage.quiet()
        run = stage.concluded(pull.head.sha, "success")
        assert "Judged against the base" in run.output["summary"]
        assert stage.calls("checks/create") == creates
        assert stage.calls("checks/update") == writes + 1
        stage.page(pull)
