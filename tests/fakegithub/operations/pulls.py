"""Pull requests: reading, with GitHub's caps."""

from collections.abc import Callable

from tests.fakegithub.operations.call import Answer, Call, Handler, not_found
from tests.fakegithub.records import Json, Pull
from tests.fakegithub.shapes import commits, pulls
from tests.fakegithub.state import Comparison

MOST_COMMITS = 250
MOST_FILES = 3000


def compared(call: Call, pull: Pull) -> Comparison | None:
    """What the pull request changes against its base."""
    return call.world.git.compare(call.repository, pull.base.sha, pull.head.sha)


def list_pulls(call: Call) -> Answer:
    """Pull requests by state, head and base; the newest first unless asked."""
    query = call.query
    state, base, head = query.get("state", "open"), query.get("base"), query.get("head")
    found = [
        p
        for p in call.repository.pulls.values()
        if state in {"all", p.state}
        and base in {None, p.base.ref}
        and head in {None, p.head.label}
    ]
    ordered = sorted(
        found,
        key=_order(query.get("sort", "created")),
        reverse=_falling(query),
    )
    return call.page(ordered, lambda p: pulls.simple(call.world, call.repository, p))


def _falling(query: dict[str, str]) -> bool:
    default = "desc" if query.get("sort", "created") == "created" else "asc"
    return query.get("direction", default) == "desc"


def _order(sort: str) -> Callable[[Pull], tuple[Json, int]]:
    if sort == "updated":
        return lambda p: (p.updated_at, p.number)
    return lambda p: (p.created_at, p.number)


def get(call: Call) -> Answer:
    """One pull request with the size of its change."""
    pull = call.pull()
    if pull is None:
        return not_found()
    said = pulls.full(call.world, call.repository, pull, compared(call, pull))
    if pull.state == "open" and pulls.known_mergeable(pull) is None:
        call.world.look_again(call.repository, pull)  # the next reader will know
    return Answer(200, said)


def list_commits(call: Call) -> Answer:
    """The first 250 commits, oldest first; more are not to be had here."""
    pull = call.pull()
    if pull is None:
        return not_found()
    comparison = compared(call, pull)
    shas = comparison.ahead[:MOST_COMMITS] if comparison else ()
    return call.page(shas, lambda sha: one_commit(call, sha))


def one_commit(call: Call, sha: str) -> dict[str, Json]:
    """A commit that exists."""
    found = call.world.git.commit(call.repository, sha)
    if found is None:
        raise LookupError(f"git lists {sha} but does not have it")
    return commits.commit(call.world, call.repository, found)


def list_files(call: Call) -> Answer:
    """The first 3,000 files."""
    pull = call.pull()
    if pull is None:
        return not_found()
    comparison = compared(call, pull)
    files = comparison.files[:MOST_FILES] if comparison else ()
    return call.page(
        files,
        lambda file: commits.file(call.world, call.repository, pull.head.sha, file),
    )


def list_reviews(call: Call) -> Answer:
    """The reviews, oldest first."""
    pull = call.pull()
    if pull is None:
        return not_found()
    found = [r for r in call.repository.reviews.values() if r.number == pull.number]
    return call.page(found, lambda r: pulls.review(call.world, call.repository, r))


OPERATIONS: dict[str, Handler] = {
    "pulls/list": list_pulls,
    "pulls/get": get,
    "pulls/list-commits": list_commits,
    "pulls/list-files": list_files,
    "pulls/list-reviews": list_reviews,
}
