"""What owners took away from the App: it is left once GitHub itself says so.

A hint comes late, twice, or after it was undone. So GitHub is asked how things are now;
what is still there is gone through, and loses nothing. Where GitHub does not answer,
`GitHubError` is raised: nothing is left on a hint alone.
"""

from collections.abc import Callable, Collection

from bot.app.pulls import remembered
from bot.app.pulls.forgetting import forget_later
from bot.app.pulls.reach import Reach
from bot.domain.github import Forbidden, GitHubError, NotFound, Place, Refused


class Owners:
    """`soon` is told of installations that are to be gone through before long."""

    def __init__(self, reach: Reach, soon: Callable[[int], None]) -> None:
        """Nothing is asked yet."""
        self._reach, self._soon = reach, soon

    def shut_out(self, installation: int) -> None:
        """The App is said to be suspended there, or uninstalled."""
        if not self._is_shut_out(installation):
            self._soon(installation)

    def take(self, installation: int, repositories: Collection[int]) -> None:
        """They are said to be deleted, or no longer chosen for the App."""
        try:
            listed = self._reach.github.repositories(installation)
        except GitHubError as fault:
            refused = isinstance(fault.failure, NotFound | Forbidden)
            if not refused or not self._is_shut_out(installation):
                raise
            return
        there = {one.id for one in listed}
        gone = [one for one in repositories if one not in there]
        for one in gone:
            self._reach.leave(installation, one)
        forget_later(self._reach, [Place(installation, one) for one in gone])
        if len(gone) < len(repositories):
            self._soon(installation)

    def archive(self, place: Place) -> None:
        """It is said to be archived; its mirror may be of use again."""
        try:
            archived = self._reach.github.repository(place).archived
        except GitHubError as fault:
            if not isinstance(fault.failure, NotFound | Forbidden | Refused):
                raise
            self.take(place.installation, [place.repository])
            return
        if archived:
            self._reach.leave(place.installation, place.repository)
        else:
            self._soon(place.installation)

    def _is_shut_out(self, installation: int) -> bool:
        """Whether GitHub says so; all of it is left then."""
        try:
            suspended = self._reach.github.installation(installation).suspended
        except GitHubError as fault:
            if not isinstance(fault.failure, NotFound):
                raise
            self._leave_all(installation, forget=True)
            return True
        if suspended:
            self._leave_all(installation, forget=False)
        return suspended

    def _leave_all(self, installation: int, *, forget: bool) -> None:
        """Repository by repository, so that nothing else waits for long."""
        known = remembered.reached(self._reach.store)
        mine = [one for one, through in known.items() if through == installation]
        for one in mine:
            self._reach.leave(installation, one)
        others = {pull.repository for pull in self._reach.leave(installation)}
        if forget:
            places = [Place(installation, one) for one in {*mine, *others}]
            forget_later(self._reach, places)
