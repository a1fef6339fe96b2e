"""An installation's one lane for writes: which write goes next, and when.

GitHub asks for a second between writes, and stops whoever writes more than 80 times a
minute or 500 times an hour (docs.github.com, "Rate limits for the REST API"). Lower
priorities stop earlier, so that the last conclusion of a busy hour never waits behind a
row of progress bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

GAP_S = 1.0
MINUTE_S = 60.0
HOUR_S = 3600.0


class Priority(IntEnum):
    """What goes first: the lower number."""

    CONCLUSION = 0
    CREATE = 1
    COMMENT = 2
    REACTION = 3
    PROGRESS = 4


# How many writes of the last minute and hour there may be for one more to go.
CAPS = {
    Priority.CONCLUSION: (80, 500),
    Priority.CREATE: (76, 480),
    Priority.COMMENT: (70, 460),
    Priority.REACTION: (64, 430),
    Priority.PROGRESS: (50, 380),
}


@dataclass(frozen=True, slots=True)
class Lane:
    """What went within the last hour, oldest first, and how long GitHub said to rest.

    Times are seconds since the epoch by our clock.
    """

    sent: tuple[float, ...] = ()
    resting_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A write that waits, since `since`; `name` is the caller's."""

    name: str
    priority: Priority
    since: float


@dataclass(frozen=True, slots=True)
class Go:
    """This one goes now; `lane` has it counted, whatever becomes of it."""

    name: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class Rest:
    """None goes before `until`; a write that comes meanwhile may change that."""

    until: float


def turn(lane: Lane, waiting: Sequence[Waiting], now: float) -> Go | Rest | None:
    """Whose turn it is; None when nobody waits.

    The most urgent goes, the oldest of equals first. Where it has no room a less urgent
    one has none either, as its room ends earlier.
    """
    lane = _recent(lane, now)
    ordered = sorted(waiting, key=lambda one: (one.priority, one.since, one.name))
    if not ordered:
        return None
    first = ordered[0]
    at = _opens(lane, first.priority)
    if at <= now:
        return Go(first.name, replace(lane, sent=(*lane.sent, now)))
    return Rest(at)


def rest(lane: Lane, until: float) -> Lane:
    """The lane after GitHub said not to call before `until`."""
    return replace(lane, resting_until=max(lane.resting_until, until))


def _recent(lane: Lane, now: float) -> Lane:
    """Without what is older than an hour, or later than now by a clock set back."""
    sent = tuple(at for at in lane.sent if now - HOUR_S < at <= now)
    return replace(lane, sent=sent)


def _opens(lane: Lane, priority: Priority) -> float:
    """The first moment at which one more of this priority may go."""
    in_minute, in_hour = CAPS[priority]
    gap = lane.sent[-1] + GAP_S if lane.sent else 0.0
    minute = _freed(lane.sent, in_minute, MINUTE_S)
    hour = _freed(lane.sent, in_hour, HOUR_S)
    return max(lane.resting_until, gap, minute, hour)


def _freed(sent: tuple[float, ...], most: int, span: float) -> float:
    """When fewer than `most` will be within the last `span` seconds."""
    return sent[-most] + span if len(sent) >= most else 0.0
