"""What follows when refs move: a push is told, suites asked for, pull requests follow.

Call under `world.lock`.
"""

from collections.abc import Iterable

from tests.fakegithub.check_changes import Place, request_suite
from tests.fakegithub.demands import Demands
from tests.fakegithub.git_http import RefMove
from tests.fakegithub.pull_changes import close_pull, end, real_git, refresh, tell
from tests.fakegithub.records import Json, Pull, Repository
from tests.fakegithub.state import Happening, World

NOTHING = "0" * 40


def landed(
    world: World, repository: Repository, moves: Iterable[RefMove], sender_id: int
) -> None:
    """All that follows when refs have moved, whoever moved them."""
    place = Place(world, repository)
    for ref, before, after in moves:
        _tell_push(place, (ref, before, after), sender_id)
        branch = ref.removeprefix("refs/heads/")
        if branch == ref:
            continue
        if after is not None:
            _request_suites(place, branch, before, after, sender_id)
        _follow_head(place, branch, after, sender_id)
        if after is not None:
            _follow_base(place, branch, after, sender_id)


def _tell_push(place: Place, move: RefMove, sender_id: int) -> None:
    ref, before, after = move
    git, repository = real_git(place.world), place.repository
    rewound = before and after and not git.is_ancestor(repository, before, after)
    details: dict[str, Json] = {
        "ref": ref,
        "before": before,
        "after": after,
        "forced": bool(rewound),
        "commits": git.new_commits(repository, before, after),
    }
    place.world.emit(Happening("push", None, repository.id, None, sender_id, details))


def _request_suites(
    place: Place, branch: str, before: str | None, after: str, sender_id: int
) -> None:
    world = place.world
    for installation in world.installations.values():
        writes = installation.permissions.get("checks") == "write"
        awake = installation.suspended_at is None
        if writes and awake and world.covers(installation, place.repository):
            app = world.apps[installation.app_id]
            request_suite(place, app, after, branch, before or NOTHING, sender_id)


def _follow_head(place: Place, branch: str, after: str | None, sender_id: int) -> None:
    """Open pull requests from the branch, wherever their base is."""
    for base in place.world.repositories.values():
        for pull in list(base.pulls.values()):
            from_here = (pull.head.repository_id, pull.head.ref)
            if pull.state == "open" and from_here == (place.repository.id, branch):
                _synchronize(Place(place.world, base), pull, after, sender_id)


def _synchronize(place: Place, pull: Pull, after: str | None, sender_id: int) -> None:
    if after is None:
        close_pull(place, pull, sender_id)
        return
    before, pull.head.sha = pull.head.sha, after
    real_git(place.world).set_pull_head(place.repository, pull.number, after)
    _dismiss_stale(place, pull, sender_id)
    refresh(place, pull)
    details: dict[str, Json] = {"before": before, "after": after}
    tell(place, pull, "synchronize", sender_id, details)
    place.world.put_out(place.repository, pull, sender_id)


def _dismiss_stale(place: Place, pull: Pull, sender_id: int) -> None:
    rules = Demands(place.repository, pull.base.ref, None).rules("pull_request")
    if not any(rule.get("dismiss_stale_reviews_on_push") for rule in rules):
        return
    for review in place.repository.reviews.values():
        if review.number == pull.number and review.state == "APPROVED":
            review.state = "DISMISSED"
            place.tell("pull_request_review", "dismissed", review.id, sender_id)


def _follow_base(place: Place, branch: str, after: str, sender_id: int) -> None:
    """Pull requests onto the branch: is the head in it by now; else look again."""
    here = [
        pull
        for pull in place.repository.pulls.values()
        if pull.state == "open" and pull.base.ref == branch
    ]
    if not here:
        return
    contained = real_git(place.world).pulls_within(place.repository, after)
    for pull in here:
        pull.mergeable = None  # GitHub computes again when somebody asks
        if pull.number in contained:
            end(place, pull, sender_id, merged=after)
            place.world.put_out(place.repository, pull, sender_id)
