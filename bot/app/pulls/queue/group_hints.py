"""What webhooks tell of merge groups, taken in without asking GitHub."""

from bot.app.pulls import remembered
from bot.app.pulls.looking.telling import voice
from bot.app.pulls.ports import Pin
from bot.app.pulls.queue.group_speaking import GroupSpeaker
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Queue
from bot.domain.conclusions import Waiting
from bot.domain.github import Place
from bot.domain.hooks import GroupAsked, GroupGone
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.standing import Standing
from bot.presentation.github import Situation
from bot.presentation.github.groups import gone


class GroupHints:
    """Begins groups, and ends those that are gone."""

    def __init__(self, reach: Reach, speaker: GroupSpeaker) -> None:
        """Nothing is begun before a queue asks."""
        self._reach, self._speaker = reach, speaker

    def asked(self, hook: GroupAsked) -> None:
        """A queue wants a verdict: its check run is there at once, where one belongs.

        One that ended is begun anew: a delivery counts once, so the queue asks again.
        """
        if hook.place.installation_id is None:
            return
        place = Place(hook.place.installation_id, hook.place.repository_id)
        key, store = group_key(place.repository, hook.head), self._reach.store
        with self._speaker.alone:
            known = store.standing(key)
            if _overtaken(known):
                store.say(_never(key, place.installation, hook.head, hook.branch), [])
                return
            if known is None or not known.open or not self._lies(hook, key):
                self._begin(hook, place, known)
        store.wake(key, place.installation, self._reach.now())

    def _lies(self, hook: GroupAsked, key: PullKey) -> bool:
        """Whether it lies where it was taken to: a sweep goes by names of branches."""
        pin = self._reach.store.pinned(key, hook.head, hook.branch)
        return pin is not None and pin.base == hook.base

    def _begin(self, hook: GroupAsked, place: Place, known: Standing | None) -> None:
        store, key = self._reach.store, group_key(place.repository, hook.head)
        pin = Pin(key, hook.head, hook.branch, hook.base, self._reach.now())
        store.pin(pin, renew=True)
        remembered.keep_queue(store, key, Queue(hook.head_ref))
        fresh = (key, place.installation, hook.head, hook.branch)
        spoken = known is not None and known.voice is not None
        self._begun(Standing(*fresh, open=True), spoken=spoken)

    def _begun(self, standing: Standing, *, spoken: bool) -> None:
        """Said at once where pull requests onto the branch have check runs too."""
        every = self._reach.store.outlines(standing.pull.repository)
        ref = standing.base_ref
        gated = any(one.speaks for one in every if one.base_ref == ref)
        if not (gated or spoken):
            self._reach.store.say(standing, [])
            return
        said = Situation(Waiting(), standing.head, ref, grouped=True)
        self._speaker.put(standing, voice(standing.pull.number, said))

    def gone(self, hook: GroupGone) -> None:
        """A group is no more: what runs for it stops. GitHub is not asked."""
        if hook.place.installation_id is None:
            return
        key, through = group_key(hook.place.repository_id, hook.head), hook.place
        with self._speaker.alone:
            old = self._reach.store.standing(key)
            if old is None:  # told before we were asked
                never = _never(key, through.installation_id or 0, hook.head)
                self._reach.store.say(never, [])
                return
            self._gone(old)
        if old.open:
            self._reach.store.wake(key, old.installation, self._reach.now())

    def _gone(self, old: Standing) -> None:
        """Nothing of it goes on, and a look that is under way begins nothing."""
        self._reach.evaluations.stop(old.pull)
        if old.open and old.voice is not None and not old.ended:
            self._speaker.put(old.closed, gone(old.pull.number, old.base_ref))
        elif old.open:
            self._reach.store.say(old.closed, [])


def _overtaken(known: Standing | None) -> bool:
    """Whether its end was told first: it is over, and only the next one is not."""
    return known is not None and not known.open and not known.base_ref


def _never(key: PullKey, installation: int, head: str, ref: str = "") -> Standing:
    """A group that was gone before it was begun; without a branch, not asked for."""
    return Standing(key, installation, head, ref, open=False)
