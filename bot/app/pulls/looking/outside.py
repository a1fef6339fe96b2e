"""What looks at pull requests need of the outside."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.app.github import GitHub
from bot.app.mirroring import Mirrors
from bot.app.pulls.evaluations import Evaluations
from bot.app.pulls.known import Known
from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.ports import Due, PullStore
from bot.domain.github import Place, Pull
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Report

SOON_S = 2.0
"""When to look again at what GitHub or git are about to show."""


def _nothing_landed(_place: Place, _pull: Pull, _old: Standing) -> Sequence[Post]:
    return ()


def _no_group(_due: Due) -> float | None:
    return None


class Beside(Protocol):
    """Work beside verdicts; it is told of each look."""

    def consider(self, scene: Scene) -> bool:
        """Begin what was ordered, stop what nobody wants; whether any of it goes on."""
        ...

    def leave(self, pull: PullKey) -> None:
        """Carry nothing on for a pull request that is not open."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """All that a look needs of the outside.

    `page` gives the permanent address of a report's page, and keeps the page.
    `speaking` lets one speak at a time: pull requests that share a head speak for it in
    turn, and each hears the others. `landed`
    is what is said of one that was merged (see `Landing`), `group` looks at a merge
    group, and says when next (see `Groups`).
    """

    github: GitHub
    known: Known
    mirrors: Mirrors
    store: PullStore
    evaluations: Evaluations
    beside: Beside
    scenes: Scenes
    page: Callable[[Place, Report], str]
    now: Callable[[], float]
    speaking: AbstractContextManager[object]
    landed: Callable[[Place, Pull, Standing], Sequence[Post]] = _nothing_landed
    group: Callable[[Due], float | None] = _no_group
