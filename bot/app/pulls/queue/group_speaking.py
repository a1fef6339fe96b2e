"""What is said of merge groups: one at a time, and nothing of one that is gone."""

from contextlib import AbstractContextManager
from dataclasses import replace

from bot.app.pulls import remembered
from bot.app.pulls.evaluations import Task
from bot.app.pulls.queue.group_facts import Group, soon, until
from bot.app.pulls.reach import Reach
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import CheckPost, key_of
from bot.domain.pulls.standing import Standing, Voice


class GroupSpeaker:
    """Says what is to be said; `alone` lets one speak at a time."""

    def __init__(self, reach: Reach, alone: AbstractContextManager[object]) -> None:
        """Nothing is said before somebody asks."""
        self._reach, self.alone = reach, alone

    def put(self, standing: Standing, said: Voice) -> None:
        """Keep it and have it sent, without buttons: nobody presses one of a group.

        What GitHub refused before is sent anew. Whoever calls speaks alone.
        """
        store = self._reach.store
        spoken = replace(said, change=replace(said.change, buttons=()))
        post = _post(standing, spoken)
        if store.is_given_up(key_of(post)):
            store.forget(key_of(post), store.remote(key_of(post)))
        store.say(replace(standing, voice=spoken), [post])

    def say(self, group: Group, standing: Standing, said: Voice) -> None:
        """Say it, unless the group was taken away since it was looked at."""
        with self.alone:
            if self._still(group):
                self.put(standing, said)

    def begin(self, group: Group, task: Task) -> None:
        """Have it judged, unless the group was taken away since it was looked at."""
        with self.alone:
            if self._still(group):
                self._reach.evaluations.begin(task)

    def _still(self, group: Group) -> bool:
        """Whether it is open, and was not taken away and asked for anew meanwhile."""
        store, seen = self._reach.store, group.standing
        now = store.standing(group.key)
        pin = store.pinned(group.key, seen.head, seen.base_ref)
        return now is not None and now.open and pin == group.pin

    def heard(self, key: PullKey) -> float | None:
        """Have the last word sent until GitHub shows it; when to see to that again.

        GitHub may ask for a verdict on a commit that it does not know everywhere yet,
        and refuses its check run then. No sweep verifies those of groups.
        """
        store = self._reach.store
        with self.alone:
            old = store.standing(key)
            if old is None or old.open or old.voice is None or not old.ended:
                return None
            name = key_of(_post(old, old.voice))
            refused, shown = store.is_given_up(name), store.remote(name)
            if not refused and shown is not None and shown.concluded:
                return None
            again_at = self._again_at(old)
            if refused and again_at is not None:
                self.put(old, old.voice)
            return again_at

    def _again_at(self, old: Standing) -> float | None:
        """Before long; never once the queue waits no more."""
        store, now = self._reach.store, self._reach.now()
        pin = store.pinned(old.pull, old.head, old.base_ref)
        queue = remembered.queue_of(store, old.pull)
        if pin is None or now >= until(pin, queue):
            return None
        return soon(pin, queue, now)


def _post(standing: Standing, said: Voice) -> CheckPost:
    change, notes = said.change, said.annotations
    return CheckPost(standing.place, standing.head, change, notes)
