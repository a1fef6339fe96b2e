"""Check runs, check suites and commit statuses in GitHub's JSON."""

from collections.abc import Sequence

from tests.fakegithub.records import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    Json,
    Repository,
)
from tests.fakegithub.rollup import suite_standing
from tests.fakegithub.shapes.basics import account, app_by_id, node_id, time_of
from tests.fakegithub.shapes.commits import simple_commit
from tests.fakegithub.shapes.pulls import headed_by
from tests.fakegithub.shapes.repositories import api_url, minimal, web_url
from tests.fakegithub.state import World


def run(world: World, repository: Repository, found: CheckRun) -> dict[str, Json]:
    """A `check-run`."""
    url = f"{api_url(world, repository)}/check-runs/{found.id}"
    web = f"{web_url(world, repository)}/runs/{found.id}"
    status, conclusion = found.standing(world.clock.now())
    return {
        "id": found.id,
        "name": found.name,
        "node_id": node_id("CR", found.id),
        "head_sha": found.head_sha,
        "external_id": found.external_id,
        "url": url,
        "html_url": web,
        "details_url": found.details_url or f"{world.web_url}/apps",
        "status": status,
        "conclusion": conclusion,
        "started_at": time_of(found.started_at),
        "completed_at": time_of(found.completed_at),
        "output": {
            "title": found.output.get("title"),
            "summary": found.output.get("summary"),
            "text": found.output.get("text"),
            "annotations_count": len(found.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": found.suite_id},
        "app": app_by_id(world, found.app_id),
        "pull_requests": headed_by(world, repository, found.head_sha),
    }


def suite(world: World, repository: Repository, found: CheckSuite) -> dict[str, Json]:
    """A `check-suite`; status and conclusion are those of its runs."""
    url = f"{api_url(world, repository)}/check-suites/{found.id}"
    runs = [r for r in repository.runs.values() if r.suite_id == found.id]
    status, conclusion = suite_standing(found, runs, world.clock.now())
    return {
        "id": found.id,
        "node_id": node_id("CS", found.id),
        "head_branch": found.head_branch,
        "head_sha": found.head_sha,
        "status": status,
        "conclusion": conclusion,
        "url": url,
        "before": found.before,
        "after": found.head_sha,
        "pull_requests": headed_by(world, repository, found.head_sha),
        "app": app_by_id(world, found.app_id),
        "repository": minimal(world, repository),
        "created_at": time_of(found.created_at),
        "updated_at": time_of(found.updated_at),
        "head_commit": simple_commit(world, repository, found.head_sha),
        "latest_check_runs_count": len({r.name for r in runs}),
        "check_runs_url": f"{url}/check-runs",
        "rerequestable": True,
        "runs_rerequestable": True,
    }


def annotation(
    world: World, repository: Repository, found: CheckRun, said: dict[str, Json]
) -> dict[str, Json]:
    """A `check-annotation`."""
    blob = f"{web_url(world, repository)}/blob/{found.head_sha}/{said['path']}"
    empty = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
    return empty | said | {"blob_href": blob}


def status(
    world: World, repository: Repository, found: CommitStatus
) -> dict[str, Json]:
    """A `status`."""
    return _simple_status(world, repository, found) | {
        "creator": account(world, found.creator_id)
    }


def _simple_status(
    world: World, repository: Repository, found: CommitStatus
) -> dict[str, Json]:
    return {
        "url": f"{api_url(world, repository)}/statuses/{found.sha}",
        "avatar_url": f"{world.web_url}/avatars/u/{found.creator_id}",
        "id": found.id,
        "node_id": node_id("SC", found.id),
        "state": found.state,
        "description": found.description,
        "target_url": found.target_url,
        "context": found.context,
        "created_at": time_of(found.created_at),
        "updated_at": time_of(found.created_at),
    }


def combined(
    world: World, repository: Repository, sha: str, latest: Sequence[CommitStatus]
) -> dict[str, Json]:
    """A `combined-commit-status` of the latest status of each context."""
    states = {found.state for found in latest}
    state = "success" if states == {"success"} else "pending"
    if states & {"error", "failure"}:
        state = "failure"
    url = f"{api_url(world, repository)}/commits/{sha}"
    return {
        "state": state,
        "statuses": [_simple_status(world, repository, one) for one in latest],
        "sha": sha,
        "total_count": len(latest),
        "repository": minimal(world, repository),
        "commit_url": url,
        "url": f"{url}/status",
    }
