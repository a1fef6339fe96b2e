"""Webhooks follow from what happens, reach the right Apps, and are as GitHub's are."""

import copy

import pytest

from tests.fakegithub.check_changes import rerequest_suite
from tests.fakegithub.events import BadPayloadError, messages, payload_fault
from tests.fakegithub.records import CommitStatus
from tests.fakegithub.state import Happening
from tests.unit.fakegithub.towns import EVENTS, PERMISSIONS, Scene, founded


@pytest.fixture
def scene(tmp_path) -> Scene:
    return founded(tmp_path)


def opened(scene):
    """A pull request from Bob's branch."""
    scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    return scene.bob.opens_pull(scene.digits, "idea")


def test_a_push_is_told_with_its_commits_and_asks_for_a_suite(scene):
    tip = scene.bob.pushes(scene.digits, "idea", {"a": "1\n"}, "First")
    assert scene.names() == ["push", "check_suite/requested"]
    scene.bob.pushes(scene.digits, "idea", {"a": "2\n"}, "Second")
    push = scene.told("push")[0]
    assert (push["before"], push["created"], push["forced"]) == (tip, False, False)
    assert [commit["message"] for commit in push["commits"]] == ["Second"]
    suite = scene.told("check_suite", "requested")[0]["check_suite"]
    assert (suite["head_branch"], suite["before"]) == ("idea", tip)


def test_a_force_push_says_so(scene):
    scene.bob.pushes(scene.digits, "idea", {"a": "1\n"})
    scene.names()
    scene.bob.force_pushes(scene.digits, "idea", {"a": "2\n"})
    assert scene.told("push")[0]["forced"] is True


def test_a_pull_requests_life_is_told_step_by_step(scene):
    pull = opened(scene)
    told = scene.told("pull_request", "opened")[0]["pull_request"]
    assert (told["mergeable"], told["mergeable_state"]) == (None, "unknown")
    assert scene.names()[-1] == "pull_request/opened"
    scene.bob.drafts(scene.digits, pull)
    scene.bob.readies(scene.digits, pull)
    scene.bob.labels(scene.digits, pull, "bug")
    scene.bob.retitles(scene.digits, pull, "Better")
    scene.bob.closes(scene.digits, pull)
    scene.bob.reopens(scene.digits, pull)
    assert scene.names() == [
        "pull_request/converted_to_draft",
        "pull_request/ready_for_review",
        "pull_request/labeled",
        "pull_request/edited",
        "pull_request/closed",
        "pull_request/reopened",
    ]


def test_a_push_to_the_head_synchronizes_with_before_and_after(scene):
    pull = opened(scene)
    before = pull.head.sha
    after = scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 3\n"})
    told = scene.told("pull_request", "synchronize")[0]
    assert (told["before"], told["after"]) == (before, after)
    assert told["pull_request"]["head"]["sha"] == after
    assert told["pull_request"]["commits"] == 2


def test_retargeting_tells_the_base_that_was(scene):
    scene.ann.pushes(scene.digits, "dev", {"b": "1\n"})
    pull = opened(scene)
    was = pull.base.sha
    scene.bob.retargets(scene.digits, pull, "dev")
    told = scene.told("pull_request", "edited")[0]
    assert told["changes"] == {"base": {"ref": {"from": "main"}, "sha": {"from": was}}}
    assert told["pull_request"]["base"]["ref"] == "dev"


def test_a_merge_closes_as_merged_and_pushes_the_base(scene):
    pull = opened(scene)
    scene.names()
    tip = scene.ann.merges(scene.digits, pull)
    assert scene.names() == [
        "pull_request/closed", "push", "check_suite/requested"
    ]  # fmt: skip
    assert (pull.merge_commit_sha, pull.state) == (tip, "closed")


