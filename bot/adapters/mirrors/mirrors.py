"""The port `Mirrors` on bare clones that git fetches over HTTP."""

import logging
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bot.adapters.mirrors.failing import MirrorTroubleError, require_room
from bot.adapters.mirrors.fetching import listed
from bot.adapters.mirrors.home import Home, scratches
from bot.adapters.mirrors.keeping import clear, clear_scratch, day_of, keep, outlived
from bot.adapters.mirrors.locking import Held, StillHeldError, held
from bot.adapters.mirrors.mending import looked_through, mended, on_disk
from bot.adapters.mirrors.mirror import GitMirror
from bot.adapters.mirrors.network import Remote, Server, network_git
from bot.adapters.mirrors.refs import OURS
from bot.adapters.mirrors.seeking import bring
from bot.adapters.mirrors.watching import Limits, OvergrownError, OverrunError
from bot.adapters.repository import GitRepository
from bot.adapters.repository.command import GitError, require_git
from bot.app.mirroring import Gone, MirrorError, Unreachable, Wanted
from bot.domain.github import Place, Secret

LOG = logging.getLogger("seedgate")
SOUND_S = 3600.0
"""How long a mirror that was looked through is not looked through again (seconds)."""
CUT_S = 86_400.0
"""How long one whose tidying was cut short is not tidied again: nobody else works on it
meanwhile, and much is written in vain (seconds)."""
_OF_ONE = re.compile(r"\.?(\d+)\.(git|scratch)(-.*)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/(?!\.{1,2}\Z)[\w.-]+", re.ASCII)


