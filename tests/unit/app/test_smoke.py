"""A round trip through the port: every step is told, and nothing passes by mistake."""

from dataclasses import replace

import pytest

from bot.app.smoke import Says, Smoke, Target, Voice
from bot.domain.doctor.trip import CHECK, Step, Tried
from bot.domain.github import (
    Annotation,
    CheckDraft,
    CheckRun,
    Conclusion,
    Forbidden,
    Output,
    Place,
    Transient,
)
from tests.fakes.checkup import CheckupInMemory

NOW = 1_790_000_000.0
SHA = "a" * 40
SAYS = Says(
    started=Output("t", "started"),
    worked=Output("t", "worked"),
    broken=Output("t", "broken"),
    comment="trying <!-- r -->",
    edited="tried <!-- r -->",
    marker="<!-- r -->",
    annotation=Annotation("a.py", 1, 1, "notice", "here"),
)


class Scene:
    """A repository with one pull request, and who hears of the steps."""

    def __init__(self) -> None:
        self.github = CheckupInMemory(lambda: NOW)
        self.place = self.github.founds("ann/digits")
        author = self.github.joins("bob")
        self.github.opens(self.place, "idea", SHA, author)
        self.github.heads[self.place] = SHA
        self.told: list[Tried] = []
        self.rests = 0

    def rest(self) -> None:
        self.rests += 1

    def goes(self, pull: int | None = 1, repository: str = "Ann/Digits") -> bool:
        smoke = Smoke(self.github, SAYS, Voice(self.told.append, self.rest))
        return smoke.run(Target(repository, pull, "r", NOW))

    @property
    def failed(self) -> list[Step]:
        return [one.step for one in self.told if not one.ok]

    @property
    def ended(self) -> Conclusion | None:
        """Of the last check run; those before have ended, too."""
        checks = list(self.github.towns[self.place].checks.values())
        assert {one.name for one in checks} == {CHECK}
        assert all(one.conclusion for one in checks)
        return checks[-1].conclusion


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_every_step_is_told_in_its_order(scene: Scene) -> None:
    assert scene.goes()
    assert [one.step for one in scene.told] == [s for s in Step if s is not Step.HEAD]
    assert scene.ended is Conclusion.SUCCESS
    assert scene.rests == 12  # before each write


def test_the_comment_is_folded_away(scene: Scene) -> None:
    scene.goes()
    town = scene.github.towns[scene.place]
    (comment,) = town.comments.values()
    assert comment.body == SAYS.edited
    assert town.folded == {comment.node}


def test_without_a_pull_request_nobody_is_talked_to(scene: Scene) -> None:
    assert scene.goes(None)
    assert Step.COMMENT not in {one.step for one in scene.told}
    assert scene.github.towns[scene.place].comments == {}


def test_a_repository_out_of_reach_ends_it(scene: Scene) -> None:
    assert not scene.goes(repository="ann/other")
    assert [one.step for one in scene.told] == [Step.FIND]


def test_suspended_installations_are_not_asked(scene: Scene) -> None:
    for number, one in scene.github.places.items():
        scene.github.places[number] = replace(one, suspended=True)
    assert not scene.goes()
    assert "repositories" not in scene.github.calls


def test_a_failure_in_the_middle_is_told_and_the_run_is_cancelled(scene: Scene) -> None:
    scene.github.fails("annotate", Forbidden(("checks=write",), "no"))
    assert not scene.goes()
    assert scene.failed == [Step.ANNOTATE]
    assert scene.ended is Conclusion.CANCELLED


def test_a_run_that_is_found_again_though_it_has_ended_is_a_failure(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer could not be taken back."""
    make = scene.github.create_check

    def first(place: Place, draft: CheckDraft, *, again: bool) -> CheckRun:
        runs = list(scene.github.towns[place].checks.values())
        return runs[0] if runs else make(place, draft, again=again)

    monkeypatch.setattr(scene.github, "create_check", first)
    assert not scene.goes()
    assert scene.failed == [Step.ANEW]


def test_where_nothing_can_be_made_the_rest_is_still_tried(scene: Scene) -> None:
    scene.github.fails("create_check", Forbidden((), "no"))
    scene.github.fails("create_comment", Forbidden((), "no"))
    assert not scene.goes()
    assert scene.failed == [Step.CREATE, Step.COMMENT]
    assert scene.github.towns[scene.place].checks == {}


def test_a_pull_request_that_is_not_there_leaves_the_default_branch(
    scene: Scene,
) -> None:
    assert not scene.goes(99)
    assert scene.failed == [Step.PULL]
    assert scene.ended is Conclusion.CANCELLED


def test_no_head_no_check_run(scene: Scene) -> None:
    scene.github.heads.clear()
    assert not scene.goes(None)
    assert scene.failed == [Step.HEAD]


def test_a_repository_that_cannot_be_read_has_no_rules_to_show(scene: Scene) -> None:
    scene.github.fails("repository", Transient("502"))
    assert not scene.goes()
    assert scene.failed == [Step.REPOSITORY]
    assert Step.RULES not in {one.step for one in scene.told}


class Forgetful(CheckupInMemory):
    """Says yes, and forgets every edit."""

    def edit_comment(self, place: Place, comment: int, body: str):  # type: ignore[no-untyped-def]
        return self.comment(place, comment)


def test_a_yes_without_an_effect_is_found_out(scene: Scene) -> None:
    scene.github.__class__ = Forgetful
    assert not scene.goes()
    assert scene.failed == [Step.READ_COMMENT]
    assert scene.told[-1].step is Step.CONCLUDE_ANEW
    assert scene.ended is Conclusion.CANCELLED
