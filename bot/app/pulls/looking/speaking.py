"""Saying where a pull request stands, beside others that have its head in common."""

from collections.abc import Sequence
from dataclasses import replace

from bot.app.pulls.looking.doubting import may_be_forgotten
from bot.app.pulls.looking.outside import Outside
from bot.app.pulls.looking.saying import Around, farewell, hushed, say
from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.telling import Answer
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post, StickyPost
from bot.domain.pulls.standing import Standing


class Speaker:
    """Speaks for one pull request at a time: each hears the others."""

    def __init__(self, outside: Outside) -> None:
        """Nothing is said yet."""
        self._out = outside

    def answered(
        self, scene: Scene, answer: Answer, old: Standing | None
    ) -> float | None:
        """Say an answer; when time alone may change it (Unix seconds).

        Of what may be forgotten, the check run and the comment may stand there.
        """
        out, pull = self._out, scene.seen.pull
        with out.speaking:
            said = say(scene, answer, self._around(scene, old))
            if may_be_forgotten(pull, old, out.github.their_now()):
                comment = StickyPost(scene.seen.place, pull.number, "", "")
                out.store.suspect([*said.posts, comment])
            out.store.say(said.standing, said.posts)
        return said.standing.again_at

    def _around(self, scene: Scene, old: Standing | None) -> Around:
        key, head = scene.seen.key, _head(scene)
        left = self._others(key, old.head) if old and old.head != head else ()
        return Around(old, self._others(key, head), left)

    def _others(self, key: PullKey, head: str) -> tuple[Standing, ...]:
        """Open pull requests beside this one that have a head in common with it."""
        found = self._out.store.standings(key.repository, head)
        return tuple(one for one in found if one.pull != key and one.open)

    def hush(self, scene: Scene, old: Standing | None) -> None:
        """Say nothing; what was said of a head before is taken back."""
        with self._out.speaking:
            said = hushed(scene, self._around(scene, old))
            self._out.store.say(said.standing, said.posts)

    def confirmed(self, scene: Scene, old: Standing) -> None:
        """What was said holds: keep what it was seen to hold for.

        Not where it was to be said anew meanwhile: the next look does that.
        """
        seen, store = scene.seen, self._out.store
        now = replace(
            old,
            labels=seen.pull.labels,
            base_now=seen.base_now,
            default_now=seen.default_now,
        )
        if now == old:
            return
        with self._out.speaking:
            if store.standing(old.pull) == old:
                store.say(now, [])

    def stop(self, pull: PullKey) -> None:
        """Carry nothing on for it."""
        self._out.evaluations.stop(pull)
        self._out.beside.leave(pull)

    def leave(self, pull: PullKey) -> None:
        """The App was shut out while it looked: what it began is undone, unsaid."""
        self.stop(pull)
        with self._out.speaking:
            old = self._out.store.standing(pull)
            if old is not None and old.open:
                self._out.store.say(old.closed, [])

    def close(self, old: Standing | None, posts: Sequence[Post] = ()) -> None:
        """It is not open any more: what has not ended is taken back."""
        if old is None or not old.open:
            return
        with self._out.speaking:
            said = farewell(old, self._others(old.pull, old.head))
            self._out.store.say(said.standing, [*said.posts, *posts])


def _head(scene: Scene) -> str:
    return scene.seen.pull.head.sha
