"""Stories of people: what they do, what GitHub forbids, what a page shows."""

import base64
import subprocess
from datetime import timedelta

import pytest

from tests.fakegithub import changes
from tests.fakegithub.changes import Author, Refused
from tests.fakegithub.plumbing import environment
from tests.fakegithub.pull_changes import judge
from tests.fakegithub.serving import served
from tests.unit.fakegithub.towns import Scene, founded

PAGE = """\
Faster #1 (open)
bob: ann:idea -> main at {head}
  Twice the rate.

bob commented:
  /gate run
  \N{EYES} gate[bot]

gate[bot] commented (hidden as outdated):

ann changes requested:
  Why?

[failure] gate (gate): Worse by 2 %
  loss 0.31 -> 0.32
  failure train.py:1: this line
  <Run again>

Merging is blocked:
- Required status check "gate" is failing.
"""


@pytest.fixture
def scene(tmp_path) -> Scene:
    return founded(tmp_path)


def opened(scene, **more):
    scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 2\n"})
    return scene.bob.opens_pull(scene.digits, "idea", **more)


def bot_says(scene, pull, body):
    """A comment of the App's bot."""
    author = Author(scene.app.bot_id, scene.app.id)
    with scene.town.world.lock:
        return changes.add_comment(
            scene.town.world, scene.digits, pull.number, body, author
        )


def test_the_page_shows_talk_checks_and_what_blocks(scene):
    pull = opened(scene, title="Faster", body="Twice the rate.")
    asked = scene.bob.comments(scene.digits, pull, "/gate run")
    with scene.town.world.lock:
        changes.react(scene.town.world, asked, "eyes", scene.app.bot_id)
    bot_says(scene, pull, "Old news").minimized = "OUTDATED"
    scene.ann.reviews(scene.digits, pull, "CHANGES_REQUESTED", "Why?")
    note = {
        "path": "train.py", "start_line": 1, "end_line": 1,
        "annotation_level": "failure", "message": "this line",
    }  # fmt: skip
    said = {"title": "Worse by 2 %", "summary": "loss 0.31 -> 0.32"}
    button = {"label": "Run again", "description": "Again", "identifier": "rerun"}
    scene.check(
        pull.head.sha, "failure", output=said | {"annotations": [note]},
        actions=[button],
    )  # fmt: skip
    scene.ann.requires_check(scene.digits, "main", "gate", scene.app.id)
    page = scene.town.page(scene.digits, pull)
    assert page == PAGE.format(head=pull.head.sha[:7])


def test_an_issue_has_a_page_too(scene):
    with scene.town.world.lock:
        author = Author(scene.app.bot_id, scene.app.id)
        issue = changes.open_issue(
            scene.town.world, scene.digits, "Wrong tree", "It differs.", author
        )
    scene.ann.comments(scene.digits, issue.number, "Thanks")
    assert scene.town.unread() == ["issue #1: Wrong tree"]
    assert scene.town.page(scene.digits, issue.number).splitlines() == [
        "Wrong tree #1 (open), by gate[bot]",
        "  It differs.",
        "",
        "ann commented:",
        "  Thanks",
    ]
    assert scene.town.unread() == []


def test_what_a_bot_says_is_unread_until_somebody_looks_and_again_when_it_changes(
    scene,
):
    pull = opened(scene)
    human = scene.bob.comments(scene.digits, pull, "Hello")
    assert scene.town.unread() == []
    comment = bot_says(scene, pull, "Training\n\nmore")
    run = scene.check(pull.head.sha, status="in_progress")
    with scene.town.world.lock:
        changes.react(scene.town.world, human, "eyes", scene.app.bot_id)
    assert scene.town.unread() == [
        "reaction on #1: eyes",
        "comment on #1: Training",
        f"check run gate at {pull.head.sha[:7]}: in_progress",
    ]
    scene.town.page(scene.digits, pull)
    assert scene.town.unread() == []
    scene.concludes(run, "success")
    comment.body = "Done"
    assert scene.town.unread() == [
        "comment on #1: Done",
        f"check run gate at {pull.head.sha[:7]}: success",
    ]


