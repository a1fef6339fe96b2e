"""What became of the base that a head is judged on, read in a mirror: `moved_on`."""

from dataclasses import dataclass

from bot.app.local import ParsePolicy
from bot.app.mirroring import Mirror
from bot.app.ports import Merged, SourceRepository
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.ports import Pin
from bot.app.relevance import seen_by_training
from bot.app.versioning import version_of
from bot.domain.policy import Policy
from bot.domain.pulls.base_moved import Again, Footing, Moved, Moving, Same, Why, moved


@dataclass(frozen=True, slots=True)
class Ground:
    """The base as it is now: a commit, what rules there, and what would land on it.

    `landing` is a tree in git's name.
    """

    mirror: Mirror
    parse: ParsePolicy
    commit: str
    policy: Policy
    landing: str


def moved_on(ground: Ground, pin: Pin, at: float) -> Moved:
    """What becomes of a verdict on the pinned base; `at` is now, in Unix seconds.

    Raises `UserFault` where what a policy asks for is not in the repository.
    """
    mirror, policy = ground.mirror, ground.policy
    if pin.base == ground.commit:
        return Same()
    if not mirror.has(pin.base):
        return Again(Why.GONE)
    source = mirror.repository
    before = _policy_at(ground, pin.base)
    old = source.merge(pin.base, pin.head)
    if before is None or not isinstance(old, Merged):
        return Again(Why.POLICY)
    judged = _footing(source, before, pin.base, old.tree)
    stands = _footing(source, policy, ground.commit, ground.landing)
    moving = Moving(policy.base_moved == "rejudge", policy.baseline.max_age_s)
    return moved(judged, pin.since, stands, moving, at)


def _policy_at(ground: Ground, commit: str) -> Policy | None:
    """The policy that ruled at an earlier base."""
    source = ground.mirror.repository
    found = policy_in_force(source, source.resolve(commit), ground.parse)
    return found.policy if isinstance(found, Found | LastGood) else None


def _footing(
    source: SourceRepository, policy: Policy, commit: str, landing: str
) -> Footing:
    base = source.resolve(commit).tree
    return Footing(
        commit=commit,
        base=seen_by_training(source, policy, base),
        landing=seen_by_training(source, policy, landing),
        policy=policy.sha256,
        metrics=version_of(source, policy, base, base).before,
    )