def test_comments_tell_their_pull_request_and_what_they_were(scene):
    pull = opened(scene)
    comment = scene.bob.comments(scene.digits, pull, "/gate run")
    scene.bob.edits_comment(scene.digits, comment, "/gate why")
    scene.ann.deletes_comment(scene.digits, comment)
    created = scene.told("issue_comment", "created")[0]
    assert created["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert created["comment"]["body"] == "/gate run"
    edited = scene.told("issue_comment", "edited")[0]
    assert edited["changes"] == {"body": {"from": "/gate run"}}
    deleted = scene.told("issue_comment", "deleted")[0]
    assert deleted["sender"]["login"] == "ann"


def test_a_review_is_told_in_small_letters(scene):
    pull = opened(scene)
    scene.ann.reviews(scene.digits, pull, "APPROVED", "Fine")
    told = scene.told("pull_request_review", "submitted")[0]
    assert (told["review"]["state"], told["review"]["commit_id"]) == (
        "approved",
        pull.head.sha,
    )


def test_a_review_that_is_changed_tells_what_it_said(scene):
    pull = opened(scene)
    review = scene.ann.reviews(scene.digits, pull, "COMMENTED", "Fine")
    scene.ann.edits_review(scene.digits, review, "/gate run")
    told = scene.told("pull_request_review", "edited")[0]
    assert told["changes"] == {"body": {"from": "Fine"}}
    assert told["review"]["body"] == "/gate run"
    assert pull.updated_at == review.edited_at


def test_a_check_runs_life_is_told_and_lists_the_pull_request(scene):
    pull = opened(scene)
    scene.names()
    button = {"label": "Run again", "description": "Again", "identifier": "rerun"}
    run = scene.check(pull.head.sha, "failure", actions=[button])
    scene.bob.clicks(scene.digits, run, "rerun")
    scene.bob.reruns(scene.digits, run)
    scene.bob.reruns_suite(scene.digits, run)
    clicked = scene.told("check_run", "requested_action")[0]
    assert clicked["requested_action"] == {"identifier": "rerun"}
    assert [p["number"] for p in clicked["check_run"]["pull_requests"]] == [1]
    assert scene.names() == [
        "check_run/created",
        "check_run/completed",
        "check_suite/completed",
        "check_run/requested_action",
        "check_run/rerequested",
        "check_suite/rerequested",
    ]


def test_a_check_on_a_fork_lists_no_pull_request(scene):
    scene.digits.private = False
    eve = scene.town.person("eve")
    fork = eve.forks(scene.digits)
    sha = eve.pushes(fork, "fix", {"f": "1\n"})
    eve.opens_pull(scene.digits, "fix", source=fork)
    scene.check(sha)
    assert scene.told("check_run", "created")[0]["check_run"]["pull_requests"] == []


def test_a_deleted_fork_leaves_a_head_without_a_repository(scene):
    scene.digits.private = False
    eve = scene.town.person("eve")
    fork = eve.forks(scene.digits)
    eve.pushes(fork, "fix", {"f": "1\n"})
    pull = eve.opens_pull(scene.digits, "fix", source=fork)
    eve.deletes(fork)
    told = scene.told("pull_request", "closed")[0]["pull_request"]
    assert told["head"]["repo"] is None
    kept = scene.town.world.git.ref(scene.digits, f"refs/pull/{pull.number}/head")
    assert kept == pull.head.sha


def test_people_who_left_are_null_where_they_wrote_and_ghosts_where_they_act(scene):
    pull = opened(scene)
    comment = scene.bob.comments(scene.digits, pull, "Hello")
    pull.author_id = comment.author_id = None
    del scene.town.world.accounts[scene.bob.id]
    scene.ann.edits_comment(scene.digits, comment, "Hello!")
    edited = scene.told("issue_comment", "edited")[0]
    assert (edited["comment"]["user"], edited["issue"]["user"]) == (None, None)
    with scene.town.world.lock:
        run = scene.check(pull.head.sha, "success")
        suite = scene.digits.suites[run.suite_id]
        rerequest_suite(scene.place, suite, scene.bob.id)
    told = scene.told("check_suite", "rerequested")[0]
    assert told["sender"]["login"] == "ghost"


def test_installations_are_told_whatever_is_subscribed(scene):
    app, ann, one = scene.app, scene.ann, scene.installation
    app.events.clear()
    one.events.clear()
    ann.suspends(one)
    ann.unsuspends(one)
    app.permissions["statuses"] = "read"
    ann.accepts_permissions(one)
    ann.chooses(one, removed=[scene.digits])
    ann.chooses(one, added=[scene.digits])
    ann.uninstalls(one)
    ann.installs(app, [scene.digits])
    removed = scene.told("installation_repositories", "removed")[0]
    assert removed["repositories_removed"][0]["full_name"] == "ann/digits"
    assert scene.names() == [
        "installation/suspend",
        "installation/unsuspend",
        "installation/new_permissions_accepted",
        "installation_repositories/removed",
        "installation_repositories/added",
        "installation/deleted",
        "installation/created",
    ]


def test_what_happens_to_the_repository_itself_is_told(scene):
    ann = scene.ann
    ann.renames(scene.digits, "numbers")
    ann.archives(scene.digits)
    ann.archives(scene.digits, archived=False)
    renamed = scene.told("repository", "renamed")[0]
    assert renamed["changes"] == {"repository": {"name": {"from": "digits"}}}
    assert renamed["repository"]["full_name"] == "ann/numbers"
    scene.bob.installs(scene.app)
    scene.names()
    ann.transfers(scene.digits, scene.bob)
    told = scene.told("repository", "transferred")[0]
    assert told["changes"]["owner"]["from"]["user"]["login"] == "ann"
    scene.bob.deletes(scene.digits)
    assert scene.names() == ["repository/transferred", "repository/deleted"]


def test_a_repository_of_an_organization_tells_the_organization(scene):
    lab = scene.town.organization("lab")
    scene.ann.installs(scene.app, account_id=lab)
    made = scene.ann.founds("nets", {"a": "1"}, owner_id=lab)
    scene.names()
    scene.ann.pushes(made, "x", {"a": "2"})
    assert scene.told("push")[0]["organization"]["login"] == "lab"
    scene.ann.transfers(made, scene.ann)
    told = scene.told("repository", "transferred")[0]
    assert told["changes"]["owner"]["from"]["organization"]["login"] == "lab"


def test_issues_and_statuses_are_told_to_those_who_may_read_them(scene):
    world, sha = scene.town.world, scene.bob.pushes(scene.digits, "x", {"a": "1"})
    scene.names()
    said = CommitStatus(
        world.new_id(), sha, "ci", "success", None, None, scene.bob.id,
        world.clock.now(),
    )  # fmt: skip
    with world.lock:
        scene.digits.statuses.append(said)
        happening = Happening("status", None, scene.digits.id, said.id, scene.bob.id)
        world.emit(happening)
        assert scene.names() == []
        scene.installation.permissions["statuses"] = "read"
        world.emit(happening)
    assert scene.told("status")[0]["commit"]["sha"] == sha


def test_the_ping_tells_the_hook(scene):
    scene.town.pings(scene.app)
    assert scene.told("ping")[0]["hook"]["config"]["secret"] == "********"


@pytest.mark.parametrize("lost", ["suspended", "not covered", "permission", "event"])
def test_who_may_not_hear_hears_nothing(scene, lost):
    one = scene.installation
    match lost:
        case "suspended":
            one.suspended_at = scene.town.world.clock.now()
        case "not covered":
            one.selection = "selected"
        case "permission":
            del one.permissions["issues"]
        case "event":
            one.events.remove("issue_comment")
    pull = opened(scene)
    scene.bob.comments(scene.digits, pull, "Hello")
    assert scene.told("issue_comment", "created") == []


def test_re_run_requests_come_only_to_the_app_whose_run_it_is(scene):
    other = scene.town.app("other", scene.ann, PERMISSIONS, EVENTS)
    scene.ann.installs(other)
    scene.names()
    pull = opened(scene)
    run = scene.check(pull.head.sha, "success")
    scene.bob.reruns(scene.digits, run)
    heard = [(m.app_id, m.action) for m in scene.heard if m.event == "check_run"]
    assert heard == [
        (scene.app.id, "created"),
        (other.id, "created"),
        (scene.app.id, "completed"),
        (other.id, "completed"),
        (scene.app.id, "rerequested"),
    ]


def test_a_payload_with_a_key_too_many_or_too_few_is_a_fault(scene):
    pull = opened(scene)
    good = scene.told("pull_request", "opened")[0]
    assert payload_fault("pull_request", "opened", good) is None
    for spoil in ("more", "less", "deep"):
        bad = copy.deepcopy(good)
        if spoil == "more":
            bad["nonsense"] = 1
        elif spoil == "less":
            del bad["pull_request"]
        else:
            bad["pull_request"]["head"]["shaa"] = pull.head.sha
        assert payload_fault("pull_request", "opened", bad) is not None
    assert "no event" in payload_fault("pull_request", "exploded", good)


def test_a_fault_of_the_fake_stops_the_story(scene):
    pull = opened(scene)
    pull.title = None
    with pytest.raises(BadPayloadError, match="pull_request closed"):
        scene.bob.closes(scene.digits, pull)
    unknown = Happening("star", "created", scene.digits.id, None, scene.bob.id)
    assert messages(scene.town.world, unknown) == []
