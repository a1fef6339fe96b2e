"""Issues, comments and reactions in GitHub's JSON."""

from collections.abc import Sequence

from tests.fakegithub.records import (
    Comment,
    Issue,
    Json,
    Pull,
    Reacted,
    Repository,
)
from tests.fakegithub.shapes.basics import (
    account,
    app_by_id,
    association,
    label,
    node_id,
    time_of,
)
from tests.fakegithub.shapes.repositories import api_url, web_url
from tests.fakegithub.state import World

KINDS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def issue(world: World, repository: Repository, found: Issue | Pull) -> dict[str, Json]:
    """An `issue`; a pull request is one too, with a `pull_request` in it."""
    api = f"{api_url(world, repository)}/issues/{found.number}"
    pull = isinstance(found, Pull)
    web = f"{web_url(world, repository)}/{'pull' if pull else 'issues'}/{found.number}"
    comments = [c for c in repository.comments.values() if c.number == found.number]
    made: dict[str, Json] = {
        "url": api,
        "repository_url": api_url(world, repository),
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "html_url": web,
        "id": found.id,
        "node_id": node_id("PR" if pull else "I", found.id),
        "number": found.number,
        "title": found.title,
        "user": account(world, found.author_id),
        "labels": [label(world, repository, name) for name in found.labels],
        "state": found.state,
        "locked": found.locked,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(comments),
        "created_at": time_of(found.created_at),
        "updated_at": time_of(found.updated_at),
        "closed_at": time_of(found.closed_at),
        "author_association": association(world, repository, found.author_id),
        "active_lock_reason": None,
        "body": found.body,
        "closed_by": None,
        "reactions": rollup((), f"{api}/reactions"),
        "timeline_url": f"{api}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }
    if isinstance(found, Issue):
        made["performed_via_github_app"] = app_by_id(world, found.app_id)
    else:
        made["draft"] = found.draft
        made["pull_request"] = {
            "url": f"{api_url(world, repository)}/pulls/{found.number}",
            "html_url": web,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "merged_at": time_of(found.merged_at),
        }
    return made


def comment(world: World, repository: Repository, found: Comment) -> dict[str, Json]:
    """An `issue-comment`."""
    api = f"{api_url(world, repository)}/issues"
    place = "pull" if found.number in repository.pulls else "issues"
    web = f"{web_url(world, repository)}/{place}/{found.number}"
    url = f"{api}/comments/{found.id}"
    return {
        "url": url,
        "html_url": f"{web}#issuecomment-{found.id}",
        "issue_url": f"{api}/{found.number}",
        "id": found.id,
        "node_id": node_id("IC", found.id),
        "user": account(world, found.author_id),
        "created_at": time_of(found.created_at),
        "updated_at": time_of(found.updated_at),
        "body": found.body,
        "author_association": association(world, repository, found.author_id),
        "reactions": rollup(found.reactions, f"{url}/reactions"),
        "performed_via_github_app": app_by_id(world, found.app_id),
    }


def rollup(reactions: Sequence[Reacted], url: str) -> dict[str, Json]:
    """Counts of reactions."""
    said = [reacted.content for reacted in reactions]
    return {
        "url": url,
        "total_count": len(said),
        **{kind: sum(one == kind for one in said) for kind in KINDS},
    }


def reaction(world: World, found: Reacted) -> dict[str, Json]:
    """A `reaction`."""
    return {
        "id": found.id,
        "node_id": node_id("REA", found.id),
        "user": account(world, found.account_id),
        "content": found.content,
        "created_at": time_of(found.created_at),
    }
