"""Mirrors of repositories that are not reached any more: when they are removed.

A look that is under way holds no lock on its mirror. So one that is to go is noted,
rests for longer than anything goes on that was begun before, and is then removed by a
sweep, which has just asked what is reached. Webhooks and sweeps both note: one at a
time, or one of them would write over the other one's. What webhooks say may come too
early, or never; so sweeps go by all that was ever reached and has its mirror still.
"""

from collections.abc import Collection, Mapping

from bot.app.mirroring import MirrorError
from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach
from bot.domain.errors import MachineryFault
from bot.domain.github import Place

RESTS_S = 3600.0


def forget_later(reach: Reach, places: Collection[Place]) -> None:
    """Note that their mirrors are to go, unless they are reached again by then."""
    store = reach.store
    if places:
        with reach.speaking:
            later = dict.fromkeys(places, reach.now())
            remembered.keep_left(store, {**remembered.left(store), **later})


def note_unlisted(
    reach: Reach,
    reached: Mapping[int, int],
    listed: Mapping[int, int],
    silent: Collection[int],
) -> None:
    """Note those that are to go as no installation lists their repositories now.

    `reached` are repositories that may have got a mirror by now. `listed` are all that
    GitHub listed, those that are archived among them. `silent` are the installations
    that list nothing, and may have theirs again: suspended ones, say.
    """
    before = remembered.mirrored(reach.store)
    known = {**before, **reached}
    mirrored = {one: listed.get(one, through) for one, through in known.items()}
    if mirrored != before:
        remembered.keep_mirrored(reach.store, mirrored)
    noted = remembered.left(reach.store)
    gone = [
        Place(through, one)
        for one, through in mirrored.items()
        if one not in listed and through not in silent
    ]
    forget_later(reach, [one for one in gone if one not in noted])


def forget(reach: Reach, listed: Collection[int], at: float) -> int:
    """Remove those that rested; how many have to wait for the next time.

    `listed` are the repositories that GitHub listed since `at`, also archived ones:
    whatever was left before that is spared. So are for now those of which it did not
    tell.
    """
    noted = remembered.left(reach.store)
    if not noted:
        return 0
    again = [
        one for one, since in noted.items() if since <= at and one.repository in listed
    ]
    unsure = {*listed, *remembered.reached(reach.store)}
    rested = [
        one
        for one, since in noted.items()
        if since <= reach.now() - RESTS_S and one.repository not in unsure
    ]
    removed = [one for one in rested if _removed(reach, one)]
    _strike(reach, {one: noted[one] for one in (*again, *removed)})
    _unmirror(reach, {one.repository for one in removed})
    return len(rested) - len(removed)


def _removed(reach: Reach, place: Place) -> bool:
    try:
        reach.mirrors.forget(place)
    except (MirrorError, MachineryFault):
        return False
    return True


def _unmirror(reach: Reach, removed: Collection[int]) -> None:
    if removed:
        known = remembered.mirrored(reach.store).items()
        kept = {one: through for one, through in known if one not in removed}
        remembered.keep_mirrored(reach.store, kept)


def _strike(reach: Reach, over: Mapping[Place, float]) -> None:
    """Not what was left anew meanwhile."""
    if over:
        with reach.speaking:
            noted = remembered.left(reach.store).items()
            kept = {one: since for one, since in noted if over.get(one) != since}
            remembered.keep_left(reach.store, kept)
