"""Merge groups: what a merge queue would land, judged on its own commit.

Mostly it was judged before, as the pull request that it is made of: then the answer is
there in seconds. Otherwise it is an evaluation like any other, with an end in time. A
group has a check run and no comments; it is kept like a pull request (`group_key`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from bot.app.mirroring import Mirror, WantedBranch, WantedCommit
from bot.app.ports import Merged, SourceRepository
from bot.app.pulls import remembered
from bot.app.pulls.evaluations import Absent, Busy, Done
from bot.app.pulls.in_force import Found, LastGood, policy_in_force
from bot.app.pulls.insiders import insider
from bot.app.pulls.keeping import SOON_S, task_of
from bot.app.pulls.ports import Due, Pin
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Queue
from bot.app.pulls.saying import Answer, ended, situation, voice
from bot.app.pulls.scenes import Scene, Scenes, Seen
from bot.app.relevance import seen_by_training
from bot.domain.conclusions import (
    Conclusion,
    Impossible,
    NotGated,
    Open,
    Running,
    TimeSpent,
    Waiting,
)
from bot.domain.errors import UserFault
from bot.domain.github import GitHubError, NotFound, Place, Pull, Side
from bot.domain.hooks import GroupAsked, GroupGone
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.deciding import Judge, Say, Silent, next_move
from bot.domain.pulls.posts import CheckPost
from bot.domain.pulls.standing import Standing, Voice
from bot.domain.verdict import Report
from bot.presentation.github import Progress, Situation, Started
from bot.presentation.github.groups import gone, judged_before

PATIENCE_S = 600.0
"""How long the commit of a group may be missing from git."""
QUEUE_MINUTES = 60
"""How long a queue waits if GitHub does not say (docs.github.com, "merge queue")."""
SPARE_MINUTES = 15
"""How much earlier there is an answer, so that it is there in time."""
_LEAD = re.compile(r"/pr-(\d{1,10})-")
_PASSED = (Conclusion.SUCCESS, Conclusion.NEUTRAL)


@dataclass(frozen=True, slots=True)
class _AtBase:
    """A mirror in which a branch is where the group's base is."""

    mirror: Mirror
    name: str
    base: str

    @property
    def repository(self) -> SourceRepository:
        return self.mirror.repository

    def branch(self, name: str) -> str | None:
        return self.base if name == self.name else self.mirror.branch(name)

    def pull_head(self, number: int) -> str | None:
        return self.mirror.pull_head(number)

    def has(self, sha: str) -> bool:
        return self.mirror.has(sha)

    def keep(self, sha: str) -> bool:
        return self.mirror.keep(sha)


@dataclass(frozen=True, slots=True)
class _Group:
    """A group that is open. `lead` is the pull request that it was made for."""

    standing: Standing
    pin: Pin
    queue: Queue
    lead: Pull | None = None

    @property
    def key(self) -> PullKey:
        return self.standing.pull

    @property
    def until(self) -> float:
        return self.queue.until or self.pin.since


