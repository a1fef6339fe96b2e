"""Work in a mirror that may be missing or damaged: then it is made anew, once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from enum import Enum
from pathlib import Path

from bot.adapters.mirrors.failing import MirrorTroubleError, require_room, was_unable
from bot.adapters.mirrors.home import Home, scratches
from bot.adapters.mirrors.locking import Held
from bot.adapters.mirrors.network import BORNE, Remote
from bot.adapters.mirrors.watching import (
    Limits,
    OvergrownError,
    OverrunError,
    watched,
)
from bot.adapters.repository.command import Answer, GitError, complaint
from bot.app.mirroring import MirrorError, Unreachable
from bot.domain.errors import GitFault, MachineryFault

_FSCK = ("fsck", "--no-dangling", "--no-progress")
_IN_SHORT = ("--connectivity-only",)
_IN_FULL: Sequence[str] = ()
_ITSELF: Sequence[str] = ("--no-full",)  # without what it borrows
_BEARING = {
    **{f"fsck.{name}": "ignore" for name in BORNE},
    "core.commitGraph": "false",  # looked at apart: it has no room for dates far off
}
_NOT_RUN = range(125, 128)  # as `env` and the loader end; git's own are bits, and 128

Locked = Callable[[], AbstractContextManager[tuple[Home, Held]]]
"""Locks a mirror for as long as it is entered."""


class Seen(Enum):
    """What a look says of a repository."""

    SOUND = "sound"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    """git was killed, or this machine had not what it needs: nobody knows."""


def mended(
    home: Home, remote: Remote, work: Callable[[], None], doubted: Callable[[], None]
) -> None:
    """Do the work; where the mirror turns out to be damaged, once more in a new one.

    Raises `MirrorError` as the work does, and where it failed in a mirror that misses
    nothing: what it holds may be spoilt all the same, so `doubted` is told.
    """
    if not home.is_there():
        home.make()
    words = _tried(remote, work)
    if words is None:
        return
    seen = _seen(home, _IN_SHORT, remote.lent, remote.limits)
    if seen is not Seen.DAMAGED:
        doubted()
        said = f"{remote.name} could not be fetched: {complaint(words)}."
        raise MirrorError(Unreachable(said))
    home.make()
    words = _tried(remote, work)
    if words is not None:
        problem = f"The mirror {home.folder} cannot be made: {complaint(words)}."
        raise MachineryFault(problem, "See whether that disk is sound.")


def _tried(remote: Remote, work: Callable[[], None]) -> str | None:
    """None when it is done, else what git said; raises what says more."""
    try:
        work()
    except MirrorTroubleError as trouble:
        words = str(trouble)
    except GitError as trouble:
        words = trouble.answer.words
    except GitFault as fault:
        said = f"{remote.name} could not be fetched: {fault.problem}"
        raise MirrorError(Unreachable(said)) from fault
    else:
        return None
    require_room(words)
    return words


def looked_through(home: Home, limits: Limits, locked: Locked) -> bool:
    """Take away what is damaged, after all of it was read; whether all could be.

    That is the mirror, which is made anew, or what was made of its commits: the files
    of those are many, and a loss of power leaves some of them empty.

    To read all takes long, so nobody is kept out meanwhile. But what others do there
    may look like damage then: only what is found again under the lock is taken away.
    """
    looks = [(home, _IN_FULL, home.make)] if home.is_there() else []
    looks += [(made, _ITSELF, made.remove) for made in scratches(home)]
    seen = [_settled(one, how, mend, limits, locked) for one, how, mend in looks]
    return Seen.UNKNOWN not in seen


def _settled(
    home: Home,
    how: Sequence[str],
    mend: Callable[[], None],
    limits: Limits,
    locked: Locked,
) -> Seen:
    seen = _seen(home, how, None, limits)
    if seen is not Seen.DAMAGED:
        return seen
    with locked() as (_, lock):
        seen = _seen(home, how, lock.file, limits)
        if seen is Seen.DAMAGED:
            mend()
    return seen


def _seen(home: Home, how: Sequence[str], lent: int | None, limits: Limits) -> Seen:
    """Whether git misses objects that refs lead to, or cannot read it at all.

    A graph of the commits that is not theirs goes at once: it is nobody's only copy.
    """
    git = replace(home.git, settings=_BEARING)
    try:
        graph = watched(home.git, ("commit-graph", "verify"), b"", lent, limits)
        if graph.status != 0:
            home.drop_graph()
        return _meant(watched(git, (*_FSCK, *how), b"", lent, limits))
    except (OverrunError, OvergrownError, GitFault):
        return Seen.UNKNOWN


def _meant(answer: Answer) -> Seen:
    """What is held is not thrown away where nobody knows."""
    if answer.status == 0:
        return Seen.SOUND
    if answer.status < 0 or answer.status in _NOT_RUN or was_unable(answer.words):
        return Seen.UNKNOWN
    return Seen.DAMAGED


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Say which folder it was that this machine could not work on."""
    try:
        yield
    except OSError as fault:
        problem = f"The mirror {folder} cannot be worked on: {fault}."
        raise MachineryFault(problem, "Make room on that disk.") from fault
