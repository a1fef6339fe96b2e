"""A look that failed: when to look again, and what is said where that helps nothing."""

from collections.abc import Callable

from bot.app.mirroring import Denied, MirrorError
from bot.app.pulls.looking.insiders import insider
from bot.app.pulls.looking.outside import SOON_S, Outside
from bot.app.pulls.looking.pausing import Pauses
from bot.app.pulls.looking.scene import Scene, Seen
from bot.app.pulls.looking.speaking import Speaker
from bot.app.pulls.looking.telling import Answer
from bot.app.pulls.looking.unfetched import hopeless, without_head
from bot.app.pulls.ports import Due
from bot.domain.conclusions import Impossible
from bot.domain.errors import UnheldFault, UserFault
from bot.domain.github import Forbidden, GitHubError, NotFound, Place, RateLimited
from bot.domain.pulls.standing import Standing

TROUBLED_S = 30.0
HIDDEN_S = 600.0
"""After which a pull request that GitHub does not show is taken for closed."""

SHUT_S = 600.0
"""After which it is asked whether the App is let in again, where no sweep saw that."""

Moved = Callable[[Scene, Standing | None], float | None]
"""Decides on a scene, and says when to look again."""


class HeadUnseenError(Exception):
    """Git does not show the head that GitHub names: one of the two answers is old."""


class Troubles:
    """Pauses that grow, for each pull request."""

    def __init__(self, outside: Outside, speaker: Speaker, moved: Moved) -> None:
        """Nothing has failed yet."""
        self._out, self._speaker, self._moved = outside, speaker, moved
        self._absent, self._unfetched = Pauses(outside.now), Pauses(outside.now)
        self._refused = Pauses(outside.now)

    def over(self, due: Due) -> None:
        """A look went well."""
        self._absent.over(due.pull)
        self._unfetched.over(due.pull)
        self._refused.over(due.pull)

    def of_github(self, due: Due, fault: GitHubError) -> float | None:
        """When to look again after GitHub failed; never for what is gone."""
        now = self._out.now()
        match fault.failure:
            case RateLimited(until=until):
                return max(until, now + SOON_S)
            case NotFound():
                return self._gone(due)
            case Forbidden():
                return self._shut_out(due)
            case _:
                return now + TROUBLED_S

    def _shut_out(self, due: Due) -> float:
        """Where the App is suspended nothing runs until it is let in again.

        What is refused else, as by a list of addresses, an owner has to mend: GitHub
        is asked less and less often.
        """
        now = self._out.now()
        try:
            suspended = self._out.github.installation(due.installation).suspended
        except GitHubError:
            suspended = False
        if suspended:
            self._speaker.stop(due.pull)
            return now + SHUT_S
        return max(now + TROUBLED_S, self._refused.failed(due.pull).again_at)

    def _gone(self, due: Due) -> float | None:
        """Pull requests are never deleted: only a whole repository can be gone.

        Nothing runs for it then; but GitHub's word may have been a flicker, and what
        is said of the pull request stands as long as it is open here. Where the
        repository can still be seen, GitHub has not caught up with itself.
        """
        try:
            place = Place(due.installation, due.pull.repository)
            self._out.github.repository(place)
        except GitHubError as fault:
            if not isinstance(fault.failure, NotFound):
                return self._out.now() + TROUBLED_S
            self._speaker.stop(due.pull)
        return self._hidden(due)

    def _hidden(self, due: Due) -> float | None:
        """GitHub may hide one, as when its author is taken for spam; often for good."""
        pause = self._absent.failed(due.pull)
        end = pause.since + HIDDEN_S
        if self._out.now() < end:
            return min(pause.again_at, end)
        self._absent.over(due.pull)
        if not due.pull.is_group:
            self._close(due)
        return None

    def _close(self, due: Due) -> None:
        """Carry nothing on, and take back what was said; what landed is not asked."""
        self._speaker.stop(due.pull)
        self._speaker.close(self._out.store.standing(due.pull))

    def of_head(self, due: Due) -> float:
        """When to look again after git did not show the head: most often soon.

        It may as well be GitHub's answer that is old: it is asked again by then.
        """
        self._out.known.doubt(due.pull)
        return self._unfetched.failed(due.pull).again_at

    def of_mirror(self, due: Due, fault: MirrorError) -> float | None:
        """When to look again after git failed; where that helps nothing, it is said."""
        if isinstance(fault.failure, Denied):
            place = Place(due.installation, due.pull.repository)
            self._out.github.git_refused(place)
        said = hopeless(fault.failure)
        if said is None or due.pull.is_group:
            return self._unfetched.failed(due.pull).again_at
        try:
            return self._unfit(due, said)
        except GitHubError as other:
            return self.of_github(due, other)

    def _unfit(self, due: Due, said: Impossible) -> float | None:
        out, place = self._out, Place(due.installation, due.pull.repository)
        old, pull = out.store.standing(due.pull), out.known.pull(due)
        if not pull.open:
            self._close(due)
            return None
        repository = out.known.repository(place)
        asked, token = (place, repository, pull), out.github.git_token(place)
        mirror = without_head(out.mirrors, asked, token)
        seen = Seen(place, repository, pull, mirror, insider(out.known, place, pull))
        self._speaker.stop(due.pull)
        try:
            scene = out.scenes.scene(seen)
        except (UserFault, UnheldFault):
            scene = out.scenes.bare(seen)  # something rules, and the head is not here
        else:
            if scene.rule is None:
                return self._moved(scene, old)
        return self._speaker.answered(scene, Answer(said), old)
