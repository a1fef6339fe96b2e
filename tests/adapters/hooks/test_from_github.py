"""What the strict fake GitHub sends is read as what its people did."""

import json
from pathlib import Path

import pytest

from bot.adapters.hooks import read
from bot.domain.hooks import (
    BasePushed,
    ButtonPressed,
    Commented,
    GroupAsked,
    GroupGone,
    Hook,
    InstallationChanged,
    Irrelevant,
    PullTouched,
    PullWhy,
    RepositoryChanged,
    Reviewed,
    RunAsked,
)
from tests.unit.fakegithub.towns import Scene, founded


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return founded(tmp_path)


def hooks(scene: Scene) -> list[Hook]:
    """What was sent since the last look, but for what is nothing to us."""
    read_ones = [read(m.event, json.dumps(m.payload).encode()) for m in scene.heard]
    scene.heard.clear()
    return [one for one in read_ones if not isinstance(one, Irrelevant)]


def test_a_pull_requests_life(scene: Scene) -> None:
    ann, bob, digits = scene.ann, scene.bob, scene.digits
    ann.pushes(digits, "dev", {"b": "1\n"})
    bob.pushes(digits, "idea", {"train.py": "lr = 2\n"})
    hooks(scene)
    pull = bob.opens_pull(digits, "idea")
    tip = bob.pushes(digits, "idea", {"train.py": "lr = 3\n"})
    bob.drafts(digits, pull)
    bob.readies(digits, pull)
    bob.retitles(digits, pull, "Better")
    bob.retargets(digits, pull, "dev")
    bob.closes(digits, pull)
    told = [one for one in hooks(scene) if isinstance(one, PullTouched)]
    assert [one.why for one in told] == [
        PullWhy.OPENED,
        PullWhy.PUSHED,
        PullWhy.DRAFTED,
        PullWhy.READY,
        PullWhy.RETARGETED,
        PullWhy.CLOSED,
    ]
    assert {one.number for one in told} == {pull.number}
    assert {one.head for one in told[1:]} == {tip}
    assert (told[4].base, told[4].former_base) == ("dev", "main")
    assert {one.place.repository_id for one in told} == {digits.id}
    assert {one.place.installation_id for one in told} == {scene.installation.id}


def test_what_people_say(scene: Scene) -> None:
    scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    pull = scene.bob.opens_pull(scene.digits, "idea")
    hooks(scene)
    comment = scene.bob.comments(scene.digits, pull, "/gate run")
    scene.bob.edits_comment(scene.digits, comment, "/gate why")
    scene.ann.deletes_comment(scene.digits, comment)
    scene.ann.reviews(scene.digits, pull, "APPROVED", "/gate status")
    created, edited, deleted, review = hooks(scene)
    assert isinstance(created, Commented)
    assert (created.number, created.action) == (pull.number, "created")
    assert (created.body, created.comment_id) == ("/gate run", comment.id)
    assert created.author is not None
    assert (created.author.login, created.author.kind) == ("bob", "User")
    assert isinstance(edited, Commented)
    assert isinstance(deleted, Commented)
    assert (edited.action, deleted.action) == ("edited", "deleted")
    assert isinstance(review, Reviewed)
    assert (review.body, review.state) == ("/gate status", "approved")
    assert review.commit == pull.head.sha


def test_checks_that_are_wanted_again_and_buttons(scene: Scene) -> None:
    sha = scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    actions = [{"label": "More", "description": "More seeds", "identifier": "more"}]
    run = scene.check(sha, "failure", actions=actions)
    hooks(scene)
    scene.bob.reruns(scene.digits, run)
    scene.bob.reruns_suite(scene.digits, run)
    scene.bob.clicks(scene.digits, run, "more")
    again, suite, button = hooks(scene)
    assert isinstance(again, RunAsked)
    assert isinstance(suite, RunAsked)
    assert isinstance(button, ButtonPressed)
    assert (again.run_id, suite.run_id, button.run_id) == (run.id, None, run.id)
    assert {again.head, suite.head, button.head} == {sha}
    assert {again.app_id, suite.app_id, button.app_id} == {scene.app.id}
    assert again.suite_id == suite.suite_id == run.suite_id
    assert button.sender is not None
    assert (button.identifier, button.sender.login) == ("more", "bob")


def test_a_merge_queue_and_what_lands(scene: Scene) -> None:
    ann, digits = scene.ann, scene.digits
    ann.requires_check(digits, "main", "gate", scene.app.id, seen=False)
    ann.opens_queue(digits, "main", minutes=30)
    scene.bob.pushes(digits, "one", {"a": "1\n"})
    pull = scene.bob.opens_pull(digits, "one")
    scene.check(pull.head.sha, "success")
    hooks(scene)
    group = ann.queues(digits, pull)
    asked = [one for one in hooks(scene) if isinstance(one, GroupAsked)]
    assert [(one.head, one.base, one.branch) for one in asked] == [
        (group.head_sha, group.base_sha, "main")
    ]
    scene.check(group.head_sha, "success")
    scene.town.runs_queue(digits)
    ended = hooks(scene)
    gone = [one for one in ended if isinstance(one, GroupGone)]
    assert [(one.head, one.reason) for one in gone] == [(group.head_sha, "merged")]
    pushed = [one for one in ended if isinstance(one, BasePushed)]
    assert ("main", group.head_sha) in {(one.branch, one.after) for one in pushed}
    closed = [one for one in ended if isinstance(one, PullTouched)]
    assert closed[-1].merged


def test_owners_and_their_installations(scene: Scene) -> None:
    ann, digits, installation = scene.ann, scene.digits, scene.installation
    hooks(scene)
    ann.suspends(installation)
    ann.unsuspends(installation)
    ann.renames(digits, "numbers")
    ann.archives(digits)
    ann.uninstalls(installation)
    told = hooks(scene)
    changed = [one for one in told if isinstance(one, InstallationChanged)]
    assert [str(one.why) for one in changed] == ["suspend", "unsuspend", "deleted"]
    assert {one.installation_id for one in changed} == {installation.id}
    moved = [one for one in told if isinstance(one, RepositoryChanged)]
    assert [str(one.why) for one in moved] == ["renamed", "archived"]
    assert {one.place.repository_id for one in moved} == {digits.id}
    assert moved[0].place.full_name == "ann/numbers"


def test_nothing_that_github_sends_is_unreadable_when_people_are_gone(
    scene: Scene,
) -> None:
    scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    pull = scene.bob.opens_pull(scene.digits, "idea")
    scene.bob.comments(scene.digits, pull, "/gate run")
    for message in scene.heard:
        for name in ("sender", "installation", "organization"):
            message.payload.pop(name, None)
        for holder in ("comment", "issue", "pull_request"):
            message.payload.get(holder, {})["user"] = None
        message.payload.get("pull_request", {}).get("head", {})["repo"] = None
    told = hooks(scene)
    assert [type(one).__name__ for one in told] == [
        "BasePushed",
        "PullTouched",
        "Commented",
    ]
