"""The merge queue: groups, their checks, what happens when one fails or is late."""

import pytest

from tests.fakegithub.changes import Refused
from tests.fakegithub.landing import landed
from tests.unit.fakegithub.towns import Scene, founded


@pytest.fixture
def scene(tmp_path) -> Scene:
    """Digits with a required check and a queue on main."""
    made = founded(tmp_path)
    made.ann.requires_check(made.digits, "main", "gate", made.app.id, seen=False)
    made.ann.opens_queue(made.digits, "main", minutes=30)
    return made


def ready(scene, branch, files):
    """A pull request whose own check passed."""
    scene.bob.pushes(scene.digits, branch, files)
    pull = scene.bob.opens_pull(scene.digits, branch, title=branch)
    scene.check(pull.head.sha, "success")
    scene.names()
    return pull


def test_a_group_is_checked_on_its_own_commit_and_then_lands(scene):
    pull = ready(scene, "one", {"a": "1\n"})
    with pytest.raises(Refused, match="through the merge queue"):
        scene.ann.merges(scene.digits, pull)
    group = scene.ann.queues(scene.digits, pull)
    told = scene.told("merge_group", "checks_requested")[0]["merge_group"]
    assert told["head_sha"] == group.head_sha
    assert told["base_ref"] == "refs/heads/main"
    assert told["head_ref"].startswith("refs/heads/gh-readonly-queue/main/pr-1-")
    assert scene.town.runs_queue(scene.digits) == []
    scene.check(group.head_sha, "success")
    scene.names()
    assert scene.town.runs_queue(scene.digits) == [1]
    git = scene.town.world.git
    assert git.ref(scene.digits, "refs/heads/main") == group.head_sha
    assert git.ref(scene.digits, group.head_ref) is None
    assert (pull.state, pull.merge_commit_sha) == ("closed", group.head_sha)
    assert scene.told("merge_group", "destroyed")[0]["reason"] == "merged"


def test_groups_stand_on_each_other(scene):
    one, two = (ready(scene, name, {name: "1\n"}) for name in ("one", "two"))
    first = scene.ann.queues(scene.digits, one)
    second = scene.ann.queues(scene.digits, two)
    assert second.base_sha == first.head_sha
    scene.check(second.head_sha, "success")
    assert scene.town.runs_queue(scene.digits) == []
    scene.check(first.head_sha, "success")
    assert scene.town.runs_queue(scene.digits) == [1, 2]


def test_a_failure_puts_one_out_and_makes_those_behind_anew(scene):
    one, two = (ready(scene, name, {name: "1\n"}) for name in ("one", "two"))
    first = scene.ann.queues(scene.digits, one)
    second = scene.ann.queues(scene.digits, two)
    scene.check(first.head_sha, "failure")
    scene.names()
    assert scene.town.runs_queue(scene.digits) == []
    reasons = [p["reason"] for p in scene.told("merge_group", "destroyed")]
    assert reasons == ["dequeued", "invalidated"]
    assert scene.told("pull_request", "dequeued")[0]["reason"] == "CI_FAILURE"
    again = scene.digits.queue[-1]
    assert again.pull_numbers == second.pull_numbers
    assert again.base_sha == one.base.sha
    scene.check(again.head_sha, "success")
    assert scene.town.runs_queue(scene.digits) == [2]
    assert one.state == "open"


def test_a_check_that_does_not_come_in_time_puts_the_group_out(scene):
    pull = ready(scene, "one", {"a": "1\n"})
    scene.ann.queues(scene.digits, pull)
    scene.town.world.clock.advance(30 * 60)
    assert scene.digits.queue[0].destroyed is None
    scene.town.runs_queue(scene.digits)
    assert scene.digits.queue[0].destroyed is None
    scene.town.world.clock.advance(1)
    scene.town.runs_queue(scene.digits)
    assert scene.digits.queue[0].destroyed == "dequeued"
    assert scene.told("pull_request", "dequeued")[0]["reason"] == "CI_TIMEOUT"


def test_a_push_past_the_queue_makes_the_groups_anew(scene):
    pull = ready(scene, "one", {"a": "1\n"})
    first = scene.ann.queues(scene.digits, pull)
    scene.check(first.head_sha, "success")
    tip = scene.ann.pushes(scene.digits, "main", {"b": "1\n"})
    assert scene.town.runs_queue(scene.digits) == []
    assert first.destroyed == "invalidated"
    assert scene.digits.queue[-1].base_sha == tip


