"""How long what was fetched stays: refs by day, and git's own clearing up.

Each commit that a refresh found, or that somebody kept, has a ref with the day. While
one of its days is not outlived, no clearing up can take it, whoever reads it meanwhile;
so nobody who reads has to be asked. git clears up here alone, under the mirror's lock,
and leaves what has no ref for two more weeks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.adapters.mirrors.failing import MirrorTroubleError
from bot.adapters.mirrors.home import Home
from bot.adapters.mirrors.refs import COMMITS, kept_on, of_commit
from bot.adapters.mirrors.watching import Limits, watched

DAY_S = 86_400
_MOST = 1000
_CLEARING = {
    "gc.auto": "6700",
    "gc.autoDetach": "false",
    "gc.autoPackLimit": "50",
    "gc.cruftPacks": "true",
    "gc.pruneExpire": "2.weeks.ago",
}


def day_of(seconds: float) -> int:
    """The day of a moment, both since the epoch."""
    return int(seconds // DAY_S)


def keep(home: Home, commits: Iterable[str], day: int) -> None:
    """Let commits that are here stay from this day on."""
    home.update({of_commit(sha, day): sha for sha in commits})


def outlived(refs: Mapping[str, str], before: int) -> Sequence[str]:
    """The refs to drop: all of days before this one, and what nothing else keeps.

    Oldest first, and no more than a thousand at once.
    """
    kept = {name: on for name in refs if (on := kept_on(name)) is not None}
    alive = {sha for day, sha in kept.values() if day >= before}
    old = sorted((on[0], name) for name, on in kept.items() if on[0] < before)
    tips = [name for name in refs if not name.startswith(COMMITS)]
    loose = [name for name in tips if refs[name] not in alive]
    return [*(name for _, name in old), *loose][:_MOST]


def clear(home: Home, lent: int, limits: Limits) -> None:
    """Let git pack what there is and drop what has no ref, if there is much of it."""
    git = replace(home.git, settings=_CLEARING)
    answer = watched(git, ("gc", "--auto", "--quiet"), b"", lent, limits)
    if answer.status != 0:
        raise MirrorTroubleError(answer.words)