class GitMirrors:
    """One bare clone for each repository, by its number, in `CACHE/mirrors`."""

    def __init__(
        self,
        cache: Path,
        server: str,
        clock: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        """Mirrors of one server, such as `https://github.com`; two want two caches.

        `clock` gives seconds since the epoch. Raises `UserFault` where there is no git.
        """
        require_git()
        self._folder = cache.absolute() / "mirrors"
        self._server = Server(server.rstrip("/"))
        self._clock = clock
        self._limits = limits or Limits()
        self._opened: dict[int, GitRepository] = {}
        self._doubted: set[int] = set()
        self._looked: dict[int, float] = {}  # when it was last looked through
        self._cut: dict[int, float] = {}  # when its tidying was last cut short

    def refresh(
        self, place: Place, full_name: str, token: Secret, wanted: Sequence[Wanted]
    ) -> GitMirror:
        """Bring a mirror up to date with what is wanted, and no more than that."""
        self._look_through(place)
        with self._reached(place, full_name, token) as (home, remote):
            day, doubted = day_of(self._clock()), partial(self._doubt, place)
            mended(home, remote, partial(bring, home, remote, wanted, day), doubted)
            return self._mirror(place, home, home.refs(OURS))

    def listed(
        self, place: Place, full_name: str, token: Secret, folder: str
    ) -> Mapping[str, str]:
        """Where the branches of a folder are, by short name; nothing is fetched."""
        found = dict[str, str]()
        with self._reached(place, full_name, token) as (home, remote):
            doubted = partial(self._doubt, place)
            mended(home, remote, lambda: found.update(listed(remote, folder)), doubted)
        return found

    def known(self, place: Place) -> GitMirror | None:
        """The mirror as it is, without asking anybody; None if there is none."""
        home = self._home(place)
        if not home.is_there():
            return None
        try:
            return self._mirror(place, home, home.refs(OURS))
        except GitError:
            return None

    def prune(self, place: Place, unused_s: float) -> int:
        """Let go of what no refresh found, and nobody kept, for so long (seconds)."""
        with self._locked(place) as (home, lock):
            if not home.is_there():
                return 0
            before, dropped = day_of(self._clock() - unused_s), 0
            with self._borne(place):
                gone = outlived(home.refs(OURS), before)
                home.update(dict.fromkeys(gone))
                dropped = len(gone)
            if self._clock() < self._cut.get(place.repository, -math.inf) + CUT_S:
                return dropped
            with self._borne(place):
                clear(home, lock.file, self._limits)
            for made in scratches(home):
                with self._borne(place):
                    clear_scratch(made, lock.file, self._limits, unused_s)
            return dropped

    def held(self) -> Collection[int]:
        """The repositories of which anything lies on this disk, by their numbers."""
        with on_disk(self._folder):
            names = [one.name for one in self._folder.glob("*")]
        return {int(found[1]) for one in names if (found := _OF_ONE.fullmatch(one))}

    def forget(self, place: Place) -> None:
        """Remove a mirror, as when the App was taken away; none is no error."""
        with self._locked(place) as (home, _):
            self._opened.pop(place.repository, None)
            for one in (home, Home(home.scratch)):
                one.remove()
                one.sweep()

    def _home(self, place: Place) -> Home:
        return Home(self._folder / f"{place.repository}.git")

    @contextmanager
    def _locked(self, place: Place) -> Iterator[tuple[Home, Held]]:
        """The home of a mirror while nobody else works on it; swept if need be."""
        home = self._home(place)
        path = home.folder.with_suffix(".lock")
        try:
            with on_disk(home.folder), held(path, self._limits.patience_s) as lock:
                if lock.interrupted:
                    home.sweep()
                    for made in scratches(home):
                        made.sweep_cleared()
                yield home, lock
        except StillHeldError:
            said = (
                f"The mirror of repository {place.repository} is still being fetched."
            )
            raise MirrorError(Unreachable(said)) from None

    @contextmanager
    def _reached(
        self, place: Place, full_name: str, token: Secret
    ) -> Iterator[tuple[Home, Remote]]:
        """The home of a mirror, and where it is fetched from."""
        if _NAME.fullmatch(full_name) is None:
            raise MirrorError(Gone("GitHub has no repository of such a name."))
        with self._locked(place) as (home, lock):
            yield home, self._remote(home, full_name, token, lock)

    def _remote(self, home: Home, full_name: str, token: Secret, lock: Held) -> Remote:
        git = network_git(home.folder, self._server, token, self._limits.slow_s)
        address = self._server.address(full_name)
        return Remote(git, address, full_name, lock.file, self._limits, token)

    def _mirror(self, place: Place, home: Home, refs: Mapping[str, str]) -> GitMirror:
        opened, kept = partial(self._open, place), partial(self._keep, place)
        return GitMirror(home, refs, opened, kept, partial(self._doubt, place))

    def _open(self, place: Place) -> GitRepository:
        number = place.repository
        made = self._opened.get(number)
        if made is None or not Home(made.objects).is_there():
            home, name = self._home(place), f"github:{number}"
            doubted = partial(self._doubt, place)
            made = GitRepository(home.folder, home.scratch, identity=name, own=doubted)
            self._opened[number] = made
        return made

    def _doubt(self, place: Place) -> None:
        """It could not be read: the next refresh looks whether it is damaged."""
        self._doubted.add(place.repository)

    @contextmanager
    def _borne(self, place: Place) -> Iterator[None]:
        """Go on where git cannot clear up. What is too large for it is not damaged."""
        try:
            yield
        except (OverrunError, OvergrownError) as cut:
            LOG.warning("The mirror %s was not tidied: git %s.", place.repository, cut)
            self._cut[place.repository] = self._clock()
        except (GitError, MirrorTroubleError) as trouble:
            require_room(str(trouble))
            self._doubt(place)

    def _look_through(self, place: Place) -> None:
        """Make one anew that is damaged where no fetch finds it out.

        That takes long where there is much, and a git may be killed again and again:
        one looks, and nobody else for a while. A doubt stays until a look could tell.
        """
        number, home = place.repository, self._home(place)
        if number not in self._doubted or not self._is_due(number):
            return
        self._looked[number] = self._clock()
        try:
            with on_disk(home.folder):
                locked = partial(self._locked, place)
                could_tell = looked_through(home, self._limits, locked)
        except BaseException:
            self._looked.pop(number, None)
            raise
        self._looked[number] = self._clock()
        if could_tell:
            self._doubted.discard(number)

    def _is_due(self, number: int) -> bool:
        return self._clock() >= self._looked.get(number, -math.inf) + SOUND_S

    def _keep(self, place: Place, sha: str) -> bool:
        with self._locked(place) as (home, _):
            if not home.holds([sha]):
                return False
            keep(home, [sha], day_of(self._clock()))
            return True
