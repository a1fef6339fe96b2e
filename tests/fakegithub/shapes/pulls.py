"""Pull requests, their reviews, and the short form inside check runs."""

from tests.fakegithub.records import Json, Pull, Repository, Review, Side
from tests.fakegithub.shapes.basics import account, association, label, node_id, time_of
from tests.fakegithub.shapes.repositories import api_url, web_url, whole
from tests.fakegithub.state import Comparison, World


def brief(world: World, repository: Repository, pull: Pull) -> dict[str, Json]:
    """A `pull-request-minimal`, as check runs and suites list them."""
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{api_url(world, repository)}/pulls/{pull.number}",
        "head": _brief_side(world, pull.head),
        "base": _brief_side(world, pull.base),
    }


def _brief_side(world: World, side: Side) -> dict[str, Json]:
    repository = world.repositories[side.repository_id or 0]
    return {
        "ref": side.ref,
        "sha": side.sha,
        "repo": {
            "id": repository.id,
            "url": api_url(world, repository),
            "name": repository.name,
        },
    }


def headed_by(world: World, repository: Repository, sha: str) -> list[dict[str, Json]]:
    """Open pull requests that a check at this commit lists: never those of forks."""
    return [
        brief(world, repository, pull)
        for pull in repository.pulls.values()
        if pull.state == "open"
        and pull.head.sha == sha
        and pull.head.repository_id == repository.id
    ]


def simple(world: World, repository: Repository, pull: Pull) -> dict[str, Json]:
    """A `pull-request-simple`, as lists hold them."""
    api = f"{api_url(world, repository)}/pulls/{pull.number}"
    web = f"{web_url(world, repository)}/pull/{pull.number}"
    issue = f"{api_url(world, repository)}/issues/{pull.number}"
    return {
        "url": api,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": issue,
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": f"{api_url(world, repository)}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{api_url(world, repository)}/statuses/{pull.head.sha}",
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "title": pull.title,
        "user": account(world, pull.author_id),
        "body": pull.body,
        "labels": [label(world, repository, name) for name in pull.labels],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": time_of(pull.created_at),
        "updated_at": time_of(pull.updated_at),
        "closed_at": time_of(pull.closed_at),
        "merged_at": time_of(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _side(world, pull.head),
        "base": _side(world, pull.base),
        "_links": _links(world, repository, pull),
        "author_association": association(world, repository, pull.author_id),
        "auto_merge": None,
        "draft": pull.draft,
    }


def full(
    world: World,
    repository: Repository,
    pull: Pull,
    comparison: Comparison | None = None,
) -> dict[str, Json]:
    """A `pull-request`; counts of the change need its comparison."""
    files = comparison.files if comparison else ()
    merger = account(world, pull.merged_by_id)
    comments = [c for c in repository.comments.values() if c.number == pull.number]
    return simple(world, repository, pull) | {
        "merged": pull.merged_at is not None,
        "mergeable": known_mergeable(pull),
        "rebaseable": known_mergeable(pull),
        "mergeable_state": mergeable_state(pull),
        "merged_by": merger,
        "comments": len(comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(comparison.ahead) if comparison else 0,
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def known_mergeable(pull: Pull) -> bool | None:
    """Whether it merges, as far as the one who asks now is told."""
    return None if pull.state == "closed" or pull.unasked else pull.mergeable


def mergeable_state(pull: Pull) -> str:
    """The undocumented word beside `mergeable`; for display only."""
    match known_mergeable(pull):
        case None:
            return "unknown"
        case False:
            return "dirty"
        case _:
            return "draft" if pull.draft else "clean"


def _side(world: World, side: Side) -> dict[str, Json]:
    repository = world.repositories.get(side.repository_id or 0)
    owner = world.account(side.label.partition(":")[0])
    return {
        "label": side.label,
        "ref": side.ref,
        "sha": side.sha,
        "user": account(world, owner.id if owner else None),
        "repo": whole(world, repository) if repository else None,
    }


def _links(world: World, repository: Repository, pull: Pull) -> dict[str, Json]:
    api = api_url(world, repository)
    one = f"{api}/pulls/{pull.number}"
    links = {
        "self": one,
        "html": f"{web_url(world, repository)}/pull/{pull.number}",
        "issue": f"{api}/issues/{pull.number}",
        "comments": f"{api}/issues/{pull.number}/comments",
        "review_comments": f"{one}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{one}/commits",
        "statuses": f"{api}/statuses/{pull.head.sha}",
    }
    return {name: {"href": url} for name, url in links.items()}


def review(world: World, repository: Repository, found: Review) -> dict[str, Json]:
    """A `pull-request-review`."""
    pull = f"{api_url(world, repository)}/pulls/{found.number}"
    web = f"{web_url(world, repository)}/pull/{found.number}"
    html = f"{web}#pullrequestreview-{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("PRR", found.id),
        "user": account(world, found.author_id),
        "body": found.body,
        "state": found.state,
        "html_url": html,
        "pull_request_url": pull,
        "_links": {"html": {"href": html}, "pull_request": {"href": pull}},
        "submitted_at": time_of(found.submitted_at),
        "commit_id": found.commit_id,
        "author_association": association(world, repository, found.author_id),
    }
