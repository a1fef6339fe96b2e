"""How long what was fetched or made stays: refs by day, and git's own clearing up.

Each commit that a refresh found, or that somebody kept, has a ref with the day. While
one of its days is not outlived, no clearing up can take it, whoever reads it meanwhile;
so nobody who reads has to be asked. git clears up here alone, under the mirror's lock,
and leaves what has no ref for two more weeks.

Trees that were merged lie beside the mirror, in a scratch repository. Nothing there has
a ref: each look makes what it needs, and what was there already is as fresh as if it
had just been made. So what is old there belongs to nobody any more.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

from bot.adapters.mirrors.failing import MirrorTroubleError
from bot.adapters.mirrors.home import Home
from bot.adapters.mirrors.refs import COMMITS, kept_on, of_commit
from bot.adapters.mirrors.watching import Limits, watched

DAY_S = 86_400
_MOST = 1000
_MOST_LOOSE = 6700  # as git's own `gc.auto`
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
    """Let git pack what there is and drop what has no ref, if there is much of it.

    What it leaves where it fails, or is killed, goes at once; so below.
    """
    with _swept(home.sweep):
        _git(home, ("gc", "--auto", "--quiet"), lent, limits)


def clear_scratch(home: Home, lent: int, limits: Limits, unused_s: float) -> None:
    """Let git pack what there is and drop what nobody made for so long (seconds).

    Nothing is done where all is new, and in few files. Times are those of the files.
    """
    files = _objects(home)
    oldest = min((at for _, at in files), default=math.inf)
    loose = sum(folder != "pack" for folder, _ in files)
    if loose <= _MOST_LOOSE and oldest >= time.time() - unused_s:
        return
    since = f"--prune={unused_s:.0f}.seconds.ago"
    with _swept(home.sweep_cleared):
        _git(home, ("gc", "--cruft", since, "--quiet"), lent, limits)


@contextmanager
def _swept(sweep: Callable[[], None]) -> Iterator[None]:
    """Sweep after what did not succeed."""
    with ExitStack() as otherwise:
        otherwise.callback(sweep)
        yield
        otherwise.pop_all()


def _git(home: Home, asked: tuple[str, ...], lent: int, limits: Limits) -> None:
    git = replace(home.git, settings=_CLEARING)
    answer = watched(git, asked, b"", lent, limits)
    if answer.status != 0:
        raise MirrorTroubleError(answer.words)


def _objects(home: Home) -> list[tuple[str, float]]:
    """The folder and time of each file of objects; what goes meanwhile is left out."""
    found = list[tuple[str, float]]()
    for path in (home.folder / "objects").glob("*/*"):
        if path.parent.name != "info":
            with suppress(FileNotFoundError):
                found.append((path.parent.name, path.stat().st_mtime))
    return found
