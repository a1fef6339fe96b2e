"""Asking GitHub: with the right credential, once, and believing nothing unread."""

import re
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from bot.adapters.github.failing import failure_of, limit_of
from bot.adapters.github.lines import PER_PAGE, Answered, Lines, Request
from bot.adapters.github.pages import SeenPages, next_page, renewed
from bot.adapters.github.their_clock import TheirClock
from bot.domain.github import Failure, Forbidden, GitHubError, Odd, RateLimited, Secret

MOST_PAGES = 200
OK: Collection[int] = frozenset({HTTPStatus.OK})
MADE: Collection[int] = frozenset({HTTPStatus.CREATED})
T = TypeVar("T")


class Credential(Protocol):
    """Who asks."""

    @property
    def caller(self) -> str:
        """Whose limits it counts to; no secret."""
        ...

    def show(self) -> Secret:
        """The credential as it is now, made when there is none."""
        ...

    def spoilt(self, used: Secret) -> bool:
        """GitHub did not take `used`: whether `show` will give another one."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, the statuses that mean success, and whether a known page may serve."""

    request: Request
    success: Collection[int] = OK
    polled: bool = False


class Asker:
    """Sends, checks and reads; obeys for each caller how long GitHub said to rest."""

    def __init__(
        self,
        lines: Lines,
        now: Callable[[], float],
        heard: Callable[[Failure | None], None] = lambda _: None,
        may_write: Callable[[], None] = lambda: None,
    ) -> None:
        """`now` is our clock, in seconds since the epoch.

        `heard` is told what came of every request: None where it went well.
        `may_write` is asked right before a write goes out, and raises what keeps it.
        """
        self._heard = heard
        self._lines = lines
        self._may_write = may_write
        self._now = now
        self._theirs = TheirClock(now)
        self._pages = SeenPages()
        self._resting: dict[str, float] = {}
        self._lock = threading.Lock()

    def read(self, who: Credential, ask: Ask, shape: TypeAdapter[T]) -> T:
        """The answer in its shape; `Odd` for anything else."""
        return self._parsed(who, ask, self.answer(who, ask), shape)

    def pages(
        self, who: Credential, ask: Ask, shape: TypeAdapter[T], most: int = MOST_PAGES
    ) -> Iterator[T]:
        """Page after page by GitHub's own links; `Odd` after too many."""
        query = {"per_page": str(PER_PAGE), **ask.request.query}
        ask = replace(ask, request=replace(ask.request, query=query))
        for _ in range(most):
            answered = self.answer(who, ask)
            yield self._parsed(who, ask, answered, shape)
            following = next_page(answered.headers)
            if following is None:
                return
            ask = replace(ask, request=Request("GET", following))
        raise GitHubError(Odd(f"more than {most} pages"))

    def _parsed(
        self, who: Credential, ask: Ask, answered: Answered, shape: TypeAdapter[T]
    ) -> T:
        """The body in its shape; one that has it may be known by its tag from now."""
        try:
            found = parsed(answered, shape)
        except GitHubError:
            self._pages.forget(who.caller, ask.request)
            raise
        if ask.polled:
            self._pages.keep(who.caller, ask.request, answered)
        return found

    def answer(self, who: Credential, ask: Ask) -> Answered:
        """An answer whose status means success; the request is sent once.

        Sent once more after a 401 with a fresh token, and a read after a 301, with its
        query: neither has had an effect.
        """
        try:
            answered = self._answer(who, ask)
        except GitHubError as fault:
            self._heard(fault.failure)
            raise
        self._heard(None)
        return answered

    def _answer(self, who: Credential, ask: Ask) -> Answered:
        request, known = ask.request, None
        if ask.polled:
            request, known = self._pages.asking(who.caller, request)
        answered = self._believed(who, request)
        if there := _moved(request, answered):
            answered = self._believed(who, there)
        if known is not None and answered.status == HTTPStatus.NOT_MODIFIED:
            answered = renewed(known, answered)
        if answered.status not in ask.success:
            raise GitHubError(self._failed(who, answered))
        return answered

    def _believed(self, who: Credential, request: Request) -> Answered:
        used = who.show()
        answered = self._send(who, used, request)
        if answered.status == HTTPStatus.UNAUTHORIZED and who.spoilt(used):
            answered = self._send(who, who.show(), request)
        return answered

    def _send(self, who: Credential, secret: Secret, request: Request) -> Answered:
        """Nobody asks while GitHub says to rest: who goes on may be banned."""
        with self._lock:
            until = self._resting.get(who.caller, 0.0)
        if until > self._now():
            raise GitHubError(RateLimited(until))
        if request.writes:
            self._may_write()
        asked_at = self._now()
        answered = self._lines.send(secret, request)
        self._theirs.hear(answered.headers, asked_at)
        return answered

    def their_now(self) -> float:
        """GitHub's clock, in seconds since the epoch, as its answers told so far."""
        return self._theirs.now()

    def limited(self, who: Credential, answered: Answered) -> RateLimited:
        """What an answer that tells of a limit means; the caller rests from now."""
        return self._rests(who, limit_of(answered, self._now()))

    def _failed(self, who: Credential, answered: Answered) -> Failure:
        failure = failure_of(answered, self._now())
        if isinstance(failure, RateLimited):
            return self._rests(who, failure)
        if isinstance(failure, Forbidden):
            # The token lives on with what it was given; the owner may give more.
            who.spoilt(who.show())
        return failure

    def _rests(self, who: Credential, limited: RateLimited) -> RateLimited:
        with self._lock:
            until = max(self._resting.get(who.caller, 0.0), limited.until)
            self._resting[who.caller] = until
        return limited


def parsed(answered: Answered, shape: TypeAdapter[T]) -> T:
    """The body in its shape."""
    problem = ""
    try:
        return shape.validate_json(answered.text)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(one) for one in first["loc"])
        problem = f"{place}: {first['msg']}" if place else str(first["msg"])
    # Outside of the handler: the exception above holds the answer.
    raise GitHubError(Odd(re.sub(r"\s+", " ", problem)[:200]))


def _moved(request: Request, answered: Answered) -> Request | None:
    """The same read where the repository is now; never on another host."""
    if answered.status != HTTPStatus.MOVED_PERMANENTLY or request.verb != "GET":
        return None
    location = answered.headers.get("location", "")
    if "/repositories/" not in urlsplit(location).path:
        return None
    return replace(request, path=location, etag="")
