"""Buttons and re-runs of the check run."""

from pathlib import Path

from tests.app.stage import Stage, staged
from tests.fakegithub.check_changes import Place, request_action
from tests.fakegithub.records import Pull
from tests.samples.quick import WORSE


def judged(stage: Stage) -> Pull:
    """A branch that is blocked."""
    pull = stage.proposes("idea", WORSE)
    stage.concluded(pull.head.sha, "failure")
    stage.page(pull)
    return pull


def attempts(stage: Stage, pull: Pull) -> int:
    """How often somebody ordered it to be judged anew."""
    return len(stage.app_now.pulls.acts(stage.key(pull)))


def test_a_run_that_is_asked_for_again_is_a_fresh_attempt(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = judged(stage)
        stage.bob.reruns(stage.quick, stage.run(pull.head.sha))
        stage.quiet()
        stage.concluded(pull.head.sha, "failure")
        assert attempts(stage, pull) == 1
        stage.page(pull)


def test_a_suite_that_is_asked_for_again_is_a_fresh_attempt(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = judged(stage)
        stage.bob.reruns_suite(stage.quick, stage.run(pull.head.sha))
        stage.quiet()
        stage.concluded(pull.head.sha, "failure")
        assert attempts(stage, pull) == 1
        stage.page(pull)


def test_a_double_click_is_one_attempt(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = judged(stage)
        run = stage.run(pull.head.sha)
        with stage.town.world.lock:
            stage.bob.clicks(stage.quick, run, "run")
            stage.bob.clicks(stage.quick, run, "run")
        stage.quiet()
        stage.concluded(pull.head.sha, "failure")
        assert attempts(stage, pull) == 1
        stage.page(pull)


def test_more_seeds_are_a_click_away(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = judged(stage)
        ran = len(stage.crew.ran)
        stage.bob.clicks(stage.quick, stage.run(pull.head.sha), "more")
        stage.quiet()
        run = stage.concluded(pull.head.sha, "failure")
        assert len(stage.crew.ran) >= ran
        assert attempts(stage, pull) == 1
        assert run.status == "completed"
        stage.page(pull)


def test_a_button_that_was_never_there_does_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = judged(stage)
        run = stage.run(pull.head.sha)
        with stage.town.world.lock:
            place = Place(stage.town.world, stage.quick)
            request_action(place, run, "explode", stage.bob.id)
        stage.quiet()
        assert attempts(stage, pull) == 0
        stage.page(pull)


def test_who_may_only_read_presses_in_vain_and_is_told_so_once(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, carl = judged(stage), stage.carl()
        run = stage.run(pull.head.sha)
        for _ in range(2):
            with stage.town.world.lock:
                place = Place(stage.town.world, stage.quick)
                request_action(place, run, "run", carl.id)
            stage.quiet()
        assert attempts(stage, pull) == 0
        answers = [one for one in stage.comments(pull) if "carl" in one.body]
        assert len(answers) == 1
        stage.page(pull)


def test_a_click_on_a_head_that_was_left_does_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = judged(stage)
        old = stage.run(pull.head.sha)
        head = stage.bob.pushes(stage.quick, "idea", {"notes.txt": "More.\n"})
        stage.quiet()
        stage.bob.clicks(stage.quick, old, "run")
        stage.quiet()
        assert attempts(stage, pull) == 0
        assert stage.run(head).status == "completed"
        stage.run(old.head_sha)
        stage.page(pull)
