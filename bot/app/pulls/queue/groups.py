"""Merge groups: what a merge queue would land, judged on its own commit.

Mostly it was judged before, as the pull request that it is made of: then the answer is
there in seconds. Otherwise it is an evaluation like any other, with an end in time. A
group has a check run and no comments; it is kept like a pull request (`group_key`).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import assert_never

from bot.app.mirroring import Mirror, MirrorError
from bot.app.pulls.evaluations import Absent, Busy, Done
from bot.app.pulls.looking.outside import SOON_S
from bot.app.pulls.looking.scene import Scene, Seen
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.looking.tasks import task_of
from bot.app.pulls.looking.telling import Answer, situation, voice
from bot.app.pulls.ports import Due
from bot.app.pulls.queue.group_facts import Group, GroupFacts, soon
from bot.app.pulls.queue.group_hints import GroupHints
from bot.app.pulls.queue.group_speaking import GroupSpeaker
from bot.app.pulls.queue.proof import Judged, Proofs
from bot.app.pulls.reach import Reach
from bot.domain.conclusions import (
    Impossible,
    NotGated,
    Open,
    Running,
    TimeSpent,
    Waiting,
    WaitingForTrust,
)
from bot.domain.errors import GitFault, UserFault
from bot.domain.github import GitHubError, Place
from bot.domain.hooks import GroupAsked, GroupGone
from bot.domain.pulls.deciding import Judge, Say, Silent, next_move
from bot.domain.pulls.standing import Voice
from bot.domain.verdict import Report
from bot.presentation.github import Progress, Situation, Started
from bot.presentation.github.groups import judged_before

PATIENCE_S = 600.0
"""How long the commit of a group may be missing from git."""


class Groups:
    """Answers merge queues; `page` is as in `keeping.Outside`.

    `speaking` lets one speak at a time: webhooks tell of a group while it is looked at.
    """

    def __init__(
        self,
        reach: Reach,
        scenes: Scenes,
        page: Callable[[Place, Report], str],
        speaking: AbstractContextManager[object],
    ) -> None:
        """Nothing is asked before a queue asks."""
        self._reach, self._scenes, self._page = reach, scenes, page
        self._facts, self._proofs = GroupFacts(reach), Proofs(reach, scenes)
        self._speaker = GroupSpeaker(reach, speaking)
        self._hints = GroupHints(reach, self._speaker)

    def asked(self, hook: GroupAsked) -> None:
        """A queue wants a verdict. GitHub is not asked."""
        self._hints.asked(hook)

    def gone(self, hook: GroupGone) -> None:
        """A group is no more. GitHub is not asked."""
        self._hints.gone(hook)

    def look(self, due: Due) -> float | None:
        """Do what is to be done for a group now; when to look again.

        Raises what `Keeper.look` handles, as long as there is time.
        """
        group = self._facts.open(due.pull)
        if group is None:
            self._reach.evaluations.stop(due.pull)
            return self._speaker.heard(due.pull)
        try:
            return self._led(self._facts.led(group))
        except (GitHubError, MirrorError, GitFault):
            if self._reach.now() < group.until:
                raise
            return self._unseen(group)

    def _led(self, group: Group) -> float | None:
        standing, pin = group.standing, group.pin
        earlier = self._proofs.earlier(group)
        others = [] if earlier is None else [earlier.head, earlier.base]
        mirror = self._facts.mirror(group, others)
        if mirror.has(standing.head) and mirror.has(pin.base):
            return self._there(group, mirror, earlier)
        now = self._reach.now()
        return now + SOON_S if now < pin.since + PATIENCE_S else self._unseen(group)

    def _there(
        self, group: Group, mirror: Mirror, earlier: Judged | None
    ) -> float | None:
        group = self._facts.timed(self._facts.trusted(group, mirror))
        seen = self._facts.seen(group, mirror)
        if earlier is None or not self._proofs.holds(group, earlier, seen):
            return self._looked(group, seen)
        if self._proofs.in_doubt(earlier):
            return self._doubted(group, seen)
        number, lead = group.key.number, earlier.pull.number
        return self._end(group, judged_before(number, lead, earlier.said))

    def _doubted(self, group: Group, seen: Seen) -> float | None:
        """What was ordered is known soon; else it is judged as if it never passed."""
        now, pin = self._reach.now(), group.pin
        if now < min(pin.since + PATIENCE_S, group.until):
            return soon(pin, group.queue, now)
        return self._looked(group, seen)

    def _unseen(self, group: Group) -> float | None:
        """Nothing could be seen of it in time: that is said where anything is."""
        if group.standing.voice is None:
            self._reach.store.say(group.standing.closed, [])
            return None
        late = TimeSpent(self._reach.now() - group.pin.since)
        head, ref = group.standing.head, group.standing.base_ref
        said = Situation(late, head, ref, grouped=True)
        return self._end(group, voice(group.key.number, said))

    def _looked(self, group: Group, seen: Seen) -> float | None:
        try:
            scene = self._scenes.scene(seen)
        except UserFault as fault:
            answer = Answer(Impossible(fault.problem, fault.mend))
            return self._ended(group, self._scenes.bare(seen), answer)
        move = next_move(scene.facts)
        match move:
            case Silent():
                return self._silent(group, scene)
            case Say(outcome=WaitingForTrust()) if group.queue.trusted is None:
                return self._unsure(group, scene)
            case Say(outcome=outcome):
                return self._ended(group, scene, Answer(outcome))
            case Judge():
                return self._judge(group, scene)
            case _:
                assert_never(move)

    def _silent(self, group: Group, scene: Scene) -> float | None:
        if group.standing.voice is not None:
            return self._ended(group, scene, Answer(NotGated()))
        self._reach.store.say(group.standing.closed, [])
        return None

    def _unsure(self, group: Group, scene: Scene) -> float | None:
        """Who stands behind it hangs on what nobody looked at yet; that comes soon."""
        now = self._reach.now()
        if now >= group.until:
            return self._late(group, scene)
        self._goes_on(group, scene, Answer(Waiting()))
        return soon(group.pin, group.queue, now)

    def _judge(self, group: Group, scene: Scene) -> float | None:
        task = task_of(scene)
        state = self._reach.evaluations.state(task.pull, task.digest)
        if isinstance(state, Done):
            page = self._page(scene.seen.place, state.report) if state.report else ""
            answer = Answer(state.outcome, state.report, page=page)
            return self._ended(group, scene, answer)
        if self._reach.now() >= group.until:
            return self._late(group, scene)
        match state:
            case Busy(progress=progress):
                answer = Answer(_open(progress), progress=progress)
                self._goes_on(group, scene, answer)
            case Absent():
                self._goes_on(group, scene, Answer(Waiting()))
                self._speaker.begin(group, task)
            case _:
                assert_never(state)
        return group.until

    def _late(self, group: Group, scene: Scene) -> float | None:
        limit = group.until - group.pin.since
        return self._ended(group, scene, Answer(TimeSpent(limit)))

    def _goes_on(self, group: Group, scene: Scene, answer: Answer) -> None:
        said = voice(group.key.number, situation(scene, answer))
        self._speaker.say(group, group.standing, said)

    def _ended(self, group: Group, scene: Scene, answer: Answer) -> float | None:
        said = voice(group.key.number, situation(scene, answer))
        evaluation = answer.report.evaluation if answer.report else ""
        return self._end(group, said, evaluation)

    def _end(self, group: Group, said: Voice, evaluation: str = "") -> float | None:
        """The last word, until the queue asks again; when to see whether it is sent."""
        self._reach.evaluations.stop(group.key)
        standing = replace(group.standing, evaluation=evaluation)
        self._speaker.say(group, standing.closed, said)
        return self._speaker.heard(group.key)


def _open(progress: Progress | None) -> Open:
    return Running() if isinstance(progress, Started) else Waiting()
