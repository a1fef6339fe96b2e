"""GitHub's rate limits with real counters, and a ledger of who broke them.

Source: docs.github.com, "Rate limits for the REST API", "Rate limits and query limits
for the GraphQL API" and "Best practices". Primary: 5,000 requests an hour for an
installation, as many of GraphQL beside them, 60 for nobody. Secondary: 900 points a
minute (1 a read, 5 a write), 80 writes of content a minute and 500 an hour, 100
requests at once. A caller who asks again before the time it was told is written down
as impatient.
"""

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Rule = Literal[
    "primary", "points", "content-minute", "content-hour", "concurrent", "impatient"
]
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you "
    "try again."
)
# Writes that make nothing anybody reads.
NOT_CONTENT = frozenset(
    {
        "apps/create-installation-access-token",
        "apps/revoke-installation-access-token",
        "apps/redeliver-webhook-delivery",
        "apps/update-webhook-config-for-app",
        "apps/create-from-manifest",
    }
)
FREE = frozenset({"rate-limit/get"})
NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The limits; an Enterprise server has none unless its owner sets them."""

    primary: int = 5_000
    anonymous: int = 60
    points_minute: int = 900
    graphql_minute: int = 2_000
    content_minute: int = 80
    content_hour: int = 500
    concurrent: int = 100
    retry_after: int | None = 60  # what a secondary refusal tells; None: nothing
    status: Literal[403, 429] = 403


NO_CAPS = Caps(
    primary=10**9,
    anonymous=10**9,
    points_minute=10**9,
    graphql_minute=10**9,
    content_minute=10**9,
    content_hour=10**9,
    concurrent=10**9,
)
"""Nobody reaches them: for what is measured or tidied up beside them."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit that a caller broke; `after` are the seconds since it was told."""

    at: float
    caller: str
    rule: Rule
    operation: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Use:
    """One request that counted; `came_at` is before it waited for its turn."""

    at: float
    operation: str
    points: int
    content: bool
    graphql: bool
    came_at: float


@dataclass(frozen=True, slots=True)
class Denial:
    """A refusal with its words and headers."""

    status: int
    message: str
    headers: dict[str, str]
    primary: bool = False


@dataclass(slots=True)
class Counter:
    """What one caller has used."""

    window_start: float
    used: int = 0
    used_graphql: int = 0
    most_at_once: int = 0
    silent_until: float = 0.0
    told_at: float = 0.0
    hour: deque[Use] = field(default_factory=deque)

    def since(self, moment: float) -> Iterable[Use]:
        """Uses after a moment."""
        return itertools.takewhile(lambda use: use.at > moment, reversed(self.hour))


def use_of(at: float, method: str, operation: str, came_at: float | None = None) -> Use:
    """What a request costs."""
    writes = method not in {"GET", "HEAD", "OPTIONS"}
    graphql = operation.startswith("graphql")
    content = writes and operation not in NOT_CONTENT and operation != "graphql"
    came = at if came_at is None else came_at
    return Use(at, operation, 5 if writes else 1, content, graphql, came)


