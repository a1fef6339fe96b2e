"""Deliveries that never arrived, asked for once more.

What GitHub lists slides on, and redeliveries fill it too. So what failed is written
down when a sweep sees it; what waits is asked for little by little between sweeps.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from bot.app.github import MOST_DELIVERIES
from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Unasked
from bot.domain.github import (
    Failure,
    Forbidden,
    GitHubError,
    HookDelivery,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
    failed_deliveries,
)

KEPT_S = 3 * 86_400.0
"""How long GitHub keeps deliveries (docs.github.com, "Redelivering webhooks")."""
OVERLAP_S = 3_600.0
"""What was gone through before is gone through again so far back: some come late."""
AWAY_S, MOST_AWAY = 900.0, 10_000
"""Who was away for so long goes through more of them once: 100 calls, a point each."""
A_MINUTE, MINUTE_S = 40, 60.0
"""Redeliveries of any minute, restarts or not: 200 of the 900 points that an App may
spend in it. The others follow; the sweep itself needs none of them."""
TOGETHER = 10
"""So many are asked for before that is written down: a kill forgets no more."""
FAILS, ALONE_S = 3, 60.0
"""After so many failures among `TOGETHER` GitHub is left alone for so long."""
REST_S = 300.0
"""How long one that failed rests: longer than all are left alone, so that a few which
always fail hold up no others."""

_WHAT, _ALONE = "deliveries", "redeliveries left alone"


def redeliver(reach: Reach) -> tuple[int, int]:
    """Ask once for each that failed: how many were asked for, and whether GitHub fails.

    The second number is 1 where a part has to wait.
    """
    with reach.redelivering:
        try:
            _write_down(reach)
        except GitHubError:
            return 0, 1
        return _ask_for_some(reach)


def go_on(reach: Reach) -> int:
    """Ask for what waits, as far as the minute has room: how many those were."""
    with reach.redelivering:
        return _ask_for_some(reach)[0]


def _write_down(reach: Reach) -> None:
    """Those that failed since the last time, beside those that wait."""
    store, now = reach.store, reach.now()
    since = remembered.moment(store, _WHAT) or 0.0
    most = MOST_DELIVERIES if now < since + AWAY_S else MOST_AWAY
    found = reach.github.deliveries(max(now - KEPT_S, since - OVERLAP_S), most)
    asked = remembered.redelivered(store)
    kept = {guid: at for guid, at in asked.items() if at > now - KEPT_S - OVERLAP_S}
    if kept != asked:
        remembered.keep_redelivered(store, kept)
    before = remembered.unasked(store)
    waiting = _waiting(before, found, asked, now - KEPT_S)
    if waiting != before:
        remembered.keep_unasked(store, waiting)
    remembered.keep_moment(store, _WHAT, now)


def _waiting(
    before: Iterable[Unasked],
    found: Sequence[HookDelivery],
    asked: Collection[str],
    oldest: float,
) -> list[Unasked]:
    """All that wait by now, in their order."""
    tried = {one.guid: one.tried_at for one in before}
    new = [
        Unasked(one.guid, one.id, one.delivered_at, one.pressed, tried.get(one.guid, 0))
        for one in failed_deliveries(found)
    ]
    over = {*asked, *(one.guid for one in found if one.ok)}
    every = {one.guid: one for one in (*before, *new)}.values()
    left = [one for one in every if one.guid not in over and one.at >= oldest]
    return _ordered(left)


def _ordered(waiting: Iterable[Unasked]) -> list[Unasked]:
    """Pressed buttons first, for no sweep finds those; then the oldest.

    Those for which GitHub failed are behind their like.
    """
    return sorted(
        waiting, key=lambda one: (not one.pressed, one.tried_at, one.at, one.id)
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Guids that were asked for, those that failed, and whether that is enough."""

    asked: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    enough: bool = False

    def __add__(self, other: "_Told") -> "_Told":
        asked, failed = self.asked + other.asked, self.failed | other.failed
        return _Told(asked, failed, self.enough or other.enough)


def _ask_for_some(reach: Reach) -> tuple[int, int]:
    """How many were asked for, and 1 where others wait."""
    store, now = reach.store, reach.now()
    waiting = remembered.unasked(store)
    if not waiting:
        return 0, 0
    if _lately(remembered.moment(store, _ALONE) or 0.0, ALONE_S, now):
        return 0, 1
    asked = remembered.redelivered(store)
    spent = sum(_lately(at, MINUTE_S, now) for at in asked.values())
    left = [one for one in waiting if one.guid not in asked]
    rested = [one for one in left if not _lately(one.tried_at, REST_S, now)]
    told = _asked_for(reach, rested[: max(A_MINUTE - spent, 0)], asked)
    if told.failed:
        remembered.keep_unasked(store, _behind(left, told.failed, now))
    if len(told.asked) < len(left):
        return len(told.asked), 1
    remembered.keep_unasked(store, [])
    return len(told.asked), 0


def _lately(at: float, seconds: float, now: float) -> bool:
    """What is still to come was said by a clock that was set back since."""
    return now - seconds < at <= now


def _behind(
    waiting: Iterable[Unasked], failed: Collection[str], now: float
) -> list[Unasked]:
    """All that wait, and those that failed behind their like."""
    return _ordered(
        replace(one, tried_at=now) if one.guid in failed else one for one in waiting
    )


def _asked_for(
    reach: Reach, waiting: Sequence[Unasked], before: Mapping[str, float]
) -> _Told:
    """What came of it; those asked for are written down beside those of `before`."""
    told, asked = _Told(), dict(before)
    for first in range(0, len(waiting), TOGETHER):
        now_told = _ask(reach, waiting[first : first + TOGETHER])
        asked |= dict.fromkeys(now_told.asked, reach.now())
        remembered.keep_redelivered(reach.store, asked)
        told += now_told
        if told.enough:
            remembered.keep_moment(reach.store, _ALONE, reach.now())
            break
    return told


def _ask(reach: Reach, waiting: Iterable[Unasked]) -> _Told:
    """Ask for each, until that is enough.

    GitHub's refusal of one is its end too. What it says of all that we do, such as a
    limit, is heard at once.
    """
    asked, failed, enough = list[str](), set[str](), False
    for one in waiting:
        match fault := _sent(reach, one):
            case None | NotFound() | Refused():
                asked.append(one.guid)
            case Transient() | Odd():
                failed.add(one.guid)
                enough = len(failed) == FAILS
            case Forbidden():  # of this one, or of all that we do
                failed.add(one.guid)
                enough = True
            case RateLimited() | Unauthorised():
                enough = True
            case _:
                assert_never(fault)
        if enough:
            break
    return _Told(tuple(asked), frozenset(failed), enough)


def _sent(reach: Reach, one: Unasked) -> Failure | None:
    try:
        reach.github.redeliver(one.id)
    except GitHubError as fault:
        return fault.failure
    return None
