"""All that is known of a merge group at one moment; nothing is decided here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.app.mirroring import Mirror, Wanted, WantedBranch, WantedCommit
from bot.app.ports import Merged, SourceRepository
from bot.app.pulls import remembered
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.looking.insiders import insider
from bot.app.pulls.looking.scene import Seen
from bot.app.pulls.ports import Pin
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Queue
from bot.app.relevance import seen_by_training
from bot.domain.conclusions import Conclusion
from bot.domain.github import GitHubError, NotFound, Pull, Side
from bot.domain.policy import Policy
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.standing import Standing, Voice

QUEUE_MINUTES = 60
"""How long a queue waits if GitHub does not say (docs.github.com, "merge queue")."""
SPARE_MINUTES = 15
"""How much earlier there is an answer, so that it is there in time."""
_LEAD = re.compile(r"/pr-(\d{1,10})-")
_PASSED = (Conclusion.SUCCESS, Conclusion.NEUTRAL)


@dataclass(frozen=True, slots=True)
class AtBase:
    """A mirror in which a branch is where the group's base is."""

    mirror: Mirror
    name: str
    base: str

    @property
    def repository(self) -> SourceRepository:
        """All that is held."""
        return self.mirror.repository

    def branch(self, name: str) -> str | None:
        """The tip of a branch; of the group's, its base."""
        return self.base if name == self.name else self.mirror.branch(name)

    def pull_head(self, number: int) -> str | None:
        """The head of a pull request."""
        return self.mirror.pull_head(number)

    def has(self, sha: str) -> bool:
        """Whether a commit is held."""
        return self.mirror.has(sha)

    def keep(self, sha: str) -> bool:
        """Let a commit stay."""
        return self.mirror.keep(sha)


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is open. `lead` is the pull request that it was made for."""

    standing: Standing
    pin: Pin
    queue: Queue
    lead: Pull | None = None

    @property
    def key(self) -> PullKey:
        """What it is kept under."""
        return self.standing.pull

    @property
    def until(self) -> float:
        """When there has to be an answer."""
        return self.queue.until or self.pin.since


@dataclass(frozen=True, slots=True)
class Judged:
    """A head that passed on a commit of its base branch, and what was said then.

    `stale_at` is when that is too old for any other base.
    """

    pull: PullKey
    head: str
    base: str
    said: Voice
    stale_at: float | None = None


class GroupFacts:
    """Gathers what is known of groups."""

    def __init__(self, reach: Reach) -> None:
        """Nothing is asked before a group is looked for."""
        self._reach = reach

    def open(self, key: PullKey) -> Group | None:
        """The group, if it is open."""
        store = self._reach.store
        standing = store.standing(key)
        if standing is None or not standing.open:
            return None
        pin = store.pinned(key, standing.head, standing.base_ref)
        if pin is None:
            return None
        group = Group(standing, pin, remembered.queue_of(store, key))
        return replace(group, lead=self._lead(group))

    def _lead(self, group: Group) -> Pull | None:
        """The pull request that is named in the queue's branch."""
        found = _LEAD.search(group.queue.ref)
        if found is None:
            return None
        try:
            return self._reach.github.pull(group.standing.place, int(found[1]))
        except GitHubError as fault:
            if isinstance(fault.failure, NotFound):
                return None
            raise

    def mirror(self, group: Group) -> Mirror:
        """The mirror with all that the group is compared with."""
        standing = group.standing
        repository = self._reach.known.repository(standing.place)
        branches = dict.fromkeys([repository.default_branch, standing.base_ref])
        commits = [standing.head, group.pin.base]
        earlier = self.earlier(group)
        if earlier is not None:
            commits += [earlier.head, earlier.base]
        wanted: list[Wanted] = [WantedBranch(one) for one in branches]
        wanted.extend(map(WantedCommit, commits))
        return self._reach.mirror(standing.place, wanted)

    def timed(self, group: Group) -> Group:
        """With the time by which the queue needs an answer; GitHub is asked once."""
        if group.queue.until is None:
            standing = group.standing
            rules = self._reach.github.branch_rules(standing.place, standing.base_ref)
            minutes = rules.queue_minutes or QUEUE_MINUTES
            limit = max(minutes - SPARE_MINUTES, minutes / 2)
            until = group.pin.since + 60.0 * limit
            group = replace(group, queue=replace(group.queue, until=until))
        remembered.keep_queue(self._reach.store, group.key, group.queue)
        return group

    def trusted(self, group: Group, mirror: Mirror) -> Group:
        """Whether insiders stand behind all that the base branch does not have yet."""
        place, lead = group.standing.place, group.lead
        mine = lead is not None and insider(self._reach.known, place, lead)
        trusted = mine and self._below_trusted(group, mirror)
        return replace(group, queue=replace(group.queue, trusted=trusted))

    def _below_trusted(self, group: Group, mirror: Mirror) -> bool:
        """Below it is the branch itself, or another group of which the same is true."""
        below, tip = group.pin.base, mirror.branch(group.standing.base_ref)
        if tip is not None and not mirror.repository.landed(tip, below):
            return True
        other = group_key(group.key.repository, below)
        return remembered.queue_of(self._reach.store, other).trusted

    def seen(self, group: Group, mirror: Mirror) -> Seen:
        """The group as if it was a pull request onto the commit that it lies on."""
        standing, base = group.standing, group.pin.base
        place, ref = standing.place, standing.base_ref
        at = AtBase(mirror, ref, base)
        pull = Pull(
            number=group.key.number,
            open=True,
            draft=False,
            merged=False,
            head=Side(standing.head, group.queue.ref, place.repository),
            base=Side(base, ref, place.repository),
            author=None,
            title="",
            body="",
            updated_at=group.pin.since,
        )
        repository = self._reach.known.repository(place)
        return Seen(place, repository, pull, at, group.queue.trusted)

    def earlier(self, group: Group) -> Judged | None:
        """What the pull request passed on; None where it did not.

        By what was said, never by its pin: that is renewed before anything is judged.
        """
        if group.lead is None:
            return None
        key = PullKey(group.key.repository, group.lead.number)
        old = self._reach.store.standing(key)
        if old is None or not old.open or not old.base:
            return None
        if old.again_at is not None and old.again_at <= self._reach.now():
            return None  # an acceptance has ended, and nobody looked again yet
        said = passing(old)
        if said is None or old.base_ref != group.standing.base_ref:
            return None
        return Judged(key, old.head, old.base, said, old.stale_at)

    def same_tree(self, group: Group, earlier: Judged, seen: Seen) -> bool:
        """Whether training sees in the group what it saw then, by the same policy."""
        source = seen.source
        if not (seen.mirror.has(earlier.base) and seen.mirror.has(earlier.head)):
            return False
        rules = [
            policy_in_force(source, source.resolve(one), self._reach.parse)
            for one in (earlier.base, group.pin.base)
        ]
        policies = [one.policy for one in rules if isinstance(one, Found | LastGood)]
        if len({one.sha256 for one in policies}) != 1 or len(policies) != len(rules):
            return False
        judged = source.merge(earlier.base, earlier.head)
        if not isinstance(judged, Merged):
            return False
        now = source.resolve(group.standing.head).tree
        if not _alike(source, policies[0], (judged.tree, now)):
            return False
        bases = [source.resolve(one).tree for one in (earlier.base, group.pin.base)]
        alike = _alike(source, policies[0], bases)
        return alike or self._stands(policies[0], earlier)

    def _stands(self, policy: Policy, earlier: Judged) -> bool:
        """Whether a verdict holds on a base that training can tell from its own."""
        if policy.base_moved == "rejudge" or earlier.stale_at is None:
            return False
        return self._reach.now() < earlier.stale_at


def _alike(source: SourceRepository, policy: Policy, trees: Iterable[str]) -> bool:
    """Whether training cannot tell trees apart."""
    return len({seen_by_training(source, policy, one) for one in trees}) == 1


def passing(standing: Standing) -> Voice | None:
    """What was said of a head that passed; None for all others."""
    said = standing.voice
    if said is None or said.part.state.conclusion not in _PASSED:
        return None
    return said
