"""Old-style commit statuses, which anybody with the permission may set."""

from collections.abc import Sequence

from tests.fakegithub import changes
from tests.fakegithub.operations.call import Answer, Call, Handler, error, not_found
from tests.fakegithub.records import CommitStatus
from tests.fakegithub.shapes import checks


def _sha(call: Call, name: str) -> str | None:
    return call.world.git.resolve(call.repository, call.path[name])


def create_status(call: Call) -> Answer:
    """An old-style commit status."""
    sha = _sha(call, "sha")
    if sha is None or sha != call.path["sha"]:
        return error(422, f"No commit found for SHA: {call.path['sha']}")
    said = call.body
    status = CommitStatus(
        id=call.world.new_id(),
        sha=sha,
        context=said.get("context", "default"),
        state=said["state"],
        description=said.get("description"),
        target_url=said.get("target_url"),
        creator_id=call.app.bot_id,
        created_at=call.world.clock.now(),
        app_id=call.app.id,
    )
    changes.set_status(call.world, call.repository, status)
    return Answer(201, checks.status(call.world, call.repository, status))


def _statuses(call: Call) -> tuple[str, Sequence[CommitStatus]] | None:
    sha = _sha(call, "ref")
    if sha is None:
        return None
    found = [s for s in reversed(call.repository.statuses) if s.sha == sha]
    return sha, found


def list_statuses(call: Call) -> Answer:
    """The statuses of a commit, the newest first."""
    found = _statuses(call)
    if found is None:
        return not_found()
    return call.page(found[1], lambda s: checks.status(call.world, call.repository, s))


def combined_status(call: Call) -> Answer:
    """The latest status of each context."""
    found = _statuses(call)
    if found is None:
        return not_found()
    latest = {s.context: s for s in reversed(found[1])}
    said = checks.combined(call.world, call.repository, found[0], list(latest.values()))
    return Answer(200, said)


OPERATIONS: dict[str, Handler] = {
    "repos/create-commit-status": create_status,
    "repos/list-commit-statuses-for-ref": list_statuses,
    "repos/get-combined-status-for-ref": combined_status,
}
