"""Work in a mirror that may be missing or damaged: then it is made anew, once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.mirrors.failing import MirrorTroubleError, require_room
from bot.adapters.mirrors.home import Home, scratches
from bot.adapters.mirrors.network import Remote
from bot.adapters.mirrors.watching import OverrunError, watched
from bot.adapters.repository.command import GitError, complaint
from bot.app.mirroring import MirrorError, Unreachable
from bot.domain.errors import GitFault, MachineryFault

_FSCK = ("fsck", "--no-dangling", "--no-progress")
_IN_SHORT = ("--connectivity-only",)
_ITSELF = ("--no-full",)  # without what it borrows


def mended(home: Home, remote: Remote, work: Callable[[], None]) -> None:
    """Do the work; where the mirror turns out to be damaged, once more in a new one.

    Raises `MirrorError` as the work does, and where it failed in a sound mirror.
    """
    if not home.is_there():
        home.make()
    words = _tried(remote, work)
    if words is None:
        return
    if not _is_damaged(home, remote, _IN_SHORT):
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


def looked_through(home: Home, remote: Remote) -> None:
    """Take away what is damaged, after all of it was read: it is made anew.

    That is the mirror, or what was made of its commits: the files of those are many,
    and a loss of power leaves some of them empty.
    """
    if home.is_there() and _is_damaged(home, remote):
        home.make()
    for made in scratches(home):
        if _is_damaged(made, remote, _ITSELF):
            made.remove()


def _is_damaged(home: Home, remote: Remote, how: Sequence[str] = ()) -> bool:
    """Whether git misses objects that refs lead to, or cannot read it at all.

    Where git is killed as it looks, nobody knows; what is held is not thrown away.
    """
    try:
        asked = (*_FSCK, *how)
        found = watched(home.git, asked, b"", remote.lent, remote.limits)
    except OverrunError:
        return False
    return found.status > 0


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Say which folder it was that this machine could not work on."""
    try:
        yield
    except OSError as fault:
        problem = f"The mirror {folder} cannot be worked on: {fault}."
        raise MachineryFault(problem, "Make room on that disk.") from fault