def test_a_run_on_a_commit_that_was_pushed_over_is_read_by_itself(scene):
    pull = opened(scene)
    run = scene.check(pull.head.sha)
    scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 3\n"})
    scene.town.page(scene.digits, pull)
    assert len(scene.town.unread()) == 1
    scene.town.reader.read_run(run)
    assert scene.town.unread() == []


def test_a_merge_waits_for_what_is_required_and_says_so(scene):
    pull = opened(scene)
    scene.check(scene.town.world.git.ref(scene.digits, "refs/heads/main"), "success")
    scene.ann.requires_check(scene.digits, "main", "gate", scene.app.id)
    with pytest.raises(Refused, match='"gate" is expected') as refused:
        scene.ann.merges(scene.digits, pull)
    assert refused.value.status == 405
    scene.check(pull.head.sha, "success")
    scene.ann.merges(scene.digits, pull, "squash")
    git = scene.town.world.git
    tip = git.commit(scene.digits, git.ref(scene.digits, "refs/heads/main"))
    assert (tip.message, tip.author.name) == ("An idea (#1)", "ann")
    assert scene.town.page(scene.digits, pull).endswith("Merged by ann.\n")


def test_who_may_bypass_must_say_that_they_do(scene):
    pull = opened(scene)
    rules = scene.ann.requires_check(scene.digits, "main", "gate", seen=False)
    rules.bypass_account_ids.add(scene.ann.id)
    with pytest.raises(Refused):
        scene.ann.merges(scene.digits, pull)
    scene.ann.merges(scene.digits, pull, bypass=True)
    assert pull.merged_by_id == scene.ann.id


def test_the_settings_page_offers_only_checks_seen_in_the_last_seven_days(scene):
    def require():
        scene.ann.requires_check(scene.digits, "main", "gate", scene.app.id)

    with pytest.raises(Refused, match="last 7 days"):
        require()
    scene.check(scene.bob.pushes(scene.digits, "x", {"a": "1"}), "success")
    scene.town.world.clock.advance(timedelta(days=7, seconds=1).total_seconds())
    with pytest.raises(Refused, match="last 7 days"):
        require()
    scene.town.world.clock.advance(-2)
    require()


def test_a_conflict_takes_the_test_merge_away_and_blocks(scene):
    pull = opened(scene)
    git = scene.town.world.git
    assert git.ref(scene.digits, "refs/pull/1/merge") == pull.merge_commit_sha
    scene.ann.pushes(scene.digits, "main", {"train.py": "lr = 9\n"})
    assert pull.mergeable is None  # not computed again before somebody asks
    with pytest.raises(Refused, match="merge conflicts"):
        scene.ann.merges(scene.digits, pull)
    assert git.ref(scene.digits, "refs/pull/1/merge") is None
    scene.bob.force_pushes(scene.digits, "idea", {"train.py": "lr = 10\n"})
    assert pull.mergeable is True


def test_a_branch_without_common_history_is_pushed_and_cannot_be_merged(scene):
    pull = opened(scene)
    scene.bob.begins_anew(scene.digits, "idea", {"train.py": "lr = 3\n"})
    assert pull.mergeable is False
    with pytest.raises(Refused, match="merge conflicts"):
        scene.ann.merges(scene.digits, pull)
    scene.bob.force_pushes(scene.digits, "idea", {"train.py": "lr = 4\n"})
    assert pull.mergeable is True


def test_the_base_sha_of_a_pull_request_is_old_until_something_is_pushed(scene):
    pull = opened(scene)
    was = pull.base.sha
    tip = scene.ann.pushes(scene.digits, "main", {"b": "1\n"})
    assert pull.base.sha == was
    scene.bob.rebases(scene.digits, "idea")
    assert pull.base.sha == tip


