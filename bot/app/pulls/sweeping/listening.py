"""What people said and no webhook told of: comments, and reviews.

GitHub lists the comments of a whole repository in one call. Reviews are listed for each
pull request alone; so only those are asked for that were changed since theirs were
read, which is what a review does to a pull request.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.app.pulls import remembered
from bot.app.pulls.ports import Remark
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import ReviewsRead
from bot.domain.commands import PREFIX, Source
from bot.domain.github import (
    Comment,
    Forbidden,
    GitHubError,
    Place,
    Pull,
    RateLimited,
    Review,
    Unauthorised,
)
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post

OVERLAP_S = 300.0
"""How much of what was gone through is gone through again: GitHub may lag behind."""
LAG_S = 120.0
"""The same for reviews, by GitHub's own clock: what it shows may be older than that."""
AT_ONCE = 30
"""Pull requests of a repository whose reviews are read in one sweep, a call each."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """How many were `noted`, and of how many pull requests they could not be read."""

    noted: int = 0
    unread: int = 0


class Listener:
    """Notes what was said; `remarked` is what a fresh remark is answered at once."""

    def __init__(
        self,
        reach: Reach,
        remarked: Callable[[Remark], Sequence[Post] | None],
        app: int,
    ) -> None:
        """`app` is our App's number: what it says is not for us."""
        self._reach, self._remarked, self._app = reach, remarked, app

    def comments(self, place: Place, numbers: Collection[int]) -> int:
        """Note what was said since the last time; what came before us is not read."""
        # By GitHub's clock, which dates comments: ours may be fast.
        what, now = f"comments:{place.repository}", self._reach.github.their_now()
        since = remembered.moment(self._reach.store, what)
        count = 0
        if since is not None:
            found = self._reach.github.comments_since(place, since - OVERLAP_S)
            heard = [one for one in found if self._is_heard(place, one, numbers)]
            count = sum(self._noted(remark_of(place, one)) for one in heard)
        remembered.keep_moment(self._reach.store, what, now)
        return count

    def _is_heard(self, place: Place, one: Comment, numbers: Collection[int]) -> bool:
        """Whether somebody else said it on a pull request: issues have comments too."""
        if one.author is None or one.app == self._app:
            return False
        key = PullKey(place.repository, one.number)
        return one.number in numbers or self._reach.store.standing(key) is not None

    def reviews(self, place: Place, pulls: Sequence[Pull]) -> Reviews:
        """Note reviews with commands, of open pull requests that changed since.

        Those that waited longest first; what does not fit into this sweep follows.
        One whose reviews cannot be read goes behind the others. Raises `GitHubError`
        where that is no matter of one pull request; what was read by then is read.
        """
        store, now = self._reach.store, self._reach.github.their_now()
        before = remembered.reviews_read(store, place.repository)
        if before is None:  # what came before us is not read
            kept = ReviewsRead(now)
            remembered.keep_reviews_read(store, place.repository, kept)
            return Reviews()
        changed = _changed(before, pulls)
        later, failed, noted = dict[int, float](), dict[int, float](), 0
        try:
            for number in changed[:AT_ONCE]:
                failed[number] = now  # whatever ends it, until it was read
                since = before.until(number) - LAG_S
                if (new := self._read_if_it_can_be(place, number, since)) is not None:
                    later[number] = failed.pop(number)
                    noted += new
        finally:
            read = ReviewsRead(now)
            if failed or len(later) != len(changed):
                read = before.gone_on(later, failed, {one.number for one in pulls})
            remembered.keep_reviews_read(store, place.repository, read)
        return Reviews(noted, len(failed))

    def _read_if_it_can_be(self, place: Place, number: int, since: float) -> int | None:
        """`_read`; None where that failed for a matter of this pull request."""
        try:
            return self._read(place, number, since)
        except GitHubError as fault:
            if isinstance(fault.failure, RateLimited | Unauthorised | Forbidden):
                raise  # the next one would be refused as well
            return None

    def _read(self, place: Place, number: int, since: float) -> int:
        """Note the new ones of one pull request, and whether they were changed."""
        found = self._reach.github.reviews(place, number)
        new = [one for one in found if _is_order(one, since)]
        return sum(self._noted(self._review(place, one)) for one in new)

    def _review(self, place: Place, one: Review) -> Remark:
        edited = self._reach.github.review_edited(place, one.node)
        return reviewed(place, one, edited=edited)

    def _noted(self, remark: Remark) -> bool:
        # In this order, so that a crash between them loses neither.
        self._reach.store.put(self._remarked(remark) or ())
        return self._reach.store.note(remark)


def _changed(before: ReviewsRead, pulls: Iterable[Pull]) -> list[int]:
    """The numbers of those that may have new reviews, the longest untried first."""
    waiting = [
        (before.tried(one.number), one.number)
        for one in pulls
        if one.updated_at >= before.until(one.number) - LAG_S
    ]
    return [number for _, number in sorted(waiting)]


def _is_order(one: Review, since: float) -> bool:
    """Whether it may hold a command, and was submitted since."""
    at = one.submitted_at
    if at is None or one.author is None:
        return False
    return at >= int(since) and PREFIX in one.body.lower()


def remark_of(place: Place, one: Comment) -> Remark:
    """A comment that was found, as the webhook would have told of it."""
    author = one.author
    kind = author.kind if author else None
    return Remark(
        key=f"{Source.COMMENT}:{one.id}",
        pull=PullKey(place.repository, one.number),
        installation=place.installation,
        source=Source.COMMENT,
        id=one.id,
        body=one.body,
        author=author.id if author else None,
        login=author.login if author else "",
        kind=kind if one.app is None else "Bot",
        created_at=one.created_at,
        edited=one.updated_at > one.created_at,
    )


def reviewed(place: Place, one: Review, *, edited: bool) -> Remark:
    """A review that was found, as the webhook would have told of it."""
    author = one.author
    return Remark(
        key=f"{Source.REVIEW}:{one.id}",
        pull=PullKey(place.repository, one.number),
        installation=place.installation,
        source=Source.REVIEW,
        id=one.id,
        body=one.body,
        author=author.id if author else None,
        login=author.login if author else "",
        kind=author.kind if author else None,
        created_at=one.submitted_at or 0.0,
        edited=edited,
    )