@dataclass(slots=True)
class Limits:
    """Counters of all callers; times in seconds of GitHub's clock."""

    caps: Caps = field(default_factory=Caps)
    counters: dict[str, Counter] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def enter(
        self, caller: str, now: float, use: Use, at_once: int = 1
    ) -> Denial | None:
        """Counts a request, or refuses it; `at_once` run now, with this one."""
        counter = self._counter(caller, now)
        counter.most_at_once = max(counter.most_at_once, at_once)
        if use.operation in FREE:
            return None
        if now < counter.silent_until and use.came_at >= counter.told_at:
            self._note(caller, "impatient", use, use.came_at - counter.told_at)
        rule = self._broken(caller, counter, use, at_once)
        if rule is not None:
            self._note(caller, rule, use)
            return self._deny(caller, rule, use, now)
        counter.hour.append(use)
        if use.graphql:
            counter.used_graphql += 1
        else:
            counter.used += 1
        return None

    def refund(self, caller: str) -> None:
        """An answer of 304 is free of the primary limit."""
        self.counters[caller].used -= 1

    def silence(self, caller: str, now: float, until: float) -> None:
        """The caller was told to wait until then; what came before is not impatient."""
        counter = self.counters[caller]
        if counter.silent_until <= now:
            counter.told_at = now
        counter.silent_until = max(counter.silent_until, until)

    def exhaust(self, caller: str, *, graphql: bool = False) -> None:
        """Uses up the primary limit of this hour."""
        counter = self.counters[caller]
        if graphql:
            counter.used_graphql = self._primary(caller)
        else:
            counter.used = self._primary(caller)

    def headers(
        self, caller: str, now: float, *, graphql: bool = False
    ) -> dict[str, str]:
        """The headers that every answer carries."""
        numbers = self.overview(caller, now, graphql=graphql)
        return {f"X-RateLimit-{k.title()}": str(v) for k, v in numbers.items()} | {
            "X-RateLimit-Resource": "graphql" if graphql else "core"
        }

    def overview(
        self, caller: str, now: float, *, graphql: bool = False
    ) -> dict[str, int]:
        """The `rate-limit` of a caller, for REST or for GraphQL."""
        counter, cap = self._counter(caller, now), self._primary(caller)
        used = counter.used_graphql if graphql else counter.used
        return {
            "limit": cap,
            "remaining": max(0, cap - used),
            "reset": int(counter.window_start) + 3600,
            "used": used,
        }

    def _primary(self, caller: str) -> int:
        return self.caps.anonymous if caller == NOBODY else self.caps.primary

    def peak(self, caller: str, seconds: float) -> int:
        """The most writes of content within any such span of the last hour."""
        times = [u.at for u in self.counters[caller].hour if u.content]
        return max(
            (sum(at <= other < at + seconds for other in times) for at in times),
            default=0,
        )

    def _counter(self, caller: str, now: float) -> Counter:
        counter = self.counters.setdefault(caller, Counter(now))
        if now >= counter.window_start + 3600:
            counter.window_start, counter.used, counter.used_graphql = now, 0, 0
        while counter.hour and counter.hour[0].at <= now - 3600:
            counter.hour.popleft()
        return counter

    def _broken(
        self, caller: str, counter: Counter, use: Use, at_once: int
    ) -> Rule | None:
        if at_once > self.caps.concurrent:
            return "concurrent"
        used = counter.used_graphql if use.graphql else counter.used
        if used >= self._primary(caller):
            return "primary"
        return self._minute(counter, use) or self._content(counter, use)

    def _minute(self, counter: Counter, use: Use) -> Rule | None:
        cap = self.caps.graphql_minute if use.graphql else self.caps.points_minute
        recent = counter.since(use.at - 60)
        spent = sum(u.points for u in recent if u.graphql == use.graphql)
        return "points" if spent + use.points > cap else None

    def _content(self, counter: Counter, use: Use) -> Rule | None:
        if not use.content:
            return None
        made = [u.at for u in counter.hour if u.content]
        if sum(at > use.at - 60 for at in made) >= self.caps.content_minute:
            return "content-minute"
        return "content-hour" if len(made) >= self.caps.content_hour else None

    def _note(self, caller: str, rule: Rule, use: Use, after: float = 0.0) -> None:
        seen = Violation(use.at, caller, rule, use.operation, after)
        self.violations.append(seen)

    def _deny(self, caller: str, rule: Rule, use: Use, now: float) -> Denial:
        if rule == "primary":
            if not use.graphql:  # GraphQL's own limit says nothing to other calls
                self.silence(caller, now, self.overview(caller, now)["reset"])
            message = f"API rate limit exceeded for {caller}."
            return Denial(self.caps.status, message, {}, primary=True)
        wait = self.caps.retry_after
        self.silence(caller, now, now + (60 if wait is None else wait))
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return Denial(self.caps.status, SECONDARY, headers)