def test_a_rebase_that_conflicts_is_refused(scene):
    opened(scene)
    scene.ann.pushes(scene.digits, "main", {"train.py": "lr = 9\n"})
    with pytest.raises(Refused, match="idea conflicts with main"):
        scene.bob.rebases(scene.digits, "idea")


def test_strict_branches_must_be_rebased_first(scene):
    pull = opened(scene)
    scene.ann.requires_check(scene.digits, "main", "gate", strict=True, seen=False)
    scene.ann.pushes(scene.digits, "main", {"b": "1\n"})
    scene.check(pull.head.sha, "success")
    with pytest.raises(Refused, match="out-of-date"):
        scene.ann.merges(scene.digits, pull)
    scene.bob.rebases(scene.digits, "idea")
    scene.check(pull.head.sha, "success")
    scene.ann.merges(scene.digits, pull, "rebase")


def test_pushing_the_head_to_the_base_by_hand_marks_it_as_merged(scene):
    pull = opened(scene)
    git = scene.town.world.git
    with scene.town.world.lock:
        before = git.ref(scene.digits, "refs/heads/main")
        git.move(scene.digits, "refs/heads/main", pull.head.sha)
    moves = [("refs/heads/main", before, pull.head.sha)]
    scene.town.git().landed(scene.digits, moves, scene.ann.id)
    assert pull.merged_at is not None
    assert judge(scene.place, pull).why_not == ("Pull Request is already merged.",)


def test_deleting_the_branch_closes_and_reopening_needs_it_back(scene):
    pull = opened(scene)
    scene.bob.deletes_branch(scene.digits, "idea")
    assert pull.state == "closed"
    with pytest.raises(Refused, match="Validation Failed"):
        scene.bob.reopens(scene.digits, pull)


def test_a_force_pushed_branch_cannot_be_reopened(scene):
    pull = opened(scene)
    scene.bob.closes(scene.digits, pull)
    scene.bob.force_pushes(scene.digits, "idea", {"x": "1\n"})
    with pytest.raises(Refused):
        scene.bob.reopens(scene.digits, pull)


def test_a_new_push_takes_stale_approvals_away_where_the_rules_say_so(scene):
    pull = opened(scene)
    rules = scene.ann.requires_reviews(scene.digits, "main", 1, dismiss_stale=True)
    scene.ann.reviews(scene.digits, pull)
    assert judge(scene.place, pull).allowed
    scene.bob.pushes(scene.digits, "idea", {"train.py": "lr = 5\n"})
    assert not judge(scene.place, pull).allowed
    dismissed = scene.told("pull_request_review", "dismissed")[0]["review"]
    assert dismissed["state"] == "dismissed"
    rules.enforcement = "disabled"
    assert judge(scene.place, pull).allowed


@pytest.mark.parametrize(
    ("deed", "least"),
    [
        ("push", "write access to push"),
        ("merge", "write access to merge"),
        ("re-run", "write access to re-run"),
        ("label", "triage access to label"),
        ("edit", "write access to edit"),
        ("rename", "admin access to rename"),
        ("retarget", "write access to change"),
    ],
)
def test_strangers_may_look_and_talk_and_nothing_else(scene, deed, least):
    scene.digits.private = False
    eve, pull = scene.town.person("eve"), opened(scene)
    comment = scene.bob.comments(scene.digits, pull, "Hello")
    run = scene.check(pull.head.sha, "success")
    eve.comments(scene.digits, pull, "Hi")
    eve.reviews(scene.digits, pull, "APPROVED")
    deeds = {
        "push": lambda: eve.pushes(scene.digits, "x", {"a": "1"}),
        "merge": lambda: eve.merges(scene.digits, pull),
        "re-run": lambda: eve.reruns(scene.digits, run),
        "label": lambda: eve.labels(scene.digits, pull, "bug"),
        "edit": lambda: eve.edits_comment(scene.digits, comment, "Haha"),
        "rename": lambda: eve.renames(scene.digits, "mine"),
        "retarget": lambda: eve.retargets(scene.digits, pull, "main"),
    }
    with pytest.raises(Refused, match=f"eve must have {least}"):
        deeds[deed]()


