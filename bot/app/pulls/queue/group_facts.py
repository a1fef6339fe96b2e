"""All that is known of a merge group at one moment; nothing is decided here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.app.mirroring import Mirror, Wanted, WantedBranch, WantedCommit
from bot.app.ports import Merged, SourceRepository
from bot.app.pulls import remembered
from bot.app.pulls.looking.insiders import insider
from bot.app.pulls.looking.outside import SOON_S
from bot.app.pulls.looking.scene import Seen
from bot.app.pulls.ports import Pin
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Queue
from bot.domain.github import GitHubError, NotFound, Pull, Side
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.standing import Standing

QUEUE_MINUTES = 60
"""How long a queue waits if GitHub does not say (docs.github.com, "merge queue")."""
SPARE_MINUTES = 15
"""How much earlier there is an answer, so that it is there in time."""
LONGEST_S = 60.0
"""How long a group rests at most that waits for what comes from elsewhere."""
FLICKER_S = 60.0
"""How long GitHub may not show a pull request of which it has made a group."""
_LEAD = re.compile(r"/pr-(\d{1,10})-")


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

    def tag(self, name: str) -> str | None:
        """The commit of a tag."""
        return self.mirror.tag(name)

    def has(self, sha: str) -> bool:
        """Whether a commit is held."""
        return self.mirror.has(sha)

    def keep(self, sha: str) -> bool:
        """Let a commit stay."""
        return self.mirror.keep(sha)


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is open. `lead` is the pull request that it was made for.

    `alone` says that the group which it lies on, if it does, has come to an end.
    """

    standing: Standing
    pin: Pin
    queue: Queue
    lead: Pull | None = None
    alone: bool = False

    @property
    def key(self) -> PullKey:
        """What it is kept under."""
        return self.standing.pull

    @property
    def until(self) -> float:
        """When there has to be an answer."""
        return until(self.pin, self.queue)


def until(pin: Pin, queue: Queue) -> float:
    """When there has to be an answer, also where GitHub was not asked for it yet."""
    return queue.until or pin.since + _limit_s(QUEUE_MINUTES)


def _limit_s(minutes: float) -> float:
    return 60.0 * max(minutes - SPARE_MINUTES, minutes / 2)


def soon(pin: Pin, queue: Queue, now: float) -> float:
    """When to look again at what comes from elsewhere: after growing pauses."""
    wait = min(max(now - pin.since, SOON_S), LONGEST_S)
    return min(now + wait, until(pin, queue))


class GroupFacts:
    """Gathers what is known of groups."""

    def __init__(self, reach: Reach) -> None:
        """Nothing is asked before a group is looked for."""
        self._reach = reach

    def open(self, key: PullKey) -> Group | None:
        """The group, if it is open; GitHub is not asked."""
        store = self._reach.store
        standing = store.standing(key)
        if standing is None or not standing.open:
            return None
        pin = store.pinned(key, standing.head, standing.base_ref)
        if pin is None:
            return None
        return Group(standing, pin, remembered.queue_of(store, key))

    def led(self, group: Group) -> Group:
        """With the pull request that it was made for, as GitHub shows it now.

        And with what became of the group below, before git is asked whether it landed.
        """
        return replace(group, lead=self._lead(group), alone=self._alone(group))

    def _alone(self, group: Group) -> bool:
        """Whether the group that it lies on, if it does, has come to an end."""
        below = group_key(group.key.repository, group.pin.base)
        standing = self._reach.store.standing(below)
        return standing is not None and not standing.open

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

    def mirror(self, group: Group, others: Sequence[str]) -> Mirror:
        """The mirror with all that the group is compared with, `others` among it."""
        standing = group.standing
        repository = self._reach.known.repository(standing.place)
        branches = dict.fromkeys([repository.default_branch, standing.base_ref])
        commits = [standing.head, group.pin.base, *others]
        if group.lead is not None:
            commits.append(group.lead.head.sha)
        wanted: list[Wanted] = [WantedBranch(one) for one in branches]
        wanted.extend(map(WantedCommit, dict.fromkeys(commits)))
        return self._reach.mirror(standing.place, wanted)

    def timed(self, group: Group) -> Group:
        """With the time by which the queue needs an answer; GitHub is asked once."""
        if group.queue.until is None:
            standing = group.standing
            rules = self._reach.github.branch_rules(standing.place, standing.base_ref)
            at = group.pin.since + _limit_s(rules.queue_minutes or QUEUE_MINUTES)
            group = replace(group, queue=replace(group.queue, until=at))
        remembered.keep_queue(self._reach.store, group.key, group.queue)
        return group

    def trusted(self, group: Group, mirror: Mirror) -> Group:
        """Whether insiders stand behind all that the base branch does not have yet.

        It is not known (None) as long as that hangs on what nobody looked at yet.
        """
        trusted = self._trusted(group, mirror)
        return replace(group, queue=replace(group.queue, trusted=trusted))

    def _trusted(self, group: Group, mirror: Mirror) -> bool | None:
        lead = group.lead
        if lead is None:
            return self._unnamed(group)
        if not insider(self._reach.known, group.standing.place, lead):
            return False
        if not mirror.has(lead.head.sha):
            return None
        return _only(group, lead, mirror) and self._below(group, mirror)

    def _unnamed(self, group: Group) -> bool | None:
        """GitHub may not show for a moment what it has; what names nothing has none."""
        early = self._reach.now() < group.pin.since + FLICKER_S
        return None if early and _LEAD.search(group.queue.ref) else False

    def _below(self, group: Group, mirror: Mirror) -> bool | None:
        """Below it is the branch itself, or another group of which the same is true."""
        below, tip = group.pin.base, mirror.branch(group.standing.base_ref)
        if tip is not None and not mirror.repository.landed(tip, below):
            return True
        other = group_key(group.key.repository, below)
        trusted = remembered.queue_of(self._reach.store, other).trusted
        # One that came to its end unseen, and did not land, is seen no more.
        return False if trusted is None and group.alone else trusted

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
        trusted = group.queue.trusted is True
        return Seen(place, repository, pull, at, trusted)


def _only(group: Group, lead: Pull, mirror: Mirror) -> bool:
    """Whether nothing but its pull request was put on what it lies on.

    Whatever else is in it came from nobody knows whom.
    """
    source = mirror.repository
    made = source.merge(group.pin.base, lead.head.sha)
    if not isinstance(made, Merged):
        return False
    return source.resolve(group.standing.head).tree == made.tree