class Groups:
    """Answers merge queues; `page` is as in `keeping.Outside`."""

    def __init__(
        self, reach: Reach, scenes: Scenes, page: Callable[[Place, Report], str]
    ) -> None:
        """Nothing is asked before a queue asks."""
        self._reach, self._scenes, self._page = reach, scenes, page

    def asked(self, hook: GroupAsked) -> None:
        """A queue wants a verdict: its check run is there at once, where one belongs.

        GitHub is not asked. What ended, or is gone, is not begun again.
        """
        if hook.place.installation_id is None:
            return
        place = Place(hook.place.installation_id, hook.place.repository_id)
        key, store = group_key(place.repository, hook.head), self._reach.store
        known, now = store.standing(key), self._reach.now()
        if known is not None and not known.open:
            return
        if known is None:
            store.pin(Pin(key, hook.head, hook.branch, hook.base, now))
            remembered.keep_queue(store, key, Queue(hook.head_ref))
            fresh = (key, place.installation, hook.head, hook.branch)
            self._begun(Standing(*fresh, open=True))
        store.wake(key, place.installation, now)

    def _begun(self, standing: Standing) -> None:
        """Said at once where pull requests onto the branch have check runs too."""
        every = self._reach.store.outlines(standing.pull.repository)
        ref = standing.base_ref
        gated = any(one.speaks for one in every if one.base_ref == ref)
        if not gated:
            self._reach.store.say(standing, [])
            return
        said = Situation(Waiting(), standing.head, ref)
        self._say(standing, voice(standing.pull.number, said))

    def gone(self, hook: GroupGone) -> None:
        """A group is no more: what runs for it stops. GitHub is not asked."""
        if hook.place.installation_id is None:
            return
        store = self._reach.store
        key = group_key(hook.place.repository_id, hook.head)
        old = store.standing(key)
        if old is None:  # told before we were asked
            fresh = (key, hook.place.installation_id, hook.head, "")
            store.say(Standing(*fresh, open=False), [])
            return
        self._reach.evaluations.stop(key)
        if old.open and old.voice is not None and not ended(old):
            self._say(old.closed, gone(key.number, old.base_ref))
        elif old.open:
            store.say(old.closed, [])

    def look(self, due: Due) -> float | None:
        """Do what is to be done for a group now; when to look again.

        Raises what `Keeper.look` handles.
        """
        group = self._group(due.pull)
        if group is None:
            self._reach.evaluations.stop(due.pull)
            return None
        standing, pin = group.standing, group.pin
        mirror = self._mirror(group)
        if not (mirror.has(standing.head) and mirror.has(pin.base)):
            return self._missing(group)
        group = self._timed(self._trusted(group, mirror))
        seen = self._seen(group, mirror)
        return self._judged_before(group, seen) or self._looked(group, seen)

    def _group(self, key: PullKey) -> _Group | None:
        store = self._reach.store
        standing = store.standing(key)
        if standing is None or not standing.open:
            return None
        pin = store.pinned(key, standing.head, standing.base_ref)
        if pin is None:
            return None
        group = _Group(standing, pin, remembered.queue_of(store, key))
        return replace(group, lead=self._lead(group))

    def _lead(self, group: _Group) -> Pull | None:
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

    def _mirror(self, group: _Group) -> Mirror:
        standing = group.standing
        repository = self._reach.known.repository(standing.place)
        branches = dict.fromkeys([repository.default_branch, standing.base_ref])
        commits = [standing.head, group.pin.base]
        earlier = self._earlier(group)
        if earlier is not None:
            commits += [earlier.head, earlier.base]
        wanted = [*map(WantedBranch, branches), *map(WantedCommit, commits)]
        return self._reach.mirror(standing.place, wanted)

    def _missing(self, group: _Group) -> float | None:
        """GitHub made the commit, and git has not got it: soon, or the group is old."""
        now = self._reach.now()
        if now < group.pin.since + PATIENCE_S:
            return now + SOON_S
        spoke = group.standing.voice is not None
        answer = TimeSpent(now - group.pin.since) if spoke else None
        if answer is None:
            self._reach.store.say(group.standing.closed, [])
        else:
            said = Situation(answer, group.standing.head, group.standing.base_ref)
            self._end(group, voice(group.key.number, said))
        return None

    def _timed(self, group: _Group) -> _Group:
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

    def _trusted(self, group: _Group, mirror: Mirror) -> _Group:
        """Whether insiders stand behind all that the base branch does not have yet."""
        place, lead = group.standing.place, group.lead
        mine = lead is not None and insider(self._reach.known, place, lead)
        trusted = mine and self._below_trusted(group, mirror)
        return replace(group, queue=replace(group.queue, trusted=trusted))

    def _below_trusted(self, group: _Group, mirror: Mirror) -> bool:
        """Below it is the branch itself, or another group of which the same is true."""
        below, tip = group.pin.base, mirror.branch(group.standing.base_ref)
        if tip is not None and not mirror.repository.landed(tip, below):
            return True
        other = group_key(group.key.repository, below)
        return remembered.queue_of(self._reach.store, other).trusted

    def _seen(self, group: _Group, mirror: Mirror) -> Seen:
        """The group as if it was a pull request onto the commit that it lies on."""
        standing, base = group.standing, group.pin.base
        place, ref = standing.place, standing.base_ref
        at = _AtBase(mirror, ref, base)
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

    # Judged before ---------------------------------------------------------------

    def _earlier(self, group: _Group) -> Pin | None:
        """What the pull request passed on; None where it did not."""
        if group.lead is None:
            return None
        key = PullKey(group.key.repository, group.lead.number)
        old = self._reach.store.standing(key)
        if old is None or _passing(old) is None:
            return None
        if old.base_ref != group.standing.base_ref:
            return None
        return self._reach.store.pinned(key, old.head, old.base_ref)

    def _judged_before(self, group: _Group, seen: Seen) -> bool:
        """Say what was said of the same tree, where there is one."""
        pin = self._earlier(group)
        if pin is None or not self._same_tree(group, pin, seen):
            return False
        old = self._reach.store.standing(pin.pull)
        said = None if old is None else _passing(old)
        if said is None:
            return False
        self._end(group, judged_before(group.key.number, pin.pull.number, said))
        return True

    def _same_tree(self, group: _Group, pin: Pin, seen: Seen) -> bool:
        """Whether training sees in the group what it saw then, by the same policy."""
        source = seen.source
        if not (seen.mirror.has(pin.base) and seen.mirror.has(pin.head)):
            return False
        rules = [
            policy_in_force(source, source.resolve(one), self._reach.parse)
            for one in (pin.base, group.pin.base)
        ]
        policies = [one.policy for one in rules if isinstance(one, Found | LastGood)]
        if len({one.sha256 for one in policies}) != 1 or len(policies) != len(rules):
            return False
        judged = source.merge(pin.base, pin.head)
        if not isinstance(judged, Merged):
            return False
        now = source.resolve(group.standing.head).tree
        hashes = {
            seen_by_training(source, policies[0], one) for one in (judged.tree, now)
        }
        return len(hashes) == 1

    # Judged now ------------------------------------------------------------------

    def _looked(self, group: _Group, seen: Seen) -> float | None:
        try:
            scene = self._scenes.scene(seen)
        except UserFault as fault:
            answer = Answer(Impossible(fault.problem, fault.mend))
            return self._ended(group, self._scenes.bare(seen), answer)
        move = next_move(scene.facts)
        match move:
            case Silent():
                return self._silent(group, scene)
            case Say(outcome=outcome):
                return self._ended(group, scene, Answer(outcome))
            case Judge():
                return self._judge(group, scene)
            case _:
                assert_never(move)

    def _silent(self, group: _Group, scene: Scene) -> float | None:
        if group.standing.voice is not None:
            return self._ended(group, scene, Answer(NotGated()))
        self._reach.store.say(group.standing.closed, [])
        return None

    def _judge(self, group: _Group, scene: Scene) -> float | None:
        task, evaluations = task_of(scene), self._reach.evaluations
        state = evaluations.state(task.pull, task.digest)
        if isinstance(state, Done):
            page = self._page(scene.seen.place, state.report) if state.report else ""
            answer = Answer(state.outcome, state.report, page=page)
            return self._ended(group, scene, answer)
        if self._reach.now() >= group.until:
            limit = group.until - group.pin.since
            return self._ended(group, scene, Answer(TimeSpent(limit)))
        match state:
            case Busy(progress=progress):
                answer = Answer(_open(progress), progress=progress)
                self._goes_on(group, scene, answer)
            case Absent():
                self._goes_on(group, scene, Answer(Waiting()))
                evaluations.begin(task)
            case _:
                assert_never(state)
        return group.until

    def _goes_on(self, group: _Group, scene: Scene, answer: Answer) -> None:
        said = voice(group.key.number, situation(scene, answer))
        self._say(group.standing, said)

    def _ended(self, group: _Group, scene: Scene, answer: Answer) -> None:
        said = voice(group.key.number, situation(scene, answer))
        self._end(group, said, answer.report.evaluation if answer.report else "")

    def _end(self, group: _Group, said: Voice, evaluation: str = "") -> None:
        """The last word: a queue that wants another one makes another commit."""
        self._reach.evaluations.stop(group.key)
        standing = replace(group.standing, evaluation=evaluation)
        self._say(standing.closed, said)

    def _say(self, standing: Standing, said: Voice) -> None:
        """Keep it and have it sent, without buttons: nobody presses one of a group."""
        change = replace(said.change, buttons=())
        spoken = replace(said, change=change)
        post = CheckPost(standing.place, standing.head, change, said.annotations)
        self._reach.store.say(replace(standing, voice=spoken), [post])


def _passing(standing: Standing) -> Voice | None:
    """What was said of a head that passed."""
    said = standing.voice
    if said is None or said.part.state.conclusion not in _PASSED:
        return None
    return said


def _open(progress: Progress | None) -> Open:
    return Running() if isinstance(progress, Started) else Waiting()