def test_a_private_repository_is_closed_to_strangers(scene):
    eve = scene.town.person("eve")
    with pytest.raises(Refused, match="read access"):
        eve.forks(scene.digits)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("twice", "already exists for ann:idea"),
        ("nothing new", "No commits between main and empty"),
        ("no branch", "invalid"),
    ],
)
def test_pull_requests_that_make_no_sense_are_refused(scene, wrong, sentence):
    opened(scene)
    with scene.town.world.lock:
        git = scene.town.world.git
        tip = git.ref(scene.digits, "refs/heads/main")
        git.create_ref(scene.digits, "refs/heads/empty", tip)
    branch = {"twice": "idea", "nothing new": "empty", "no branch": "gone"}[wrong]
    with pytest.raises(Refused) as refused:
        scene.bob.opens_pull(scene.digits, branch)
    assert sentence in str(refused.value.errors)


def test_buttons_are_clicked_only_when_they_are_there(scene):
    pull = opened(scene)
    button = {"label": "Run again", "description": "Again", "identifier": "rerun"}
    run = scene.check(pull.head.sha, actions=[button])
    with pytest.raises(Refused, match="completed"):
        scene.bob.clicks(scene.digits, run, "rerun")
    scene.concludes(run, "failure")
    with pytest.raises(Refused, match="no button more"):
        scene.bob.clicks(scene.digits, run, "more")
    scene.bob.clicks(scene.digits, run, "rerun")


def test_nobody_approves_their_own(scene):
    pull = opened(scene)
    with pytest.raises(Refused, match="approve your own"):
        scene.bob.reviews(scene.digits, pull, "APPROVED")
    scene.bob.reviews(scene.digits, pull, "COMMENTED", "As I said")


def test_classic_protection_is_satisfied_by_any_app_unless_it_is_pinned(scene):
    pull = opened(scene)
    made = scene.ann.protects(scene.digits, "main", "gate")
    scene.check(pull.head.sha, "success")
    assert judge(scene.place, pull).allowed
    made.checks[0].app_id = 1
    assert not judge(scene.place, pull).allowed


def test_another_default_branch_is_told_and_is_what_a_new_branch_grows_from(scene):
    with pytest.raises(Refused, match="dev was not found"):
        scene.ann.makes_default(scene.digits, "dev")
    tip = scene.ann.pushes(scene.digits, "dev", {"b": "1"})
    scene.ann.makes_default(scene.digits, "dev")
    told = scene.told("repository", "edited")[0]
    assert told["changes"] == {"default_branch": {"from": "main"}}
    assert told["repository"]["default_branch"] == "dev"
    grown = scene.bob.pushes(scene.digits, "new", {"c": "1"})
    git = scene.town.world.git
    assert git.commit(scene.digits, grown).parents == (tip,)


def test_a_merged_pull_request_stays_merged(scene):
    pull = opened(scene)
    scene.bob.reacts(
        scene.digits, scene.bob.comments(scene.digits, pull, "Hi"), "rocket"
    )
    assert "\N{ROCKET} bob" in scene.town.page(scene.digits, pull)
    scene.ann.merges(scene.digits, pull)
    with pytest.raises(Refused):
        scene.bob.reopens(scene.digits, pull)


def test_an_app_that_may_not_write_checks_is_asked_for_no_suite(scene):
    scene.installation.permissions["checks"] = "read"
    scene.bob.pushes(scene.digits, "idea", {"a": "1"})
    assert scene.names() == ["push"]
    assert scene.digits.suites == {}


def test_an_archived_repository_takes_nothing(scene):
    pull = opened(scene)
    scene.ann.archives(scene.digits)
    with pytest.raises(Refused, match="archived"):
        scene.bob.pushes(scene.digits, "idea", {"a": "1"})
    with pytest.raises(Refused, match="archived"):
        scene.ann.merges(scene.digits, pull)


