"""What deliveries lead to beyond single pull requests: the `Effects` of the intake."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from bot.app.mirroring import MirrorError
from bot.app.pulls import remembered
from bot.app.pulls.commands.pressing import Presser
from bot.app.pulls.owners import Owners
from bot.app.pulls.ports import Remark
from bot.app.pulls.queue.groups import Groups
from bot.app.pulls.reach import Reach
from bot.app.pulls.sweeping.bases import Bases
from bot.app.pulls.sweeping.resting import after_push
from bot.domain.github import GitHubError, Place
from bot.domain.hooks import (
    BasePushed,
    ButtonPressed,
    GroupAsked,
    GroupGone,
    InstallationChanged,
    InstallationWhy,
    RepositoryChanged,
    RepositoryWhy,
    RunAsked,
)
from bot.domain.hooks import Place as Hinted
from bot.domain.pulls.posts import Post

MOST_HINTS = 20
"""Repositories that are told at once that the App is there: nobody wants hundreds."""


def _at_once(_repository: int, work: Callable[[], None]) -> None:
    work()


@dataclass(frozen=True, slots=True)
class Doings:
    """Who does what deliveries lead to.

    `remarked` is what a fresh remark is answered at once. `soon` is told of
    installations that are to be swept before long, by their numbers. `aside` does what
    may take long for a repository, while other deliveries are worked off.
    """

    reach: Reach
    bases: Bases
    groups: Groups
    presser: Presser
    remarked: Callable[[Remark], Sequence[Post] | None]
    soon: Callable[[int], None]
    aside: Callable[[int, Callable[[], None]], None] = _at_once


class AppEffects:
    """Each may be done twice, late, or in another order.

    Each may raise `GitHubError` and `MachineryFault`; the delivery is then worked off
    again.
    """

    def __init__(self, doings: Doings) -> None:
        """Nothing is asked yet."""
        self._do, self._reach = doings, doings.reach
        self._owners = Owners(doings.reach, doings.soon)

    def remarked(self, remark: Remark) -> Sequence[Post] | None:
        """What a fresh remark is answered at once; None where it asks for nothing."""
        return self._do.remarked(remark)

    def pressed(self, hook: ButtonPressed | RunAsked, at: float) -> None:
        """Somebody wants a run again, or pressed a button: kept, and looked at."""
        through = hook.place.installation_id
        if through is None:
            return
        found, store = self._do.presser.press(hook, at), self._reach.store
        store.act(found.acts)
        store.put(found.posts)
        for pull in dict.fromkeys(one.pull for one in found.acts):
            store.wake(pull, through, self._reach.now())

    def asked(self, hook: GroupAsked) -> None:
        """A merge queue wants a verdict."""
        self._do.groups.asked(hook)

    def gone(self, hook: GroupGone) -> None:
        """A merge group is no more."""
        self._do.groups.gone(hook)

    def pushed(self, hooks: Sequence[BasePushed]) -> None:
        """Branches moved: nothing is asked where nothing hangs on them.

        They are looked at aside, for mirrors may be slow. What the mirror or GitHub
        cannot tell now is found by the next sweep.
        """
        by_place = defaultdict[Place, list[BasePushed]](list)
        for hook in hooks:
            place = _place(hook.place)
            if place is not None:
                by_place[place].append(hook)
        for place, moved in by_place.items():
            matter = self._do.bases.that_matter(place, {one.branch for one in moved})
            for one in moved:
                if one.branch in matter:
                    self._do.aside(place.repository, partial(self._moved, place, one))

    def _moved(self, place: Place, hook: BasePushed) -> None:
        before = {hook.branch: hook.before} if hook.before else {}
        try:
            with after_push(self._reach, place):
                looked = self._do.bases.look(place, [hook.branch], before)
        except (MirrorError, GitHubError):
            return
        if looked.ruled_anew:  # also of pull requests that nobody looked at yet
            self._do.soon(place.installation)

    def installed(self, hook: InstallationChanged) -> None:
        """An installation changed, or what it reaches."""
        why, through = hook.why, hook.installation_id
        match why:
            case InstallationWhy.DELETED | InstallationWhy.SUSPENDED:
                self._owners.shut_out(through)
            case InstallationWhy.REPOSITORIES_REMOVED:
                removed = [one.repository_id for one in hook.removed]
                self._owners.take(through, removed)
            case InstallationWhy.CREATED | InstallationWhy.REPOSITORIES_ADDED:
                for one in hook.added[:MOST_HINTS]:
                    remembered.want_hint(self._reach.store, one.repository_id)
                self._do.soon(through)
            case InstallationWhy.UNSUSPENDED | InstallationWhy.PERMITTED:
                self._do.soon(through)
            case _:
                assert_never(why)

    def changed(self, hook: RepositoryChanged) -> None:
        """A repository changed itself: what was known of it is asked for again."""
        place, why = _place(hook.place), hook.why
        self._reach.known.drop(hook.place.repository_id)
        if place is None:
            return
        match why:
            case RepositoryWhy.ARCHIVED:
                self._owners.archive(place)
            case RepositoryWhy.DELETED:
                self._owners.take(place.installation, [place.repository])
            case RepositoryWhy.EDITED if self._same_default(hook):
                return
            case (
                RepositoryWhy.EDITED
                | RepositoryWhy.TRANSFERRED
                | RepositoryWhy.UNARCHIVED
            ):
                self._do.soon(place.installation)
            case (
                RepositoryWhy.RENAMED
                | RepositoryWhy.PRIVATIZED
                | RepositoryWhy.PUBLICIZED
            ):
                return
            case _:
                assert_never(why)

    def _same_default(self, hook: RepositoryChanged) -> bool:
        """Whether it was edited elsewhere; a sweep sees to another default branch."""
        repository, store = hook.place.repository_id, self._reach.store
        return remembered.default_branch(store, repository) == hook.default_branch


def _place(told: Hinted) -> Place | None:
    if told.installation_id is None:
        return None
    return Place(told.installation_id, told.repository_id)
