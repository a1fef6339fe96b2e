"""Webhook payloads: what GitHub writes about a happening, as the world is now."""

from collections.abc import Callable

from tests.fakegithub import owner_payloads as owners
from tests.fakegithub.records import Issue, Json, Pull, Repository
from tests.fakegithub.shapes import basics, checks, commits, issues, pulls, repositories
from tests.fakegithub.state import Happening, World

Made = Callable[[World, Happening], dict[str, Json]]
NOTHING = "0" * 40
# Only these tell the settings for merging beside a pull request.
_WITH_SETTINGS = frozenset(
    {
        "opened",
        "reopened",
        "closed",
        "edited",
        "converted_to_draft",
        "ready_for_review",
    }
)
_SETTINGS: dict[str, Json] = {
    "allow_auto_merge": False,
    "allow_update_branch": False,
    "delete_branch_on_merge": False,
    "merge_commit_message": "PR_TITLE",
    "merge_commit_title": "MERGE_MESSAGE",
    "squash_merge_commit_message": "COMMIT_MESSAGES",
    "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
    "use_squash_pr_title_as_default": False,
}
# GitHub computes these after it has told; who wants to know must ask.
_NOT_COMPUTED: dict[str, Json] = {
    "mergeable": None,
    "rebaseable": None,
    "mergeable_state": "unknown",
}
# The suite inside a check run is told in short.
_NEWER_REPO = frozenset({"has_discussions", "web_commit_signoff_required"})
_SUITE_IN_RUN = frozenset(
    {
        "head_commit",
        "latest_check_runs_count",
        "check_runs_url",
        "rerequestable",
        "runs_rerequestable",
    }
)


def _without(shape: dict[str, Json], keys: frozenset[str]) -> dict[str, Json]:
    return {key: value for key, value in shape.items() if key not in keys}


def _at(world: World, happening: Happening) -> tuple[Repository, int]:
    return world.repositories[happening.repository_id or 0], happening.subject or 0


def _pull_request(world: World, happening: Happening) -> dict[str, Json]:
    repository, number = _at(world, happening)
    pull = repository.pulls[number]
    comparison = world.git.compare(repository, pull.base.sha, pull.head.sha)
    made = pulls.full(world, repository, pull, comparison)
    if happening.action in _WITH_SETTINGS:
        made |= _SETTINGS
    if pull.state == "open":
        made |= _NOT_COMPUTED
    said: dict[str, Json] = {"number": number, "pull_request": made}
    for key in ("changes", "before", "after", "reason"):
        if key in happening.details:
            said[key] = happening.details[key]
    if "label" in happening.details:
        said["label"] = basics.label(world, repository, happening.details["label"])
    return said


def _issue_shape(
    world: World, repository: Repository, found: Issue | Pull
) -> dict[str, Json]:
    made = issues.issue(world, repository, found)
    return _without(made, frozenset({"closed_by"}))


def _issue_comment(world: World, happening: Happening) -> dict[str, Json]:
    repository, comment_id = _at(world, happening)
    comment = happening.details.get("comment") or repository.comments[comment_id]
    about = repository.pulls.get(comment.number) or repository.issues[comment.number]
    issue = _issue_shape(world, repository, about)
    if issue["user"] is not None:
        issue["user"] = _without(issue["user"], frozenset({"user_view_type"}))
    said = {
        "issue": issue,
        "comment": issues.comment(world, repository, comment),
    }
    if happening.action == "edited":
        said["changes"] = happening.details["changes"]
    return said


def _review(world: World, happening: Happening) -> dict[str, Json]:
    repository, review_id = _at(world, happening)
    review = repository.reviews[review_id]
    pull = repository.pulls[review.number]
    made = pulls.review(world, repository, review)
    simple = pulls.simple(world, repository, pull)
    said = {"review": made | {"state": review.state.lower()}, "pull_request": simple}
    if happening.action == "edited":  # its schema knows less of repositories
        for side in (simple["head"], simple["base"]):
            side["repo"] = _without(side["repo"], _NEWER_REPO)
        said["changes"] = happening.details["changes"]
    return said