def test_uninstalling_and_suspending_end_the_tokens(scene):
    from tests.fakegithub.records import Token

    def token():
        made = Token(
            "ghs_x", scene.installation.id, {"contents": "read"}, None,
            scene.town.world.clock.now() + timedelta(hours=1),
        )  # fmt: skip
        scene.town.world.tokens["ghs_x"] = made
        return made

    first = token()
    scene.ann.suspends(scene.installation)
    assert first.revoked
    second = token()
    scene.ann.uninstalls(scene.installation)
    assert second.revoked


def test_a_real_push_over_http_moves_the_pull_request(scene, tmp_path):
    pull = opened(scene)
    scene.names()
    scene.town.world.personal_tokens["github_pat_bob"] = scene.bob.id
    basic = base64.b64encode(b"bob:github_pat_bob").decode()
    with served(scene.town.git()) as url:
        env = environment(
            HOME=str(tmp_path),
            GIT_CONFIG_COUNT="3",
            GIT_CONFIG_KEY_0=f"http.{url}/.extraHeader",
            GIT_CONFIG_VALUE_0=f"Authorization: Basic {basic}",
            GIT_CONFIG_KEY_1="user.name",
            GIT_CONFIG_VALUE_1="Bob",
            GIT_CONFIG_KEY_2="user.email",
            GIT_CONFIG_VALUE_2="bob@example.com",
        )
        work = tmp_path / "work"
        for command in (
            ["clone", "-q", "-b", "idea", f"{url}/ann/digits", str(work)],
            ["-C", str(work), "commit", "-q", "--allow-empty", "-m", "more"],
            ["-C", str(work), "push", "-q", "origin", "HEAD"],
        ):
            subprocess.run(["git", *command], check=True, env=env, capture_output=True)
    assert scene.names() == [
        "push", "check_suite/requested", "pull_request/synchronize"
    ]  # fmt: skip
    git = scene.town.world.git
    assert git.ref(scene.digits, "refs/pull/1/head") == pull.head.sha
    assert git.commit(scene.digits, pull.head.sha).message == "more\n"


def test_a_locked_talk_is_for_people_who_can_write(scene):
    scene.bob.pushes(scene.digits, "idea", {"a": "1\n"})
    pull = scene.bob.opens_pull(scene.digits, "idea")
    eve = scene.town.person("eve")
    scene.ann.invites(scene.digits, eve, "read")
    scene.ann.locks(scene.digits, pull)
    scene.bob.comments(scene.digits, pull, "still here")
    with pytest.raises(Refused, match="because issue is locked"):
        eve.comments(scene.digits, pull, "and me?")
    scene.ann.unlocks(scene.digits, pull)
    eve.comments(scene.digits, pull, "thanks")
    told = scene.told("pull_request", "locked")[0]["pull_request"]
    assert told["locked"] is True
    assert len(scene.told("pull_request", "unlocked")) == 1


def test_a_label_goes_on_and_off_and_a_description_changes(scene):
    scene.bob.pushes(scene.digits, "idea", {"a": "1\n"})
    pull = scene.bob.opens_pull(scene.digits, "idea", body="why")
    scene.names()
    for _ in range(2):
        scene.ann.labels(scene.digits, pull, "urgent")
    for _ in range(2):
        scene.ann.unlabels(scene.digits, pull, "urgent")
    scene.bob.rewrites(scene.digits, pull, "because")
    (told,) = scene.told("pull_request", "edited")
    assert told["changes"] == {"body": {"from": "why"}}
    assert scene.names() == [
        "pull_request/labeled",
        "pull_request/unlabeled",
        "pull_request/edited",
    ]


def test_a_new_repository_is_told_to_an_app_that_reaches_all(scene):
    scene.ann.founds("letters", {"a": "1\n"})
    (told,) = scene.told("repository", "created")
    assert told["repository"]["full_name"] == "ann/letters"
    scene.bob.founds("elsewhere", {"a": "1\n"})
    assert len(scene.told("repository", "created")) == 1
