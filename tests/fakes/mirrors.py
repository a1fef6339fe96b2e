"""Mirrors of repositories on this machine: real git, no network, no server."""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from bot.adapters.repository import GitRepository
from bot.app.mirroring import (
    Gone,
    MirrorError,
    MirrorFailure,
    Wanted,
    WantedBranch,
    WantedCommit,
    WantedPull,
    WantedTag,
)
from bot.domain.github import Place, Secret
from tests.fakegithub import plumbing
from tests.fakegithub.plumbing import Draft
from tests.fakegithub.state import GitPerson

Files = Mapping[str, str | bytes | None]
_ANN = GitPerson("Ann", "ann@example.org", datetime(2026, 1, 1, tzinfo=UTC))


@dataclass(slots=True)
class _Town:
    """A repository as GitHub has it, and what was seen of it."""

    full_name: str
    origin: Path
    mirror: Path
    failure: MirrorFailure | None = None
    made: bool = False
    seen: dict[Wanted, str] = field(default_factory=dict)
    found: dict[str, float] = field(default_factory=dict)  # when, by SHA


class FakeMirrors:
    """Tell a story with `founds`, `pushes`, `opens`; then it is the port.

    `asked` are the refreshes so far: place and what was wanted.
    """

    def __init__(self, root: Path, clock: Callable[[], float] = lambda: 0.0) -> None:
        self._root = root
        self._clock = clock
        self._towns: dict[int, _Town] = {}
        self._lock = Lock()
        self.asked: list[tuple[Place, tuple[Wanted, ...]]] = []

    # The story.

    def founds(self, place: Place, full_name: str, files: Files) -> str:
        """A new repository with one commit on `main`; its SHA."""
        number = place.repository
        paths = [self._root / f"{number}-{kind}.git" for kind in ("origin", "mirror")]
        for path in paths:
            plumbing.make_bare(path, _objects(path), "main")
        self._towns[number] = _Town(full_name, *paths)
        return self._commits(place, "main", None, files, "Begin")

    def pushes(
        self,
        place: Place,
        branch: str,
        files: Files,
        message: str = "A step",
        base: str = "main",
    ) -> str:
        """One more commit on a branch; a new branch grows from `base`; its SHA."""
        tip = self.tip(place, branch) or self.tip(place, base)
        return self._commits(place, branch, tip, files, message)

    def force_pushes(
        self,
        place: Place,
        branch: str,
        files: Files,
        message: str = "Rewritten",
        base: str | None = "main",
    ) -> str:
        """Replaces a branch by one commit on `base`, or on none; its SHA."""
        tip = self.tip(place, base) if base is not None else None
        return self._commits(place, branch, tip, files, message)

    def links(self, place: Place, branch: str, path: str, to: str) -> None:
        """One more commit on a branch, with a symbolic link."""
        story = (
            f"commit refs/heads/{branch}\n"
            "committer Ann <ann@example.org> 0 +0000\ndata 4\nLink\n"
            f"from {self.tip(place, branch)}\n"
            f"M 120000 inline {path}\ndata {len(to)}\n{to}\ndone\n"
        )
        asked = ("fast-import", "--quiet", "--date-format=raw")
        origin = self._towns[place.repository].origin
        plumbing.run(origin, *asked, given=story.encode())

    def merges(
        self, place: Place, branch: str, sha: str, *, squash: bool = False
    ) -> str:
        """What GitHub's button does: `sha` merged into a branch; the new tip."""
        origin, tip = self._towns[place.repository].origin, self.tip(place, branch)
        asked = ("merge-tree", "--write-tree", str(tip), sha)
        tree = plumbing.run(origin, *asked).decode().split()[0]
        parents = ["-p", str(tip), *(() if squash else ("-p", sha))]
        ann = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
        made = plumbing.run(
            origin, *ann, "commit-tree", tree, *parents, "-m", f"Merge {sha}"
        )
        self.moves(place, branch, made.decode().strip())
        return made.decode().strip()

    def moves(self, place: Place, branch: str, sha: str | None) -> None:
        """Sets a branch, or deletes it."""
        self._move(place, f"refs/heads/{branch}", sha)

    def origin(self, place: Place) -> Path:
        """The repository as GitHub has it."""
        return self._towns[place.repository].origin

    def opens(self, place: Place, number: int, sha: str) -> None:
        """A pull request with this head, or its new head."""
        self._move(place, f"refs/pull/{number}/head", sha)

    def commits(self, place: Place, files: Files, parent: str) -> str:
        """A commit that no branch has, as that of a fork; its SHA."""
        made = self._commits(place, "of-a-fork", parent, files, "A step")
        self.moves(place, "of-a-fork", None)
        return made

    def tip(self, place: Place, branch: str) -> str | None:
        """Where a branch is on GitHub."""
        origin = self._towns[place.repository].origin
        return plumbing.read_ref(origin, f"refs/heads/{branch}")

    def fails(self, place: Place, failure: MirrorFailure | None) -> None:
        """Every refresh from now on, or none any more."""
        self._towns[place.repository].failure = failure

    def renames(self, place: Place, full_name: str) -> None:
        """Gives a repository another name."""
        self._towns[place.repository].full_name = full_name

    def _commits(
        self, place: Place, branch: str, parent: str | None, files: Files, message: str
    ) -> str:
        draft = Draft(message, _ANN, parent, files)
        origin = self._towns[place.repository].origin
        return plumbing.write(origin, f"refs/heads/{branch}", [draft])[0]

    def _move(self, place: Place, ref: str, sha: str | None) -> None:
        plumbing.move_refs(self._towns[place.repository].origin, {ref: sha})

    # The port.

    def refresh(
        self, place: Place, full_name: str, token: Secret, wanted: Sequence[Wanted]
    ) -> "FakeMirror":
        with self._lock:
            self.asked.append((place, tuple(wanted)))
            town = self._town(place, full_name)
            town.made = True
            for one in wanted:
                self._brings(town, one)
            return self._shown(place, town)

    def listed(
        self, place: Place, full_name: str, token: Secret, folder: str
    ) -> Mapping[str, str]:
        with self._lock:
            town = self._town(place, full_name)
            found = plumbing.refs_under(town.origin, f"refs/heads/{folder}")
        return {ref.removeprefix("refs/heads/"): sha for ref, sha in found.items()}

    def known(self, place: Place) -> "FakeMirror | None":
        town = self._towns.get(place.repository)
        return self._shown(place, town) if town is not None and town.made else None

    def prune(self, place: Place, unused_s: float) -> int:
        town = self._towns[place.repository]
        before = self._clock() - unused_s
        old = [sha for sha, at in town.found.items() if at < before]
        dropped = [one for one, sha in town.seen.items() if sha in old]
        for sha in old:
            del town.found[sha]
        for one in dropped:
            del town.seen[one]
        return len(old) + len(dropped)

    def held(self) -> Collection[int]:
        return {number for number, town in self._towns.items() if town.made}

    def forget(self, place: Place) -> None:
        if (town := self._towns.get(place.repository)) is not None:
            town.made = False
            town.seen.clear()
            shutil.rmtree(town.mirror)
            shutil.rmtree(_objects(town.mirror))
            plumbing.make_bare(town.mirror, _objects(town.mirror), "main")

    def _town(self, place: Place, full_name: str) -> _Town:
        town = self._towns.get(place.repository)
        if town is None or town.full_name != full_name:
            raise MirrorError(Gone(f"GitHub has no repository {full_name}."))
        if town.failure is not None:
            raise MirrorError(town.failure)
        return town

    def _brings(self, town: _Town, one: Wanted) -> None:
        sha = _there(town.origin, one)
        if sha is None:
            town.seen.pop(one, None)
            return
        ref = f"refs/kept/{sha}"
        plumbing.run(town.mirror, "fetch", "-q", str(town.origin), f"{sha}:{ref}")
        town.seen[one] = sha
        town.found[sha] = self._clock()

    def _shown(self, place: Place, town: _Town) -> "FakeMirror":
        name = f"github:{place.repository}"
        scratch = self._root / "scratch"
        held = GitRepository(town.mirror, scratch, identity=name, own=_nobody)
        return FakeMirror(held, dict(town.seen), town, self._clock)


