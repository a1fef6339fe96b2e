"""What GitHub told lately of repositories and people, so that it is not asked again.

Permissions of people who command are never taken from here: those are asked at once.
"""

from collections.abc import Callable

from bot.app.github import GitHub
from bot.domain.github import Account, Permission, Place, Repository

KEPT_S = 300.0


class Known:
    """Answers of the last minutes. Each method raises what the port's raises."""

    def __init__(self, github: GitHub, now: Callable[[], float]) -> None:
        """Nothing is known yet."""
        self._github, self._now = github, now
        self._repositories: dict[Place, tuple[float, Repository]] = {}
        self._roles: dict[tuple[Place, int], tuple[float, Permission]] = {}

    def repository(self, place: Place) -> Repository:
        """A repository as it was within the last minutes."""
        kept = self._repositories.get(place)
        if kept is not None and self._now() < kept[0] + KEPT_S:
            return kept[1]
        found = self._github.repository(place)
        self._repositories[place] = (self._now(), found)
        return found

    def told(self, place: Place, repository: Repository) -> None:
        """GitHub told of a repository without being asked for it alone."""
        self._repositories[place] = (self._now(), repository)

    def role(self, place: Place, person: Account) -> Permission:
        """What an author could do within the last minutes."""
        kept = self._roles.get((place, person.id))
        if kept is not None and self._now() < kept[0] + KEPT_S:
            return kept[1]
        found = self._github.permission(place, person)
        self._forget_old()
        self._roles[place, person.id] = (self._now(), found)
        return found

    def drop(self, repository: int) -> None:
        """Ask again for all that is known of a repository, by its number."""
        kept = dict(self._repositories)
        for place in kept:
            if place.repository == repository:
                self._repositories.pop(place, None)
        for place, person in dict(self._roles):
            if place.repository == repository:
                self._roles.pop((place, person), None)

    def _forget_old(self) -> None:
        """Memory stays flat however many people come by."""
        oldest = self._now() - KEPT_S
        for key, (at, _) in dict(self._roles).items():
            if at < oldest:
                self._roles.pop(key, None)
