"""The outbox emptied: each post sent when its lane lets it, and again where it failed.

Nothing here waits: what is too early, or may be under way, is left for later.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from bot.app.github import CALL_S, GitHub
from bot.app.pulls.ports import Outbox, Queued
from bot.app.pulls.posting import Poster, operation
from bot.domain.github import (
    FLICKER_S,
    Failure,
    GitHubError,
    GiveUp,
    Go,
    NotFound,
    Operation,
    RateLimited,
    Rest,
    Tried,
    Waiting,
    retry,
    uncertain,
)
from bot.domain.pulls.posts import (
    CheckPost,
)

MOST_LOOKED_AT = 500
"""Posts that one look at the outbox takes in."""
DOUBT_S = CALL_S + 2.0
"""How long a call may take effect after whoever made it died, leads no more, or got no
answer. Looked for before that, what it makes may be missed, and made again."""


class Turns(Protocol):
    """The write lanes of all installations."""

    def turn(
        self, installation: int, waiting: Sequence[Waiting], now: float
    ) -> Go | Rest | None:
        """Whose turn it is; a `Go` is counted, whatever becomes of it."""
        ...

    def rest(self, installation: int, until: float) -> None:
        """GitHub said that none goes before then."""
        ...


@dataclass(frozen=True, slots=True)
class Picked:
    """What goes now, one for each installation at most, and when to look again."""

    now: tuple[Queued, ...]
    again_at: float | None


class Sender:
    """Sends what waits. `draw` gives numbers from 0 to 1 that spread repeated tries."""

    def __init__(
        self,
        outbox: Outbox,
        github: GitHub,
        turns: Turns,
        now: Callable[[], float],
        draw: Callable[[], float],
    ) -> None:
        """Times are Unix seconds by `now`."""
        self._outbox, self._github, self._turns = outbox, github, turns
        self._now, self._draw = now, draw
        self._poster = Poster(outbox, github, now)
        self._doubted: dict[str, _Doubt] = {}  # by key
        self._hidden: dict[str, float] = {}  # since when, by key

    def inherit(self, doubted: Collection[str]) -> None:
        """Let posts rest that another process may have on their way at this moment."""
        self._doubted = dict.fromkeys(doubted, _Doubt(self._now() + DOUBT_S))

    def pick(self, busy: Collection[int] = ()) -> Picked:
        """What may go now; nothing of the installations that are `busy`."""
        now = self._now()
        for key, doubt in list(self._doubted.items()):
            if doubt.until <= now:
                self._doubted.pop(key)
        waiting = self._outbox.waiting(now, MOST_LOOKED_AT)
        rests = {one.key: self._rests(one) for one in waiting}
        free = [
            one
            for one in waiting
            if one.installation not in busy and rests[one.key] <= now
        ]
        picked: list[Queued] = []
        opens = [until for until in rests.values() if until > now]
        ordered = sorted(free, key=lambda one: one.installation)
        for installation, group in groupby(ordered, lambda one: one.installation):
            turn = self._next(installation, list(group), now)
            if isinstance(turn, Queued):
                picked.append(turn)
            elif turn is not None:
                opens.append(turn)
        later = self._outbox.next_at()
        # One that may go by now waits for its lane, or for what is under way.
        known = [*opens, *([later] if later is not None and later > now else [])]
        return Picked(tuple(picked), min(known, default=None))

    def _next(
        self, installation: int, group: Sequence[Queued], now: float
    ) -> Queued | float | None:
        named = {one.key: one for one in group}
        waiting = [Waiting(one.key, one.priority, one.since) for one in group]
        match self._turns.turn(installation, waiting, now):
            case Go(name=name):
                return named[name]
            case Rest(until=until):
                return until
            case None:
                return None

    def send(self, one: Queued) -> None:
        """Send a post that was picked; whatever comes of it is kept.

        To be let in may take long, and is no effect: it is done before the call counts
        as begun, which others wait for.
        """
        try:
            self._github.ready(one.post.place)
        except GitHubError as fault:
            self._outbox.begun(one)
            self._again(one, fault.failure)
            return
        self._outbox.begun(one)
        try:
            self._poster.post(one)
        except GitHubError as fault:
            self._failed(one, fault.failure)
        else:  # a doubt stays: what was lost may come after this
            self._hidden.pop(one.key, None)

    def _failed(self, one: Queued, failure: Failure) -> None:
        if isinstance(failure, NotFound) and one.remote is not None:
            self._missing(one, failure)
            return
        if uncertain(failure) and _may_come_late(one):
            said = one.digest if _only_ends(one) else ""
            self._doubted[one.key] = _Doubt(self._now() + DOUBT_S, said)
        self._again(one, failure)

    def _rests(self, one: Queued) -> float:
        """Until when it waits for what may come late, in Unix seconds."""
        doubt = self._doubted.get(one.key)
        return 0.0 if doubt is None or doubt.said == one.digest else doubt.until

    def _missing(self, one: Queued, failure: NotFound) -> None:
        """What GitHub hides it shows again; what stays away somebody deleted."""
        now = self._now()
        since = self._hidden.setdefault(one.key, now)
        asks = [since + pause for pause in FLICKER_S if since + pause > now]
        if asks:
            self._outbox.later(one, asks[0], str(failure))
            return
        self._hidden.pop(one.key, None)
        self._outbox.forget(one.key)  # it is made anew
        self._outbox.later(one, now, "it was gone")

    def _again(self, one: Queued, failure: Failure) -> None:
        now = self._now()
        self._hidden.pop(one.key, None)
        if isinstance(failure, RateLimited):
            self._turns.rest(one.installation, failure.until)
        tried = Tried(operation(one), one.attempts + 1, now)
        decided = retry(tried, failure, self._draw())
        if isinstance(decided, GiveUp):
            self._outbox.give_up(one, str(failure))
        else:
            at = max(decided.at, self._rests(one))
            self._outbox.later(one, at, str(failure))


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A call that may take effect until then; to say the same once more does no harm.

    `said` is the version of a change that makes nothing; what makes something makes it
    twice, whatever it says.
    """

    until: float
    said: str = ""


def _only_ends(one: Queued) -> bool:
    """Whether it ends a check run that is open, and can do nothing else.

    One that has ended stays so: in place of being changed it may be followed by another
    one, or get further annotations.
    """
    post, known = one.post, one.remote
    if not isinstance(post, CheckPost) or known is None or known.concluded:
        return False
    return post.change.conclusion is not None


def _may_come_late(one: Queued) -> bool:
    """Whether it does harm if it takes effect after what is sent next.

    What is made twice people see twice; and of check runs the last one that comes
    blocks, or lets in, by what it said then.
    """
    return operation(one) is Operation.CREATE or isinstance(one.post, CheckPost)
