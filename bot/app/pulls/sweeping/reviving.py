"""Comments that were given up or edited, sent once more: at once, then now and then.

What GitHub refuses for good, as in a conversation that is locked, would else be refused
again after every other sweep, and whoever asks too often is held back everywhere. And
whoever edits our comment may be a machine that never tires.
"""

from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach

PAUSE_S = 6 * 3600.0
"""How long one rests that was sent once more, and given up or edited once more."""


def rests(reach: Reach, installation: int, key: str) -> bool:
    """Whether the post of a key was sent once more not long ago."""
    at = remembered.revived(reach.store, installation).get(key)
    return at is not None and reach.now() < at + PAUSE_S


def revive(reach: Reach, installation: int, key: str) -> None:
    """It is sent once more now."""
    store, now = reach.store, reach.now()
    known = remembered.revived(store, installation)
    fresh = {one: at for one, at in known.items() if now < at + PAUSE_S}
    remembered.keep_revived(store, installation, {**fresh, key: now})
