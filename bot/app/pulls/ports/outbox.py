"""What is to stand on GitHub, and what stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.github import Priority
from bot.domain.pulls.posts import Post


class PostState(StrEnum):
    """The life of a post; a new version of it begins anew."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Remote:
    """What stands on GitHub for a post: its number, and its id in GraphQL.

    `annotations` is how many a check run has by now, `concluded` whether it shows an
    answer, `digest` the version of the post whose text it shows. Of the comment that is
    edited, `digest` is that of its text (`text_digest`); empty where nobody knows.
    """

    id: int
    node: str = ""
    annotations: int = 0
    digest: str = ""
    concluded: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """A post that waits. `digest` names this version of it.

    `tried` says that a call for this key may have taken effect without our knowing.
    `attempts` counts tries of this version; `since` is when it began to wait.
    """

    key: str
    post: Post
    digest: str
    priority: Priority
    installation: int
    since: float
    attempts: int = 0
    tried: bool = False
    remote: Remote | None = None


class Outbox(Protocol):
    """What is to stand on GitHub, until it does: one row a key."""

    def put(self, posts: Sequence[Post]) -> None:
        """Keep these in place of earlier ones; what is sent already is left."""
        ...

    def suspect(self, posts: Sequence[Post]) -> None:
        """Of those that nothing is kept of, an earlier one may stand there.

        Nothing is sent by this; whoever sends one of them looks for that first, as for
        what was tried. What is known is left.
        """
        ...

    def waiting(self, now: float, limit: int) -> Sequence[Queued]:
        """Those to be sent now: the most urgent first, the oldest of equals first.

        Where there are more than `limit`, each installation has its share of them.
        """
        ...

    def begun(self, one: Queued) -> None:
        """It is about to be called: a crash from here on may have taken effect."""
        ...

    def sent(self, one: Queued, remote: Remote | None) -> None:
        """It stands there as `remote`. A newer version of it goes on waiting."""
        ...

    def later(
        self, one: Queued, at: float, why: str, remote: Remote | None = None
    ) -> None:
        """It did not go, or not wholly: again at `at`. `why` is for people.

        `remote` is what stands there by now, where that is known; it is kept, and the
        next try is the first again, and none after an unknown effect.
        """
        ...

    def give_up(self, one: Queued, why: str) -> None:
        """It will not go by itself any more."""
        ...

    def is_given_up(self, key: str) -> bool:
        """Whether it will not go by itself any more."""
        ...

    def unsent(self, key: str) -> Post | None:
        """What waits, or was given up; None where the last word was sent."""
        ...

    def may_answer(self, key: str) -> bool:
        """Whether a check run shows an answer, or may show one before more is said.

        One that waits may go out at any moment; and of one that was tried it is not
        known what became of it.
        """
        ...

    def forget(self, key: str, instead: Remote | None = None) -> None:
        """What stood there is gone (a deleted comment): made anew when put again.

        Or it is `instead`, which shows something else: made right when put again.
        """
        ...

    def correct(
        self, key: str, was: Remote | None, instead: Remote | None = None
    ) -> bool:
        """The same for who looked at GitHub while `was` was known here.

        False where something else is known by now: whoever looked came too late.
        """
        ...

    def remote(self, key: str) -> Remote | None:
        """What stands on GitHub for a key, as far as is known."""
        ...

    def next_at(self) -> float | None:
        """When the next one of those that wait can go; None where none waits."""
        ...
