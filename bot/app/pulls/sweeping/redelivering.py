"""Deliveries that never arrived, asked for once more."""

from collections.abc import Iterable, Mapping, Sequence

from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach
from bot.domain.github import (
    GitHubError,
    HookDelivery,
    NotFound,
    Refused,
    failed_deliveries,
)

KEPT_S = 3 * 86_400.0
"""How long GitHub keeps deliveries (docs.github.com, "Redelivering webhooks")."""
OVERLAP_S = 3_600.0
"""What was gone through before is gone through again so far back: some come late."""
A_MINUTE, MINUTE_S = 40, 60.0
"""Redeliveries of any minute, restarts or not: 200 of the 900 points that an App may
spend in it. The others follow; the sweep itself needs none of them."""
TOGETHER = 10
"""So many are asked for before that is written down; a kill forgets no more."""

_WHAT = "deliveries"


def redeliver(reach: Reach) -> tuple[int, int]:
    """Ask once for each that failed: how many were asked for, and whether GitHub fails.

    The second number is 1 where a part has to wait for the next sweep.
    """
    store, now = reach.store, reach.now()
    since = remembered.moment(store, _WHAT) or 0.0
    asked = remembered.redelivered(store)
    try:
        found = reach.github.deliveries(max(now - KEPT_S, since - OVERLAP_S))
    except GitHubError:
        return 0, 1
    failed = [one for one in failed_deliveries(found) if one.guid not in asked]
    room = A_MINUTE - sum(at > now - MINUTE_S for at in asked.values())
    oldest = now - KEPT_S - OVERLAP_S
    kept = {guid: at for guid, at in asked.items() if at > oldest}
    if kept != asked:
        remembered.keep_redelivered(store, kept)
    count = _asked_for(reach, failed[: max(room, 0)], kept)
    whole = count == len(failed)
    if whole:
        remembered.keep_moment(store, _WHAT, now)
    return count, 0 if whole else 1


def _asked_for(
    reach: Reach, failed: Sequence[HookDelivery], kept: Mapping[str, float]
) -> int:
    """How many were asked for, and are written down beside those that are `kept`."""
    done = dict[str, float]()
    for first in range(0, len(failed), TOGETHER):
        some = failed[first : first + TOGETHER]
        asked = _ask(reach, some)
        done |= dict.fromkeys(asked, reach.now())
        remembered.keep_redelivered(reach.store, {**kept, **done})
        if len(asked) < len(some):
            break
    return len(done)


def _ask(reach: Reach, failed: Iterable[HookDelivery]) -> list[str]:
    """The guids that were asked for; GitHub's refusal of one is its end too."""
    done = list[str]()
    for one in failed:
        try:
            reach.github.redeliver(one.id)
        except GitHubError as fault:
            if not isinstance(fault.failure, NotFound | Refused):
                return done
        done.append(one.guid)
    return done
