"""What GitHub told lately of repositories and people, so that it is not asked again.

Permissions of people who command are never taken from here: those are asked at once.
"""

from collections.abc import Callable
from typing import TypeVar

from bot.app.github import GitHub
from bot.app.pulls.ports import Due
from bot.domain.commands import Role, role_of
from bot.domain.github import (
    Account,
    GitHubError,
    NotFound,
    Permission,
    Place,
    Pull,
    Repository,
    Transient,
)
from bot.domain.pulls.acts import PullKey

K = TypeVar("K")
V = TypeVar("V")

KEPT_S = 300.0
TRUSTED_S = 3600.0
"""How long whoever may write is taken at that. Only the code of a branch of the
repository itself is theirs, and to push that they must have been allowed to. Of others
it is asked again sooner: they may be invited at any time."""

FLICKER_S = 60.0
"""GitHub hides for a moment what it has (its replicas lag)."""


class Known:
    """Answers of the last minutes. Each method raises what the port's raises."""

    def __init__(self, github: GitHub, now: Callable[[], float]) -> None:
        """Nothing is known yet."""
        self._github, self._now = github, now
        self._repositories: dict[Place, tuple[float, Repository]] = {}
        self._roles: dict[tuple[Place, int], tuple[float, Permission]] = {}
        self._unknown: dict[tuple[Place, int], float] = {}
        self._pulls: dict[PullKey, tuple[float, int, Pull]] = {}
        self._ours: dict[PullKey, int] = {}

    def pull(self, due: Due) -> Pull:
        """A pull request, asked for unless we alone woke it since, for some minutes.

        What a trial's end or a base wakes is not news of GitHub's. Whoever says
        something of the head compares it with git's word for it first.
        """
        news = due.serial - self._ours.get(due.pull, 0)
        kept = self._pulls.get(due.pull)
        if kept is not None and self._now() < kept[0] + KEPT_S and kept[1] == news:
            return kept[2]
        self._forget_old()
        news = due.serial - self._ours.get(due.pull, 0)
        place = Place(due.installation, due.pull.repository)
        found = self._github.pull(place, due.pull.number)
        self._pulls[due.pull] = (self._now(), news, found)
        return found

    def woke(self, pull: PullKey) -> None:
        """We are about to wake it ourselves, once.

        Said before it is woken: who looks in between asks once more. Said after it,
        what GitHub tells next would be taken for ours. Where waking fails it is to be
        doubted, for the same reason (see `Reach.wake`).
        """
        self._ours[pull] = self._ours.get(pull, 0) + 1

    def doubt(self, pull: PullKey) -> None:
        """Ask again for a pull request: what is known of it may be old."""
        self._pulls.pop(pull, None)

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
        """What an author could do within the last minutes, or within the last hour.

        Who is not found is so after a minute; until then `Transient` is raised.
        """
        kept = self._roles.get((place, person.id))
        if kept is not None and self._now() < kept[0] + _kept_s(kept[1]):
            return kept[1]
        try:
            found = self._github.permission(place, person)
        except GitHubError as fault:
            self._forget_old()
            if isinstance(fault.failure, NotFound) and self._flickers(place, person):
                raise GitHubError(Transient("GitHub does not know a person")) from None
            raise
        self._forget_old()
        self._unknown.pop((place, person.id), None)
        self._roles[place, person.id] = (self._now(), found)
        return found

    def _flickers(self, place: Place, person: Account) -> bool:
        """Whether a person is not known for so short that it may be GitHub's delay."""
        since = self._unknown.setdefault((place, person.id), self._now())
        return self._now() < since + FLICKER_S

    def drop(self, repository: int) -> None:
        """Ask again for all that is known of a repository, by its number."""
        kept = dict(self._repositories)
        for place in kept:
            if place.repository == repository:
                self._repositories.pop(place, None)
        for place, person in dict(self._roles):
            if place.repository == repository:
                self._roles.pop((place, person), None)
        for pull in dict(self._pulls):
            if pull.repository == repository:
                self._pulls.pop(pull, None)

    def _forget_old(self) -> None:
        """Memory stays flat however many people come by."""
        now = self._now()
        _drop(self._roles, lambda kept: kept[0] < now - _kept_s(kept[1]))
        _drop(self._unknown, lambda since: since < now - KEPT_S)
        _drop(self._pulls, lambda kept: kept[0] < now - KEPT_S)
        for pull in dict(self._ours):
            if pull not in self._pulls:
                self._ours.pop(pull, None)


def _drop(kept: dict[K, V], old: Callable[[V], bool]) -> None:
    for key, value in dict(kept).items():
        if old(value):
            kept.pop(key, None)


def _kept_s(found: Permission) -> float:
    role = role_of(found.permission, found.role_name)
    return TRUSTED_S if role is not None and role >= Role.WRITE else KEPT_S
