"""When a failed call is made again, by what kind of operation it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.domain.github.failures import (
    Failure,
    Forbidden,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
)

# Seconds after the first, second, ... failed try; the last one serves for all later.
BACK_OFF_S = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0)
# What GitHub has just made may be missing for a moment from what it shows.
FLICKER_S = (2.0, 10.0)
LIMITED_S = (0.0, 60.0, 120.0, 240.0, 480.0, 960.0)
LIMITED_TRIES = 24
# Whoever shows too often what GitHub does not believe is locked out for a while.
IDENTITY_S = tuple(max(one, 60.0) for one in BACK_OFF_S)


class Operation(StrEnum):
    """What a call does, which says how long it is worth repeating.

    A READ comes again with the next sweep; a CHANGE says all of what shall be, so that
    it can be said twice; a CREATE must look first.
    """

    READ = "read"
    CHANGE = "change"
    CREATE = "create"


TRIES = {Operation.READ: 4, Operation.CHANGE: 12, Operation.CREATE: 12}


@dataclass(frozen=True, slots=True)
class Again:
    """Once more, not before `at`, in seconds since the epoch."""

    at: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never by itself; the failure is for people."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Tried:
    """A call that failed for the `attempt`-th time (from 1) at `now`."""

    operation: Operation
    attempt: int
    now: float


def retry(tried: Tried, failure: Failure, draw: float) -> Again | GiveUp:
    """What follows from a failure.

    `draw` from 0 to 1 spreads callers: waits are between half and all of the table's,
    and after a limit up to 5 s longer than GitHub asked for.
    """
    match failure:
        case RateLimited(until):
            return _limited(tried, until, draw) or GiveUp(failure)
        case Transient() | Odd():
            wait = _spread(BACK_OFF_S, tried, TRIES[tried.operation], draw)
        case NotFound():
            wait = _spread(FLICKER_S, tried, len(FLICKER_S) + 1, draw)
        case Unauthorised():
            wait = _spread(IDENTITY_S, tried, TRIES[tried.operation], draw)
        case Forbidden() | Refused():
            wait = None
        case _:
            assert_never(failure)
    return GiveUp(failure) if wait is None else Again(tried.now + wait)


def _spread(
    waits: tuple[float, ...], tried: Tried, tries: int, draw: float
) -> float | None:
    """How long to wait after this try; None after the last of `tries`."""
    if tried.attempt >= tries:
        return None
    wait = waits[min(tried.attempt, len(waits)) - 1]
    return wait * (1 + draw) / 2


def _limited(tried: Tried, until: float, draw: float) -> Again | None:
    """As GitHub said, and longer each time; who goes on asking may be banned."""
    if tried.attempt >= LIMITED_TRIES:
        return None
    least = LIMITED_S[min(tried.attempt, len(LIMITED_S)) - 1]
    return Again(max(until, tried.now + least) + 5 * draw)