def test_a_pull_request_taken_out_by_hand_is_out(scene):
    pull = ready(scene, "one", {"a": "1\n"})
    group = scene.ann.queues(scene.digits, pull)
    with pytest.raises(Refused, match="already in the queue"):
        scene.ann.queues(scene.digits, pull)
    scene.ann.dequeues(scene.digits, pull)
    assert group.destroyed == "dequeued"
    assert scene.told("pull_request", "dequeued")[0]["reason"] == "MANUAL"
    with pytest.raises(Refused, match="not in the queue"):
        scene.ann.dequeues(scene.digits, pull)


def test_a_conflict_with_the_queue_before_it_is_refused(scene):
    one = ready(scene, "one", {"train.py": "lr = 5\n"})
    two = ready(scene, "two", {"train.py": "lr = 6\n"})
    scene.ann.queues(scene.digits, one)
    with pytest.raises(Refused, match="conflicts with the queue"):
        scene.ann.queues(scene.digits, two)
    assert scene.told("pull_request", "dequeued")[0]["reason"] == "MERGE_CONFLICT"


def test_what_is_not_ready_does_not_enter_the_queue(scene):
    scene.bob.pushes(scene.digits, "one", {"a": "1\n"})
    pull = scene.bob.opens_pull(scene.digits, "one")
    with pytest.raises(Refused, match='"gate" is expected'):
        scene.ann.queues(scene.digits, pull)
    scene.ann.pushes(scene.digits, "dev", {"b": "1\n"})
    scene.bob.retargets(scene.digits, pull, "dev")
    with pytest.raises(Refused, match="no merge queue"):
        scene.ann.queues(scene.digits, pull)


def test_a_squashing_queue_lands_one_commit(scene):
    for ruleset in scene.digits.rulesets.values():
        for rule in ruleset.rules:
            rule.parameters["merge_method"] = "SQUASH"
    pull = ready(scene, "one", {"a": "1\n"})
    group = scene.ann.queues(scene.digits, pull)
    commit = scene.town.world.git.commit(scene.digits, group.head_sha)
    assert (commit.message, commit.parents) == ("one (#1)", (group.base_sha,))


def test_who_conflicts_once_another_is_out_leaves_as_well(scene):
    one = ready(scene, "one", {"train.py": "lr = 5\n"})
    first = scene.ann.queues(scene.digits, one)
    with scene.town.world.lock:  # grown from the group before it
        git = scene.town.world.git
        git.create_ref(scene.digits, "refs/heads/two", first.head_sha)
    two = ready(scene, "two", {"train.py": "lr = 6\n"})
    scene.ann.queues(scene.digits, two)
    scene.ann.pushes(scene.digits, "main", {"train.py": "lr = 7\n"})
    scene.names()
    assert scene.town.runs_queue(scene.digits) == []
    left = [p["number"] for p in scene.told("pull_request", "dequeued")]
    assert left == [1, 2]
    assert all(group.destroyed for group in scene.digits.queue)


@pytest.mark.parametrize("change", ["push", "close", "draft", "retarget"])
def test_what_is_no_longer_what_was_queued_leaves_the_queue(scene, change):
    one, two = (ready(scene, name, {name: "1\n"}) for name in ("one", "two"))
    scene.ann.queues(scene.digits, one)
    behind = scene.ann.queues(scene.digits, two)
    scene.names()
    match change:
        case "push":
            scene.bob.pushes(scene.digits, "one", {"one": "2\n"})
        case "close":
            scene.bob.closes(scene.digits, one)
        case "draft":
            scene.bob.drafts(scene.digits, one)
        case "retarget":
            scene.ann.pushes(scene.digits, "dev", {"d": "1\n"})
            scene.bob.retargets(scene.digits, one, "dev")
    assert len(scene.told("pull_request", "dequeued")) == 1
    told = [p["reason"] for p in scene.told("merge_group", "destroyed")]
    assert told == ["dequeued", "invalidated"]
    (left,) = [g for g in scene.digits.queue if g.destroyed is None]
    assert left.pull_numbers == [two.number]
    assert left.head_sha != behind.head_sha


def test_a_queued_head_that_is_pushed_to_the_base_is_merged_and_out(scene):
    pull = ready(scene, "one", {"a": "1\n"})
    scene.ann.queues(scene.digits, pull)
    world, main = scene.town.world, "refs/heads/main"
    before = world.git.ref(scene.digits, main)
    world.git.move(scene.digits, main, pull.head.sha)
    landed(world, scene.digits, [(main, before, pull.head.sha)], scene.ann.id)
    assert pull.merged_at is not None
    assert [g.destroyed for g in scene.digits.queue] == ["dequeued"]
