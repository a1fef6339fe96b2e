"""Deliveries that never arrived, asked for once more.

What GitHub lists slides on, and redeliveries fill it too. So what failed is written
down when a sweep sees it; what waits is asked for little by little between sweeps.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.app.github import MOST_DELIVERIES
from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Unasked
from bot.domain.github import (
    GitHubError,
    HookDelivery,
    NotFound,
    RateLimited,
    Refused,
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
TOGETHER, FAILS = 10, 3
"""So many are asked for before that is written down: a kill forgets no more. After so
many failures among them GitHub is left alone."""

_WHAT = "deliveries"


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
    """Pressed buttons first, for no sweep finds those; then the oldest."""
    new = [
        Unasked(one.guid, one.id, one.delivered_at, one.pressed)
        for one in failed_deliveries(found)
    ]
    over = {*asked, *(one.guid for one in found if one.ok)}
    every = {one.guid: one for one in (*before, *new)}.values()
    left = [one for one in every if one.guid not in over and one.at >= oldest]
    return sorted(left, key=lambda one: (not one.pressed, one.at, one.id))


def _ask_for_some(reach: Reach) -> tuple[int, int]:
    """How many were asked for, and 1 where others wait."""
    store = reach.store
    waiting = remembered.unasked(store)
    if not waiting:
        return 0, 0
    asked = remembered.redelivered(store)
    spent = sum(at > reach.now() - MINUTE_S for at in asked.values())
    left = [one for one in waiting if one.guid not in asked]
    count = _asked_for(reach, left[: max(A_MINUTE - spent, 0)], asked)
    if count < len(left):
        return count, 1
    remembered.keep_unasked(store, [])
    return count, 0


def _asked_for(
    reach: Reach, waiting: Sequence[Unasked], before: Mapping[str, float]
) -> int:
    """How many were asked for, and are written down beside those of `before`."""
    done = dict[str, float]()
    for first in range(0, len(waiting), TOGETHER):
        some = waiting[first : first + TOGETHER]
        asked, failing = _ask(reach, some)
        done |= dict.fromkeys(asked, reach.now())
        remembered.keep_redelivered(reach.store, {**before, **done})
        if failing:
            break
    return len(done)


def _ask(reach: Reach, waiting: Iterable[Unasked]) -> tuple[list[str], bool]:
    """The guids that were asked for, and whether GitHub fails for any.

    Its refusal of one is its end too. One for which it fails alone waits, and holds up
    no others.
    """
    done, failed = list[str](), 0
    for one in waiting:
        try:
            reach.github.redeliver(one.id)
        except GitHubError as fault:
            if not isinstance(fault.failure, NotFound | Refused):
                failed += 1
                if failed == FAILS or isinstance(fault.failure, RateLimited):
                    return done, True
                continue
        done.append(one.guid)
    return done, False
