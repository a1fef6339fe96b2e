"""GitHub has a bad day: pages for people, half answers, limits, and long silences."""

import time
from pathlib import Path

import pytest

from bot.app.pulls.looking.troubles import TROUBLED_S
from tests.app.stage import Stage, staged
from tests.fakegithub.faults import Fault, Kind
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until


@pytest.mark.parametrize("kind", ["502", "reset_mid_body", "truncated_json"])
def test_an_answer_that_is_lost_after_the_effect_leaves_one_of_each(
    tmp_path: Path, kind: Kind
) -> None:
    with staged(tmp_path) as stage:
        stage.fake.faults.plan(
            Fault("checks/create", kind, when="after"),
            Fault("issues/create-comment", kind, when="after"),
        )
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        assert stage.sticky(pull)
        assert stage.fake.faults.pending == []
        stage.page(pull)


def looks_again(stage: Stage, pull: Pull) -> bool:
    """Whether another look is planned, or was taken, once the one before is over."""
    if stage.runs(pull.head.sha):
        return True
    due = stage.app_now.pulls.due(time.time() + TROUBLED_S, 9)
    return stage.app_now.idle and stage.key(pull) in {one.pull for one in due}


@pytest.mark.parametrize("kind", ["502", "reset_before", "html_200", "flicker_404"])
def test_reading_is_tried_again(tmp_path: Path, kind: Kind) -> None:
    with staged(tmp_path) as stage:
        stage.fake.faults.plan(Fault("pulls/get", kind))
        pull = stage.proposes("idea", BETTER)
        until(lambda: not stage.fake.faults.pending, "the fault strikes")
        until(lambda: looks_again(stage, pull), "it means to look again by itself")
        stage.looks(pull)  # now, and not in half a minute
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


@pytest.mark.parametrize("kind", ["500", "reset_before", "truncated_json", "html_200"])
def test_a_conclusion_gets_there_in_the_end(tmp_path: Path, kind: Kind) -> None:
    with staged(tmp_path) as stage:
        stage.fake.faults.plan(Fault("checks/update", kind, times=2))
        pull = stage.proposes("idea", WORSE)
        stage.ends(pull.head.sha, "failure")
        until(lambda: stage.said(pull, "do not merge"), "the comment says so")
        stage.quiet()
        stage.page(pull)


@pytest.mark.parametrize("kind", ["secondary_403", "secondary_429"])
def test_it_rests_as_long_as_it_was_told_and_concludes_first(
    tmp_path: Path, kind: Kind
) -> None:
    with staged(tmp_path, pace=1.0) as stage:
        stage.fake.faults.plan(Fault("checks/create", kind, retry_after=3))
        pull = stage.proposes("idea", BETTER)
        stage.ends(pull.head.sha, "success")
        until(lambda: stage.comments(pull), "the comment")
        with stage.town.world.lock:
            writes = [
                one
                for one in stage.fake.gateway.log
                if one.operation in ("checks/create", "issues/create-comment")
            ]
        refused, made, comment = writes[:3]
        assert made.at - refused.at >= 3.0
        assert made.operation == "checks/create"
        assert comment.operation == "issues/create-comment"
        until(lambda: stage.said(pull, "merge"), "the comment says so")
        stage.quiet()
        stage.page(pull)
