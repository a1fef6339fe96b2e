"""What is said of a pull request, and what is taken back when it is over."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.pulls.looking.saying import Around, Said, farewell, hushed, say
from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.telling import Answer, advised
from bot.domain.conclusions import (
    Advisory,
    Conflict,
    Judged,
    Outcome,
    Running,
    Waiting,
)
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.posts import CallPost, CheckPost, StickyPost
from bot.domain.pulls.standing import Standing
from bot.presentation.github import Queued
from tests.fakes import reports
from tests.fakes.yard import POLICY, files, yard
from tests.unit.app.pulls.test_scenes import scene

PASS, BLOCK = reports.passing(), reports.blocking()


@pytest.fixture
def here(tmp_path: Path) -> Scene:
    one = yard(tmp_path)
    return scene(one, one.opens())


def stands(here: Scene, outcome: Outcome, number: int = 1) -> Standing:
    """Where a pull request stands of which this was said."""
    said = say(here, Answer(outcome), Around()).standing
    pull = replace(said.pull, number=number)
    assert said.voice is not None
    part = replace(said.voice.part, pull=number)
    return replace(said, pull=pull, voice=replace(said.voice, part=part))


def test_before_anything_is_known_there_is_a_check_run_alone(here: Scene) -> None:
    said = say(here, Answer(Waiting()), Around())
    assert [type(one) for one in said.posts] == [CheckPost]


def test_a_verdict_is_said_in_the_check_run_and_the_comment(here: Scene) -> None:
    answer = Answer(Judged(PASS.verdict), PASS, task="t", page="https://gate/e/1")
    said = say(here, answer, Around())
    assert [type(one) for one in said.posts] == [CheckPost, StickyPost]
    assert (said.standing.task, said.standing.evaluation) == ("t", PASS.evaluation)


def calls_of(said: Said) -> list[CallPost]:
    return [one for one in said.posts if isinstance(one, CallPost)]


def test_a_comment_that_is_made_with_a_block_needs_no_call(here: Scene) -> None:
    answer = Answer(Judged(BLOCK.verdict), BLOCK)
    first = say(here, Answer(Waiting()), Around()).standing
    made = say(here, answer, Around(first))
    again = say(here, answer, Around(made.standing))
    assert [type(one) for one in made.posts] == [CheckPost, StickyPost]
    assert again.posts == made.posts


def test_a_block_that_the_comment_is_edited_for_calls_once(here: Scene) -> None:
    shown = say(here, Answer(Running(), progress=Queued(3)), Around()).standing
    answer = Answer(Judged(BLOCK.verdict), BLOCK)
    first = say(here, answer, Around(shown))
    assert [one.over for one in calls_of(first)] == [False]
    again = say(here, answer, Around(old=first.standing))
    assert again.posts == first.posts


@pytest.mark.parametrize("between", [Judged(PASS.verdict), Waiting(), None])
def test_what_was_heard_is_called_where_it_comes_anew(
    here: Scene, between: Outcome | None
) -> None:
    answer = Answer(Conflict(("a.py",)))
    made = say(here, answer, Around()).standing
    if between is None:
        since = farewell(made, ()).standing
    else:
        since = say(here, Answer(between), Around(made)).standing
    assert calls_of(say(here, answer, Around(made))) == []
    assert len(calls_of(say(here, answer, Around(since)))) == 1


def test_a_comment_that_said_goodbye_is_edited_when_it_comes_back(here: Scene) -> None:
    closed = farewell(stands(here, Waiting()), ()).standing
    assert len(calls_of(say(here, Answer(Conflict(("a.py",))), Around(closed)))) == 1


def test_whoever_was_told_nothing_is_called_by_the_comment(here: Scene) -> None:
    silent = hushed(here, Around()).standing
    assert calls_of(say(here, Answer(Conflict(("a.py",))), Around(silent))) == []
    told = hushed(here, Around(stands(here, Judged(PASS.verdict)))).standing
    assert len(calls_of(say(here, Answer(Conflict(("a.py",))), Around(told)))) == 1


def test_a_call_that_is_answered_is_folded(here: Scene) -> None:
    shown = say(here, Answer(Running(), progress=Queued(3)), Around()).standing
    before = say(here, Answer(Conflict(("a.py",))), Around(shown)).standing
    after = say(here, Answer(Judged(PASS.verdict), PASS), Around(old=before))
    folded = [(one.name, one.over) for one in calls_of(after)]
    assert folded == [(before.calls[0], True)]
    assert after.standing.calls == ()


def test_an_advisory_policy_is_said_around_what_has_ended(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=POLICY + "enforcement: advisory\n"))
    here = scene(one, one.opens())
    assert advised(here, Judged(PASS.verdict)) == Advisory(Judged(PASS.verdict))
    assert advised(here, Running()) == Running()


def test_a_policy_that_rules_instead_is_named(tmp_path: Path) -> None:
    one = yard(tmp_path)
    one.commits({POLICY_PATH: "version: 2\n"})
    here = scene(one, one.opens())
    check, comment = say(here, Answer(Judged(PASS.verdict), PASS), Around()).posts
    assert isinstance(check, CheckPost)
    assert isinstance(comment, StickyPost)
    for text in (check.change.output.summary, comment.body):
        assert "the last one that can be rules" in text


def test_who_closes_what_had_ended_changes_nothing(here: Scene) -> None:
    said = farewell(stands(here, Judged(PASS.verdict)), ())
    assert said.posts == ()
    assert not said.standing.open


def test_who_closes_what_ran_takes_it_back(here: Scene) -> None:
    said = farewell(stands(here, Running()), ())
    check, comment = said.posts
    assert isinstance(check, CheckPost)
    assert check.change.conclusion == "cancelled"
    assert isinstance(comment, StickyPost)
    assert said.standing.ended


def test_who_closes_one_of_two_lets_the_other_speak(here: Scene) -> None:
    other = stands(here, Judged(PASS.verdict), 2)
    for outcome in (Judged(BLOCK.verdict), Running()):
        said = farewell(stands(here, outcome), (other,))
        check = said.posts[0]
        assert isinstance(check, CheckPost)
        assert check.change.conclusion == "success"


def test_what_was_never_said_is_not_taken_back(here: Scene) -> None:
    silent = replace(stands(here, Running()), voice=None)
    assert farewell(silent, ()).posts == ()


def test_a_head_that_was_left_is_spoken_for_by_whoever_stays(here: Scene) -> None:
    old = replace(stands(here, Running()), head="b" * 40)
    stays = replace(stands(here, Judged(PASS.verdict), 2), head="b" * 40)
    alone = say(here, Answer(Waiting()), Around(old)).posts
    shared = say(here, Answer(Waiting()), Around(old, (), (stays,))).posts
    words = [
        one.change.conclusion
        for one in (alone[0], shared[0])
        if isinstance(one, CheckPost)
    ]
    assert words == ["cancelled", "success"]
