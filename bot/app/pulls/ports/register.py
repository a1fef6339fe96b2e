"""What was recorded of pull requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.commands import Source
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Outline, Standing


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
