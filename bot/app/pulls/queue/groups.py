"""Merge groups: what a merge queue would land, judged on its own commit.

Mostly it was judged before, as the pull request that it is made of: then the answer is
there in seconds. Otherwise it is an evaluation like any other, with an end in time. A
group has a check run and no comments; it is kept like a pull request (`group_key`).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import assert_never

from bot.app.pulls import remembered
from bot.app.pulls.evaluations import Absent, Busy, Done, Task
from bot.app.pulls.looking.outside import SOON_S
from bot.app.pulls.looking.scene import Scene, Seen
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.looking.tasks import task_of
from bot.app.pulls.looking.telling import Answer, situation, voice
from bot.app.pulls.ports import Due, Pin
from bot.app.pulls.queue.group_facts import Group, GroupFacts
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Queue
from bot.domain.conclusions import (
    Impossible,
    NotGated,
    Open,
    Running,
    TimeSpent,
    Waiting,
)
from bot.domain.errors import UserFault
from bot.domain.github import Place
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
        self._facts, self._speaking = GroupFacts(reach), speaking

    def asked(self, hook: GroupAsked) -> None:
        """A queue wants a verdict: its check run is there at once, where one belongs.

        GitHub is not asked. What ended, or is gone, is not begun again.
        """
        if hook.place.installation_id is None:
            return
        place = Place(hook.place.installation_id, hook.place.repository_id)
        key, store = group_key(place.repository, hook.head), self._reach.store
        now = self._reach.now()
        with self._speaking:
            known = store.standing(key)
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
        self._put(standing, voice(standing.pull.number, said))

    def gone(self, hook: GroupGone) -> None:
        """A group is no more: what runs for it stops. GitHub is not asked."""
        if hook.place.installation_id is None:
            return
        key = group_key(hook.place.repository_id, hook.head)
        with self._speaking:
            old = self._reach.store.standing(key)
            if old is None:  # told before we were asked
                fresh = (key, hook.place.installation_id, hook.head, "")
                self._reach.store.say(Standing(*fresh, open=False), [])
                return
            self._gone(old)
        if old.open:
            self._reach.store.wake(key, old.installation, self._reach.now())

    def _gone(self, old: Standing) -> None:
        """Nothing of it goes on, and a look that is under way begins nothing."""
        self._reach.evaluations.stop(old.pull)
        if old.open and old.voice is not None and not old.ended:
            self._put(old.closed, gone(old.pull.number, old.base_ref))
        elif old.open:
            self._reach.store.say(old.closed, [])

    def look(self, due: Due) -> float | None:
        """Do what is to be done for a group now; when to look again.

        Raises what `Keeper.look` handles.
        """
        group = self._facts.open(due.pull)
        if group is None:
            self._reach.evaluations.stop(due.pull)
            return None
        standing, pin = group.standing, group.pin
        mirror = self._facts.mirror(group)
        if not (mirror.has(standing.head) and mirror.has(pin.base)):
            return self._missing(group)
        group = self._facts.timed(self._facts.trusted(group, mirror))
        seen = self._facts.seen(group, mirror)
        if self._judged_before(group, seen):
            return None
        return self._looked(group, seen)

    def _missing(self, group: Group) -> float | None:
        """GitHub made the commit, and git has not got it: soon, or the group is old."""
        now = self._reach.now()
        if now < group.pin.since + PATIENCE_S:
            return now + SOON_S
        if group.standing.voice is None:
            self._reach.store.say(group.standing.closed, [])
            return None
        late = TimeSpent(now - group.pin.since)
        said = Situation(late, group.standing.head, group.standing.base_ref)
        self._end(group, voice(group.key.number, said))
        return None

    def _judged_before(self, group: Group, seen: Seen) -> bool:
        """Say what was said of the same tree, where there is one."""
        old = self._facts.earlier(group)
        if old is None or not self._facts.same_tree(group, old, seen):
            return False
        self._end(group, judged_before(group.key.number, old.pull.number, old.said))
        return True

    def _looked(self, group: Group, seen: Seen) -> float | None:
        try:
            scene = self._scenes.scene(seen)
        except UserFault as fault:
            answer = Answer(Impossible(fault.problem, fault.mend))
            self._ended(group, self._scenes.bare(seen), answer)
            return None
        move = next_move(scene.facts)
        match move:
            case Silent():
                self._silent(group, scene)
            case Say(outcome=outcome):
                self._ended(group, scene, Answer(outcome))
            case Judge():
                return self._judge(group, scene)
            case _:
                assert_never(move)
        return None

    def _silent(self, group: Group, scene: Scene) -> None:
        if group.standing.voice is not None:
            self._ended(group, scene, Answer(NotGated()))
        else:
            self._reach.store.say(group.standing.closed, [])

    def _judge(self, group: Group, scene: Scene) -> float | None:
        task, evaluations = task_of(scene), self._reach.evaluations
        state = evaluations.state(task.pull, task.digest)
        if isinstance(state, Done):
            page = self._page(scene.seen.place, state.report) if state.report else ""
            answer = Answer(state.outcome, state.report, page=page)
            self._ended(group, scene, answer)
            return None
        if self._reach.now() >= group.until:
            limit = group.until - group.pin.since
            self._ended(group, scene, Answer(TimeSpent(limit)))
            return None
        match state:
            case Busy(progress=progress):
                answer = Answer(_open(progress), progress=progress)
                self._goes_on(group, scene, answer)
            case Absent():
                self._goes_on(group, scene, Answer(Waiting()))
                self._begin(task)
            case _:
                assert_never(state)
        return group.until

    def _begin(self, task: Task) -> None:
        with self._speaking:
            if self._is_open(task.pull):
                self._reach.evaluations.begin(task)

    def _goes_on(self, group: Group, scene: Scene, answer: Answer) -> None:
        said = voice(group.key.number, situation(scene, answer))
        self._say(group.standing, said)

    def _ended(self, group: Group, scene: Scene, answer: Answer) -> None:
        said = voice(group.key.number, situation(scene, answer))
        self._end(group, said, answer.report.evaluation if answer.report else "")

    def _end(self, group: Group, said: Voice, evaluation: str = "") -> None:
        """The last word: a queue that wants another one makes another commit."""
        self._reach.evaluations.stop(group.key)
        standing = replace(group.standing, evaluation=evaluation)
        self._say(standing.closed, said)

    def _say(self, standing: Standing, said: Voice) -> None:
        """Say it, unless the group was taken away since it was looked at."""
        with self._speaking:
            if self._is_open(standing.pull):
                self._put(standing, said)

    def _is_open(self, key: PullKey) -> bool:
        now = self._reach.store.standing(key)
        return now is not None and now.open

    def _put(self, standing: Standing, said: Voice) -> None:
        """Keep it and have it sent, without buttons: nobody presses one of a group."""
        change = replace(said.change, buttons=())
        spoken = replace(said, change=change)
        post = CheckPost(standing.place, standing.head, change, said.annotations)
        self._reach.store.say(replace(standing, voice=spoken), [post])


def _open(progress: Progress | None) -> Open:
    return Running() if isinstance(progress, Started) else Waiting()
