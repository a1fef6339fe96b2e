"""Whether a merge group was judged before, as the pull request that it is made of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.app.ports import Merged, SourceRepository
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.looking.scene import Rule, Seen
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.ports import Pin
from bot.app.pulls.queue.group_facts import Group
from bot.app.pulls.reach import Reach
from bot.app.relevance import seen_by_training
from bot.domain.conclusions import Conclusion
from bot.domain.github import Pull
from bot.domain.policy import Policy
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.overrides import standing
from bot.domain.pulls.standing import Standing, Voice

MOST_REMARKS = 1_000
"""Remarks that are gone through for one that may change what a group is."""
_PASSED = (Conclusion.SUCCESS, Conclusion.NEUTRAL)


@dataclass(frozen=True, slots=True)
class Judged:
    """A head that passed on a commit of its base branch, and what was said then.

    `lead` is its pull request as GitHub shows it now. `task` is a digest of what trials
    were run for, with all that people had ordered then. `stale_at` is when the verdict
    is too old for any other base.
    """

    pull: PullKey
    lead: Pull
    head: str
    base: str
    said: Voice
    task: str
    stale_at: float | None = None


class Proofs:
    """Compares groups with what their pull requests passed on."""

    def __init__(self, reach: Reach, scenes: Scenes) -> None:
        """Nothing is read before a group is looked at."""
        self._reach, self._scenes = reach, scenes

    def earlier(self, group: Group) -> Judged | None:
        """What the pull request passed on; None where it did not.

        By what was said, never by its pin: that is renewed before anything is judged.
        Only by a verdict: where nothing had to run, it is seen as quickly again.
        """
        if group.lead is None:
            return None
        key = PullKey(group.key.repository, group.lead.number)
        old = self._reach.store.standing(key)
        if old is None or not (old.open and old.base and old.task):
            return None
        if old.again_at is not None and old.again_at <= self._reach.now():
            return None  # an acceptance has ended, and nobody looked again yet
        said = _passing(old)
        if said is None or old.base_ref != group.standing.base_ref:
            return None
        found = (key, group.lead, old.head, old.base, said, old.task)
        return Judged(*found, old.stale_at)

    def holds(self, group: Group, earlier: Judged, seen: Seen) -> bool:
        """Whether the verdict is one of this group too.

        Training has to see in it what it saw then, by the same policy, and people have
        to have ordered the same.
        """
        source = seen.source
        if not (seen.mirror.has(earlier.base) and seen.mirror.has(earlier.head)):
            return False
        policy = self._same_policy(source, (earlier.base, group.pin.base))
        if policy is None or not self._as_ordered(group, earlier, seen, policy):
            return False
        judged = source.merge(earlier.base, earlier.head)
        if not isinstance(judged, Merged):
            return False
        now = source.resolve(group.standing.head).tree
        if not _alike(source, policy, (judged.tree, now)):
            return False
        bases = [source.resolve(one).tree for one in (earlier.base, group.pin.base)]
        return _alike(source, policy, bases) or self._stands(policy, earlier)

    def in_doubt(self, earlier: Judged) -> bool:
        """Whether something was said of the pull request that nobody worked on yet.

        Who said it has to be asked of GitHub, which may take a while.
        """
        waiting = self._reach.store.remarks(MOST_REMARKS)
        return any(one.pull == earlier.pull for one in waiting)

    def _same_policy(
        self, source: SourceRepository, commits: tuple[str, str]
    ) -> Policy | None:
        """The policy that rules at both; None where it is not one."""
        rules = [
            policy_in_force(source, source.resolve(one), self._reach.parse)
            for one in commits
        ]
        policies = [one.policy for one in rules if isinstance(one, Found | LastGood)]
        same = len({one.sha256 for one in policies}) == 1
        return policies[0] if same and len(policies) == len(rules) else None

    def _as_ordered(
        self, group: Group, earlier: Judged, seen: Seen, policy: Policy
    ) -> bool:
        """Whether people want of the pull request what they wanted when it passed.

        An acceptance may have been taken back, or the run stopped, and the look at the
        pull request that takes its answer back may have to wait.
        """
        place, ref = seen.place, group.standing.base_ref
        head = replace(earlier.lead.head, sha=earlier.head)
        lead = replace(earlier.lead, head=head)
        then = Seen(place, seen.repository, lead, seen.mirror, insider=False)
        bare, now = self._scenes.bare(then), self._reach.now()
        scene = replace(
            bare,
            rule=Rule(policy, b"", ""),
            pin=Pin(earlier.pull, earlier.head, ref, earlier.base, now),
            accepted=standing(bare.acts, earlier.head, now),
        )
        return scene.task == earlier.task and not scene.orders.cancelled_by

    def _stands(self, policy: Policy, earlier: Judged) -> bool:
        """Whether a verdict holds on a base that training can tell from its own."""
        if policy.base_moved == "rejudge" or earlier.stale_at is None:
            return False
        return self._reach.now() < earlier.stale_at


def _alike(source: SourceRepository, policy: Policy, trees: Iterable[str]) -> bool:
    """Whether training cannot tell trees apart."""
    return len({seen_by_training(source, policy, one) for one in trees}) == 1


def _passing(standing: Standing) -> Voice | None:
    """What was said of a head that passed; None for all others."""
    said = standing.voice
    if said is None or said.part.state.conclusion not in _PASSED:
        return None
    return said
