"""What the App keeps of pull requests; one fake and one database behind each port.

Every method may raise `MachineryFault`. One call is one transaction. Times are Unix
seconds by our clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.commands import Source
from bot.domain.github import Priority
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Outline, Standing


@dataclass(frozen=True, slots=True)
class Due:
    """A pull request that is to be looked at. `serial` counts its wake-ups."""

    pull: PullKey
    installation: int
    serial: int


class Alarms(Protocol):
    """Which pull requests are to be looked at, and when."""

    def wake(self, pull: PullKey, installation: int, at: float) -> None:
        """Look at it at `at`, or earlier where that was asked before; counts one up."""
        ...

    def due(self, now: float, limit: int) -> Sequence[Due]:
        """Those whose time has come: repositories in turns, the longest due first.

        So the many of one repository do not hide those of others.
        """
        ...

    def rest(self, due: Due, again_at: float | None) -> None:
        """It was looked at: next at `again_at`, or when it is woken.

        One that was woken since `due` was read stays due as it is.
        """
        ...


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment or review that may hold commands, as it came in.

    `key` is unique: `comment:ID` or `review:ID` within a repository. `kind` is GitHub's
    word for the account (`User`, `Bot`), None for one that is gone; `edited` says that
    it was found changed. `created_at` is by GitHub's clock.
    """

    key: str
    pull: PullKey
    installation: int
    source: Source
    id: int
    body: str
    author: int | None
    login: str
    kind: str | None
    created_at: float
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """The base that a head is judged against, chosen once; `since` is when."""

    pull: PullKey
    head: str
    base_ref: str
    base: str
    since: float


class Register(Protocol):
    """What was recorded of pull requests: heads, remarks, acts, bases, standings."""

    def saw_head(self, pull: PullKey, sha: str, at: float) -> None:
        """The head is `sha`, seen at `at` by GitHub's clock, as comments are.

        One that is the latest already is left.
        """
        ...

    def head_at(self, pull: PullKey, moment: float) -> str | None:
        """The head that was recorded at a moment; None where none was yet."""
        ...

    def heads(self, pull: PullKey) -> Sequence[str]:
        """Every head that was ever recorded, the latest last."""
        ...

    def note(self, remark: Remark) -> bool:
        """Keep a remark to be worked on; False for one that is known already."""
        ...

    def overhear(self, remarks: Sequence[Remark]) -> None:
        """Know these, which ask us for nothing; those that are known are left."""
        ...

    def remarks(self, limit: int) -> Sequence[Remark]:
        """Those that are to be worked on, the oldest first.

        Where there are more than `limit`, each repository has its share of them.
        """
        ...

    def settle(
        self, remark: Remark, acts: Sequence[Act], posts: Sequence[Post], at: float
    ) -> None:
        """A remark is done: keep what was ordered and what is to be answered.

        Wakes the pull request at `at` where there are acts. Acts and remarks that are
        known already are left, so that doing it twice does no harm.
        """
        ...

    def act(self, acts: Sequence[Act]) -> None:
        """Keep orders that came otherwise (buttons, re-runs); known ones are left."""
        ...

    def acts(self, pull: PullKey) -> Sequence[Act]:
        """All orders of a pull request, in the order in which people said them."""
        ...

    def pin(self, pin: Pin, *, renew: bool = False) -> Pin:
        """Keep the first base of a head and base branch, or the new one; the kept."""
        ...

    def pinned(self, pull: PullKey, head: str, base_ref: str) -> Pin | None:
        """The base that is kept for a head and base branch; None for none."""
        ...

    def standing(self, pull: PullKey) -> Standing | None:
        """Where a pull request stands; None for one that was never looked at."""
        ...

    def standings(self, repository: int, head: str = "") -> Sequence[Standing]:
        """Of a repository, or of one head in it; by number."""
        ...

    def outlines(self, repository: int) -> Sequence[Outline]:
        """The open ones of a repository without their texts, by number."""
        ...

    def say(self, standing: Standing, posts: Sequence[Post]) -> None:
        """Keep where it stands, and what is to be sent for it, as one."""
        ...


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


class Notes(Protocol):
    """Short texts by name, for whoever has to remember how far it came."""

    def recall(self, name: str) -> str:
        """The text of a name; empty for none."""
        ...

    def remember(self, name: str, text: str) -> None:
        """Keep a text in place of the last one."""
        ...


class PullStore(Alarms, Register, Outbox, Notes, Protocol):
    """All that the App keeps of pull requests."""

    def leave(
        self, installation: int, repository: int | None = None
    ) -> Sequence[PullKey]:
        """Nothing of an installation, or of one repository in it, is done any more.

        As one: alarms rest until somebody wakes them, open standings are closed, posts
        that wait are given up (and sent when they are put again), remarks that wait are
        settled. Says which pull requests were open.
        """
        ...

    def prune(self, before: float) -> int:
        """Forget pull requests that were closed before this; how many.

        A portion at a time, so that nothing else waits for long: ask until there are
        none.

        A pull request counts as closed from when this is first asked and finds it so,
        and anew after it was open again. What was ordered is kept for ever; so is what
        stands for a commit that is another one's head. Forgets settled remarks, what
        was sent to nobody's pull request, and pull requests of which nothing was ever
        said, as old as that, too.
        """
        ...
