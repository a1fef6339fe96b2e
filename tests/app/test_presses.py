"""Buttons and re-runs of the check run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.stage import STRICT, WIDE, Stage, staged
from tests.app.test_queue import doubled, pair, passed, queued, said_of
from tests.fakegithub.check_changes import Place, request_action
from tests.fakegithub.faults import Fault
from tests.fakegithub.people import Person
from tests.fakegithub.records import CheckRun, Pull, Repository
from tests.waiting import until


def attempts(stage: Stage, pull: Pull) -> int:
    """How often somebody ordered it to be judged anew."""
    return len(stage.app_now.pulls.acts(stage.key(pull)))


def once(stage: Stage, pull: Pull) -> None:
    """It was judged anew, and is blocked again."""
    stage.quiet()
    stage.concluded(pull.head.sha, "failure")
    assert attempts(stage, pull) == 1
    stage.page(pull)


def forges(stage: Stage, run: CheckRun, button: str, who: Person) -> None:
    """Somebody sends a press that no page of GitHub's offered."""
    with stage.town.world.lock:
        place = Place(stage.town.world, stage.quick)
        request_action(place, run, button, who.id)


@pytest.mark.parametrize("press", [Person.reruns, Person.reruns_suite])
def test_what_is_asked_for_again_is_a_fresh_attempt(
    tmp_path: Path, press: Callable[[Person, Repository, CheckRun], None]
) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        press(stage.bob, stage.quick, stage.run(pull.head.sha))
        once(stage, pull)


def test_a_press_outlasts_odd_answers_about_its_pull_request(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        stage.page(pull)
        stage.quiet()
        stage.fake.faults.plan(
            Fault("pulls/get", "flicker_404"), Fault("pulls/get", "html_200", nth=2)
        )
        stage.bob.clicks(stage.quick, stage.run(pull.head.sha), "run")
        until(lambda: attempts(stage, pull), "the press to be heard")
        assert stage.fake.faults.pending == []
        once(stage, pull)


def test_a_double_click_is_one_attempt(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        run = stage.run(pull.head.sha)
        with stage.town.world.lock:
            stage.bob.clicks(stage.quick, run, "run")
            stage.bob.clicks(stage.quick, run, "run")
        once(stage, pull)


def test_more_seeds_are_a_click_away(tmp_path: Path) -> None:
    with staged(tmp_path, STRICT) as stage:
        pull = stage.proposes("idea", WIDE)
        run = stage.concluded(pull.head.sha, "action_required")
        ran = len(stage.crew.ran)
        stage.bob.clicks(stage.quick, run, "more")
        stage.quiet()
        assert len(stage.crew.ran) > ran
        assert attempts(stage, pull) == 1
        assert stage.run(pull.head.sha).status == "completed"
        stage.page(pull)


def test_a_button_that_was_never_there_does_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        run = stage.run(pull.head.sha)
        forges(stage, run, "explode", stage.bob)
        stage.quiet()
        assert attempts(stage, pull) == 0
        stage.page(pull)


def test_who_may_only_read_presses_in_vain_and_is_told_so_once(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, carl = stage.blocked(), stage.carl()
        run = stage.run(pull.head.sha)
        for _ in range(2):
            forges(stage, run, "run", carl)
            stage.quiet()
        assert attempts(stage, pull) == 0
        answers = [one for one in stage.comments(pull) if "carl" in one.body]
        assert len(answers) == 1
        stage.page(pull)


def test_a_click_on_a_head_that_was_left_does_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        old = stage.run(pull.head.sha)
        head = stage.bob.pushes(stage.quick, "idea", {"notes.txt": "More.\n"})
        stage.quiet()
        stage.bob.clicks(stage.quick, old, "run")
        stage.quiet()
        assert attempts(stage, pull) == 0
        assert stage.run(head).status == "completed"
        stage.run(old.head_sha)
        stage.page(pull)


@pytest.mark.parametrize("press", [Person.reruns, Person.reruns_suite])
def test_github_is_not_asked_for_a_merge_group_that_is_run_again(
    tmp_path: Path, press: Callable[[Person, Repository, CheckRun], None]
) -> None:
    """It is no pull request: its queue alone asks for it, and it goes on."""
    with queued(tmp_path, pair()) as stage:
        pull = passed(stage, "rate", doubled("rate"))
        stage.ann.pushes(stage.quick, "main", {"other.py": "print(1)\n"})
        stage.quiet()
        stage.crew.going.clear()  # it waits to be trained
        group = stage.bob.queues(stage.quick, pull)
        until(lambda: stage.runs(group.head_sha), "the group is heard of")
        press(stage.ann, stage.quick, stage.run(group.head_sha))
        stage.deliveries.settle()
        stage.crew.going.set()
        said_of(stage, group, "success")
        assert attempts(stage, pull) == 0
