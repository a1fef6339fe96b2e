"""Who is heard: everybody at first, and whoever may write always.

An answer costs up to three calls that write, of the few that GitHub lets us make in an
hour, and anybody may comment on a public repository. So people who may not write are
answered a few times an hour; what they say beyond that is not read. Who somebody is, is
asked only then.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bot.app.github import GitHub
from bot.app.pulls.commands import asking
from bot.app.pulls.commands.answering import place_of, seen
from bot.app.pulls.ports import Remark
from bot.domain.commands import CommandLine, Role
from bot.domain.github import Account
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post

ReadLines = Callable[[str], Sequence[CommandLine]]
"""The command lines of a text; `bot.adapters.commonmark` has the one for comments."""

HOUR_S = 3_600.0
PER_PULL, PER_PERSON, OF_ALL = 5, 15, 60
"""Remarks that are answered in an hour: of one person on one pull request, of one
person, and of all who may not write; in an installation, whose calls they are."""
ROLE_S = 300.0
"""How long somebody who might not write is not asked about again."""


@dataclass(frozen=True, slots=True)
class _Heard:
    pull: PullKey
    author: int | None
    at: float


class Hearing:
    """Remarks of the last hour, in memory: a restart forgets them, and no more."""

    def __init__(
        self,
        read_lines: ReadLines,
        now: Callable[[], float],
        lock: AbstractContextManager[object],
    ) -> None:
        """Nobody was heard yet; `now` is Unix seconds by our clock.

        `lock` lets one count at a time: remarks come from webhooks and from sweeps.
        """
        self.read_lines, self._now, self._lock = read_lines, now, lock
        self._heard: dict[int, dict[tuple[PullKey, str], _Heard]] = {}
        self._roles: dict[tuple[int, int | None], tuple[float, bool]] = {}

    def seen(self, remark: Remark) -> Sequence[Post] | None:
        """The eyes on a comment with commands, once it is kept; None without commands.

        GitHub is not asked.
        """
        lines = self.read_lines(remark.body)
        if not lines:
            return None
        posts = seen(remark, lines)
        return posts if posts and self._counted(remark) else ()

    def welcomes(self, remark: Remark, github: GitHub) -> bool:
        """Whether a remark with commands is to be handled, and answered.

        Raises `GitHubError` for a failure that passes.
        """
        if self._counted(remark):
            return True
        known = self._role(remark)
        if known is not None and self._now() < known[0] + ROLE_S:
            return known[1]
        person = Account(remark.author or 0, remark.login, remark.kind)
        self.knows(remark, asking.role(github, place_of(remark), person))
        return self._may_write(remark)

    def knows(self, remark: Remark, role: Role | None) -> None:
        """GitHub said what its author may do: who may write counts no more."""
        writes = role is not None and role >= Role.WRITE
        with self._lock:
            self._roles[_who(remark)] = (self._now(), writes)
            if writes:
                mine = self._heard.get(remark.installation, {})
                for key, one in list(mine.items()):
                    if one.author == remark.author:
                        del mine[key]

    def _role(self, remark: Remark) -> tuple[float, bool] | None:
        with self._lock:
            return self._roles.get(_who(remark))

    def _may_write(self, remark: Remark) -> bool:
        known = self._role(remark)
        return known is not None and known[1]

    def _counted(self, remark: Remark) -> bool:
        """Whether it is one of the few, or of somebody who may write."""
        with self._lock:
            self._forget_old()
            known = self._roles.get(_who(remark))
            if known is not None and known[1]:
                return True
            mine = self._heard.setdefault(remark.installation, {})
            if (remark.pull, remark.key) in mine:
                return True
            if not _room(list(mine.values()), remark):
                return False
            one = _Heard(remark.pull, remark.author, self._now())
            mine[remark.pull, remark.key] = one
            return True

    def _forget_old(self) -> None:
        """Memory stays flat however many people come by."""
        oldest = self._now() - HOUR_S
        for through, mine in list(self._heard.items()):
            kept = {key: one for key, one in mine.items() if one.at > oldest}
            self._heard[through] = kept
        self._heard = {through: mine for through, mine in self._heard.items() if mine}
        known = self._roles.items()
        self._roles = {who: found for who, found in known if found[0] > oldest}


def _who(remark: Remark) -> tuple[int, int | None]:
    return remark.pull.repository, remark.author


def _room(heard: Sequence[_Heard], remark: Remark) -> bool:
    """Whether one more may be answered in this hour."""
    mine = [one for one in heard if one.author == remark.author]
    here = [one for one in mine if one.pull == remark.pull]
    return len(here) < PER_PULL and len(mine) < PER_PERSON and len(heard) < OF_ALL
