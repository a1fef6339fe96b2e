"""Would GitHub let this merge: the truth table of required checks and the rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakegithub.demands import applies, rules_for
from tests.fakegithub.oracle import Look, judge, judge_group
from tests.fakegithub.records import (
    CheckRun,
    CommitStatus,
    MergeGroup,
    Protection,
    Pull,
    Repository,
    RequiredCheck,
    Review,
    Rule,
    Ruleset,
    Side,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEAD, MERGE, BASE = "a" * 40, "b" * 40, "c" * 40
OURS, THEIRS = 7, 8
OWNER, WRITER, READER, AUTHOR = 1, 2, 3, 4
CLEAR = Look(conflict=False, up_to_date=True, merge_sha=MERGE)


def repository(**more):
    made = Repository(50, OWNER, "digits", NOW, **more)
    made.collaborators = {WRITER: "write", READER: "read", AUTHOR: "write"}
    made.pulls[1] = Pull(
        60, 1, "An idea", None, AUTHOR,
        Side("idea", HEAD, 50, "ann:idea"), Side("main", BASE, 50, "ann:main"),
        NOW, NOW, mergeable=True,
    )  # fmt: skip
    return made


def requiring(app_id=OURS, *, strict=False, context="gate"):
    made = repository()
    check = {"context": context} | ({"integration_id": app_id} if app_id else {})
    rule = Rule(
        "required_status_checks",
        {
            "required_status_checks": [check],
            "strict_required_status_checks_policy": strict,
        },
    )
    made.rulesets[9] = Ruleset(9, "r", ["~DEFAULT_BRANCH"], [rule])
    return made


def ran(made, conclusion, *, app=OURS, sha=HEAD, name="gate", status="completed"):
    number = 100 + len(made.runs)
    made.runs[number] = CheckRun(
        number, app, app, name, sha, NOW, status=status, conclusion=conclusion
    )


def said(made, look=CLEAR, now=NOW, bypassing=None):
    return list(judge(made, made.pulls[1], look, now, bypassing).why_not)


def test_without_rules_everything_open_merges():
    assert judge(repository(), repository().pulls[1], CLEAR, NOW).allowed


@pytest.mark.parametrize(
    ("conclusion", "allowed"),
    [
        ("success", True),
        ("neutral", True),
        ("skipped", True),
        ("failure", False),
        ("cancelled", False),
        ("timed_out", False),
        ("action_required", False),
        ("stale", False),
    ],
)
def test_success_neutral_and_skipped_pass_and_nothing_else(conclusion, allowed):
    made = requiring()
    ran(made, conclusion)
    assert (said(made) == []) is allowed


def test_a_check_that_never_came_is_expected_and_one_that_runs_is_pending():
    made = requiring()
    assert said(made) == ['Required status check "gate" is expected.']
    ran(made, None, status="in_progress")
    assert said(made) == ['Required status check "gate" is pending.']


def test_a_run_without_an_end_is_stale_after_14_days_and_fails():
    made = requiring()
    ran(made, None, status="queued")
    late = NOW + timedelta(days=14, seconds=1)
    assert said(made, now=late) == ['Required status check "gate" is failing.']


def test_a_pinned_check_counts_only_from_its_app():
    made = requiring(OURS)
    ran(made, "success", app=THEIRS)
    assert said(made) == ['Required status check "gate" is expected.']
    ran(made, "success", app=OURS)
    assert said(made) == []


@pytest.mark.parametrize("app_id", [None, -1])
def test_an_unpinned_check_is_satisfied_by_anybody(app_id):
    made = repository()
    made.protections["main"] = Protection([RequiredCheck("gate", app_id)])
    assert said(made) == ['Required status check "gate" is expected.']
    ran(made, "success", app=THEIRS)
    assert said(made) == []


def test_where_two_apps_use_the_name_both_must_pass_unless_pinned():
    made = requiring(None)
    ran(made, "success", app=OURS)
    ran(made, "failure", app=THEIRS)
    assert said(made) == ['Required status check "gate" is failing.']
    pinned = requiring(OURS)
    pinned.runs = made.runs
    assert said(pinned) == []


def test_only_the_latest_run_of_a_name_counts():
    made = requiring()
    ran(made, "success")
    ran(made, "failure")
    assert said(made) == ['Required status check "gate" is failing.']
    ran(made, "success")
    assert said(made) == []


def test_a_run_at_another_commit_does_not_count():
    made = requiring()
    ran(made, "success", sha=BASE)
    assert said(made) == ['Required status check "gate" is expected.']


def test_a_check_on_the_test_merge_commit_takes_the_heads_place():
    made = requiring()
    ran(made, "success", sha=HEAD)
    assert said(made) == []
    ran(made, "success", sha=MERGE, name="something else")
    assert said(made) == ['Required status check "gate" is expected.']
    assert said(made, replace(CLEAR, merge_sha=None)) == []


def status(made, state, *, app=None, sha=HEAD, context="gate"):
    number = 500 + len(made.statuses)
    made.statuses.append(
        CommitStatus(number, sha, context, state, None, None, WRITER, NOW, app)
    )


def test_a_commit_status_of_the_same_name_must_pass_as_well():
    made = requiring(None)
    ran(made, "success")
    status(made, "failure")
    assert said(made) == ['Required status check "gate" is failing.']
    status(made, "pending")
    assert said(made) == ['Required status check "gate" is pending.']
    status(made, "success")
    assert said(made) == []
    status(made, "error", sha=MERGE)
    assert said(made) == ['Required status check "gate" is failing.']


def test_anybody_can_fake_an_unpinned_context_and_nobody_a_pinned_one():
    made = requiring(None)
    status(made, "success")
    assert said(made) == []
    pinned = requiring(OURS)
    status(pinned, "success")
    assert said(pinned) == ['Required status check "gate" is expected.']


def test_strict_wants_the_bases_tip_in_the_branch():
    made = requiring(strict=True)
    ran(made, "success")
    behind = replace(CLEAR, up_to_date=False)
    assert said(made) == []
    assert said(made, behind) == ["This branch is out-of-date with the base branch."]
    loose = requiring()
    ran(loose, "success")
    assert said(loose, behind) == []
    classic = repository()
    classic.protections["main"] = Protection(strict=True)
    assert len(said(classic, behind)) == 1


def test_rules_count_only_while_active_and_for_their_branches():
    made = requiring()
    made.rulesets[9].enforcement = "evaluate"
    assert said(made) == []
    made.rulesets[9].enforcement = "active"
    made.pulls[1].base.ref = "dev"
    assert said(made) == []
    made.rulesets[9].include = ["refs/heads/d*"]
    assert len(said(made)) == 1


@pytest.mark.parametrize(
    ("pattern", "branch", "taken"),
    [
        ("~ALL", "x/y", True),
        ("~DEFAULT_BRANCH", "main", True),
        ("~DEFAULT_BRANCH", "dev", False),
        ("refs/heads/main", "main", True),
        ("refs/heads/release/*", "release/1", True),
        ("refs/heads/*", "release/1", False),
        ("refs/heads/**", "release/1", False),
        ("refs/heads/**/*", "release/1", True),
        ("refs/heads/**/*", "main", True),
        ("refs/heads/release/?[0-9]", "release/v1", True),
        ("refs/heads/release/[!0-9]", "release/1", False),
        ("refs/heads/a.b", "a-b", False),
        ("refs/heads/release/**/*", "main", False),
    ],
)
def test_patterns_stop_at_slashes_unless_doubled_before_one(pattern, branch, taken):
    assert applies(repository(), pattern, branch) is taken


def test_a_bypass_lifts_the_rules_of_those_who_have_one_and_nothing_else():
    made = requiring()
    assert said(made, bypassing=WRITER) != []
    made.rulesets[9].bypass_account_ids.add(WRITER)
    assert said(made) != []
    assert said(made, bypassing=WRITER) == []
    conflict = replace(CLEAR, conflict=True)
    assert said(made, conflict, bypassing=WRITER) != []


def test_classic_protection_lets_administrators_by_unless_it_includes_them():
    made = repository()
    made.protections["main"] = Protection([RequiredCheck("gate")])
    assert said(made, bypassing=WRITER) != []
    assert said(made, bypassing=OWNER) == []
    made.protections["main"].enforce_admins = True
    assert said(made, bypassing=OWNER) != []


def reviewed(made, author, state):
    number = 700 + len(made.reviews)
    made.reviews[number] = Review(number, 1, author, state, "", HEAD, NOW)


def test_approvals_count_from_writers_but_the_author_and_the_last_word_counts():
    made = repository()
    made.protections["main"] = Protection(approvals=1)
    missing = said(made)
    assert missing == [
        "At least 1 approving review is required by reviewers with write access."
    ]
    for author, state in (
        (READER, "APPROVED"),
        (AUTHOR, "APPROVED"),
        (None, "APPROVED"),
        (WRITER, "COMMENTED"),
    ):
        reviewed(made, author, state)
    assert said(made) == missing
    reviewed(made, WRITER, "APPROVED")
    assert said(made) == []
    reviewed(made, OWNER, "CHANGES_REQUESTED")
    assert said(made) == ["Changes were requested by a reviewer with write access."]
    reviewed(made, OWNER, "DISMISSED")
    assert said(made) == []


def test_a_ruleset_may_ask_for_more_reviews_than_classic_protection():
    made = repository()
    made.protections["main"] = Protection(approvals=1)
    rule = Rule("pull_request", {"required_approving_review_count": 2})
    made.rulesets[9] = Ruleset(9, "r", ["~ALL"], [rule])
    reviewed(made, WRITER, "APPROVED")
    assert said(made) == [
        "At least 2 approving reviews are required by reviewers with write access."
    ]


@pytest.mark.parametrize(
    ("change", "sentence", "state"),
    [
        ("draft", "Pull Request is still a draft.", "draft"),
        ("closed", "Pull Request is closed.", "blocked"),
        ("merged", "Pull Request is already merged.", "blocked"),
        ("conflict", "Pull Request has merge conflicts.", "dirty"),
        ("archived", "Repository was archived so is read-only.", "blocked"),
        ("queue", "Changes must be made through the merge queue.", "blocked"),
    ],
)
def test_what_else_stands_in_the_way(change, sentence, state):
    made, look = repository(), CLEAR
    pull = made.pulls[1]
    match change:
        case "draft":
            pull.draft = True
        case "closed":
            pull.state = "closed"
        case "merged":
            pull.state, pull.merged_at = "closed", NOW
        case "conflict":
            look = replace(CLEAR, conflict=True)
        case "archived":
            made.archived = True
        case "queue":
            made.rulesets[9] = Ruleset(9, "q", ["~ALL"], [Rule("merge_queue")])
    judged = judge(made, pull, look, NOW)
    assert (judged.why_not, judged.state) == ((sentence,), state)


def test_the_word_beside_the_button():
    made = requiring(strict=True)
    pull = made.pulls[1]
    assert judge(made, pull, CLEAR, NOW).state == "blocked"
    ran(made, "success")
    assert judge(made, pull, CLEAR, NOW).state == "clean"
    ran(made, "failure", name="optional")
    assert judge(made, pull, CLEAR, NOW).state == "unstable"
    assert judge(made, pull, CLEAR, NOW).allowed
    behind = replace(CLEAR, up_to_date=False)
    assert judge(made, pull, behind, NOW).state == "behind"


def test_a_group_in_the_queue_needs_the_checks_on_its_own_commit():
    made = requiring()
    group = MergeGroup(1, "main", BASE, "refs/heads/q", MERGE, [1], NOW)
    ran(made, "success")
    assert judge_group(made, group, NOW)[0] == "pending"
    ran(made, "failure", sha=MERGE)
    assert judge_group(made, group, NOW) == (
        "failing",
        ('Required status check "gate" is failing.',),
    )
    ran(made, "success", sha=MERGE)
    assert judge_group(made, group, NOW) == ("passing", ())


def test_the_rules_of_a_branch_are_listed_with_their_rulesets():
    made = requiring()
    listed = [(ruleset.id, rule.type) for ruleset, rule in rules_for(made, "main")]
    assert listed == [(9, "required_status_checks")]
    assert rules_for(made, "dev") == []