def _check_run(world: World, happening: Happening) -> dict[str, Json]:
    repository, run_id = _at(world, happening)
    run = repository.runs[run_id]
    suite = repository.suites[run.suite_id]
    short = _without(checks.suite(world, repository, suite), _SUITE_IN_RUN)
    made = checks.run(world, repository, run) | {"check_suite": short}
    said: dict[str, Json] = {"check_run": made}
    if "requested_action" in happening.details:
        said["requested_action"] = happening.details["requested_action"]
    return said


def _check_suite(world: World, happening: Happening) -> dict[str, Json]:
    repository, suite_id = _at(world, happening)
    suite = repository.suites[suite_id]
    made = checks.suite(world, repository, suite)
    return {"check_suite": _without(made, frozenset({"repository"}))}


def _merge_group(world: World, happening: Happening) -> dict[str, Json]:
    repository, group_id = _at(world, happening)
    group = next(g for g in repository.queue if g.id == group_id)
    said: dict[str, Json] = {
        "merge_group": {
            "head_sha": group.head_sha,
            "head_ref": group.head_ref,
            "base_sha": group.base_sha,
            "base_ref": f"refs/heads/{group.base_ref}",
            "head_commit": commits.simple_commit(world, repository, group.head_sha),
        }
    }
    if group.destroyed is not None:
        said["reason"] = group.destroyed
    return said


def _push(world: World, happening: Happening) -> dict[str, Json]:
    repository, _ = _at(world, happening)
    before = happening.details.get("before") or NOTHING
    after = happening.details.get("after") or NOTHING
    pusher = world.accounts.get(happening.sender_id)
    listed = [_pushed(world, repository, sha) for sha in _new(happening)]
    head = None if after == NOTHING else _pushed(world, repository, after)
    return {
        "ref": happening.details["ref"],
        "before": before,
        "after": after,
        "base_ref": None,
        "created": before == NOTHING,
        "deleted": after == NOTHING,
        "forced": bool(happening.details.get("forced")),
        "compare": f"{repositories.web_url(world, repository)}/compare/{before[:12]}",
        "commits": listed,
        "head_commit": head,
        "pusher": {"name": pusher.login if pusher else "ghost"},
    }


def _new(happening: Happening) -> list[str]:
    shas: list[str] = happening.details.get("commits", [])
    return shas[:2048]  # GitHub lists no more


def _pushed(world: World, repository: Repository, sha: str) -> dict[str, Json]:
    return commits.simple_commit(world, repository, sha) | {
        "url": f"{repositories.web_url(world, repository)}/commit/{sha}",
        "distinct": True,
        "added": [],
        "modified": [],
        "removed": [],
    }


def _issue(world: World, happening: Happening) -> dict[str, Json]:
    repository, number = _at(world, happening)
    made = _issue_shape(world, repository, repository.issues[number])
    said: dict[str, Json] = {"issue": made}
    if "changes" in happening.details:
        said["changes"] = happening.details["changes"]
    if "label" in happening.details:
        said["label"] = basics.label(world, repository, happening.details["label"])
    return said


def _status(world: World, happening: Happening) -> dict[str, Json]:
    repository, status_id = _at(world, happening)
    status = next(one for one in repository.statuses if one.id == status_id)
    commit = world.git.commit(repository, status.sha)
    if commit is None:
        raise LookupError(f"no commit {status.sha}")
    made = checks.status(world, repository, status)
    told = commits.commit(world, repository, commit)
    for name in ("author", "committer"):
        if told[name] is not None:
            told[name] = _without(told[name], frozenset({"user_view_type"}))
    kept = ("id", "avatar_url", "target_url", "context", "description", "state")
    return {
        **{name: made[name] for name in kept},
        "sha": status.sha,
        "name": world.full_name(repository),
        "commit": told,
        "branches": [],
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
    }


PAYLOADS: dict[str, Made] = {
    "check_run": _check_run,
    "check_suite": _check_suite,
    "installation": owners.installed,
    "installation_repositories": owners.installed_on,
    "issue_comment": _issue_comment,
    "issues": _issue,
    "merge_group": _merge_group,
    "ping": owners.ping,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "push": _push,
    "repository": owners.about_repository,
    "status": _status,
}