@dataclass(frozen=True, slots=True)
class FakeMirror:
    """What one refresh found."""

    repository: GitRepository
    _seen: Mapping[Wanted, str]
    _town: _Town
    _clock: Callable[[], float]

    def branch(self, name: str) -> str | None:
        return self._seen.get(WantedBranch(name))

    def pull_head(self, number: int) -> str | None:
        return self._seen.get(WantedPull(number))

    def tag(self, name: str) -> str | None:
        named = self._seen.get(WantedTag(name))
        if named is None:
            return None
        asked = ("rev-parse", "--verify", "--quiet", f"{named}^{{commit}}")
        return plumbing.ask(self._town.mirror, *asked).stdout.decode().strip() or None

    def has(self, sha: str) -> bool:
        return plumbing.commit_bytes(self._town.mirror, sha) is not None

    def keep(self, sha: str) -> bool:
        if not self.has(sha):
            return False
        self._town.found[sha] = self._clock()
        return True


def _nobody() -> None:
    """What cannot be read here fails the test anyway."""


def _objects(path: Path) -> Path:
    return path.with_suffix(".objects")


def _there(origin: Path, one: Wanted) -> str | None:
    match one:
        case WantedBranch(name):
            return _ref(origin, f"refs/heads/{name}")
        case WantedTag(name):
            return _ref(origin, f"refs/tags/{name}")
        case WantedPull(number):
            return _ref(origin, f"refs/pull/{number}/head")
        case WantedCommit(sha):
            return sha if plumbing.commit_bytes(origin, sha) is not None else None


def _ref(origin: Path, full: str) -> str | None:
    try:
        legal = plumbing.ask(origin, "check-ref-format", full).returncode == 0
    except (UnicodeEncodeError, ValueError):
        return None
    return plumbing.read_ref(origin, full) if legal else None
