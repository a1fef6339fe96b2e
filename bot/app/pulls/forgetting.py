"""Mirrors of repositories that are not reached any more: when they are removed.

A look that is under way holds no lock on its mirror. So one that is to go is noted,
rests for longer than anything goes on that was begun before, and is then removed by a
sweep, which has just asked what is reached. Webhooks and sweeps both note: one at a
time, or one of them would write over the other one's. What webhooks say may come too
early, or never; so sweeps go by what lies on this disk. Several instances share notes,
and each has a disk of its own.
"""

from collections.abc import Collection, Mapping

from bot.app.mirroring import MirrorError
from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach
from bot.domain.errors import MachineryFault
from bot.domain.github import Place

RESTS_S = 3600.0
ANYBODY = 0
"""For an installation that nobody knows: webhooks alone told of the repository, or
another instance has removed its own mirror."""


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
    that list nothing, and may have theirs again: suspended ones, say; with `ANYBODY`
    where it may be any one's.
    """
    try:
        held = reach.mirrors.held()
    except MachineryFault:
        return  # the next sweep may see them
    before = remembered.mirrored(reach.store)
    known = {
        one: listed.get(one, through)
        for one, through in {**before, **reached}.items()
        if one in held or one in listed or through in silent
    }
    if known != before:
        remembered.keep_mirrored(reach.store, known)
    lost = [Place(known.get(one, ANYBODY), one) for one in held if one not in listed]
    noted = remembered.left(reach.store)
    gone = [one for one in lost if one.installation not in silent and one not in noted]
    forget_later(reach, gone)


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
    return len(rested) - len(removed)


def _removed(reach: Reach, place: Place) -> bool:
    try:
        reach.mirrors.forget(place)
    except (MirrorError, MachineryFault):
        return False
    return True


def _strike(reach: Reach, over: Mapping[Place, float]) -> None:
    """Not what was left anew meanwhile."""
    if over:
        with reach.speaking:
            noted = remembered.left(reach.store).items()
            kept = {one: since for one, since in noted if over.get(one) != since}
            remembered.keep_left(reach.store, kept)
