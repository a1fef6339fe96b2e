"""A stage for the port: people who push, on the fake GitHub or in memory."""

import hashlib
import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.adapters.mirrors import GitMirrors, Limits
from bot.app.mirroring import Denied, Mirror, Mirrors, Unreachable, Wanted
from bot.domain.github import Place, Secret
from tests.fakegithub import auth, plumbing
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import Installation, Repository
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.serving import served
from tests.fakes.mirrors import FakeMirrors

NOW = 1_790_000_000.0
NOWHERE = "http://127.0.0.1:1"


class Stage(Protocol):
    """What the contract's stories need of the world behind the port."""

    place: Place
    mirrors: Mirrors

    def refresh(self, *wanted: Wanted) -> Mirror: ...
    def listed(self, folder: str) -> Mapping[str, str]: ...
    def pushes(self, branch: str, files: dict[str, str]) -> str: ...
    def force_pushes(self, branch: str, files: dict[str, str]) -> str: ...
    def deletes_branch(self, branch: str) -> None: ...
    def tags(self, name: str, named: str, about: str = "") -> None: ...
    def opens_from_fork(self, files: dict[str, str]) -> tuple[int, str]: ...
    def loses_fork(self) -> None: ...
    def renames(self) -> None: ...
    def distrusts(self) -> None: ...
    def goes_down(self) -> None: ...
    def passes(self, seconds: float) -> None: ...


@dataclass
class InMemory:
    """The stage of the fake port."""

    root: Path
    at: float = NOW
    name: str = "ann/digits"
    place: Place = field(default=Place(1, 7))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.mirrors = FakeMirrors(self.root, lambda: self.at)
        self.mirrors.founds(self.place, self.name, {"train.py": "lr = 1\n"})

    def refresh(self, *wanted: Wanted) -> Mirror:
        return self.mirrors.refresh(self.place, self.name, Secret("x"), wanted)

    def listed(self, folder: str) -> Mapping[str, str]:
        return self.mirrors.listed(self.place, self.name, Secret("x"), folder)

    def pushes(self, branch: str, files: dict[str, str]) -> str:
        return self.mirrors.pushes(self.place, branch, files)

    def force_pushes(self, branch: str, files: dict[str, str]) -> str:
        return self.mirrors.force_pushes(self.place, branch, files)

    def deletes_branch(self, branch: str) -> None:
        self.mirrors.moves(self.place, branch, None)

    def tags(self, name: str, named: str, about: str = "") -> None:
        tagged(self.mirrors.origin(self.place), name, named, about)

    def opens_from_fork(self, files: dict[str, str]) -> tuple[int, str]:
        tip = self.mirrors.tip(self.place, "main")
        assert tip is not None
        number, sha = next(self.numbers), self.mirrors.commits(self.place, files, tip)
        self.mirrors.opens(self.place, number, sha)
        return number, sha

    def loses_fork(self) -> None:
        """A fork is nothing here."""

    def renames(self) -> None:
        self.mirrors.renames(self.place, "ann/numbers")

    def distrusts(self) -> None:
        self.mirrors.fails(self.place, Denied("GitHub did not take our token."))

    def goes_down(self) -> None:
        self.mirrors.fails(self.place, Unreachable("Connection refused."))

    def passes(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class OnFake:
    """The stage of the real thing: the fake GitHub, git, and loopback."""

    town: Town
    ann: Person
    eve: Person
    digits: Repository
    installation: Installation
    cache: Path
    url: str
    at: float = NOW
    name: str = "ann/digits"
    fork: Repository | None = None
    token: Secret = field(init=False)
    mirrors: GitMirrors = field(init=False)

    def __post_init__(self) -> None:
        self.mints()
        self.mirrors = self.another()

    def another(self, url: str = "", **limits: Any) -> GitMirrors:
        """The port as another process would have it, on the same folder."""
        limited = Limits(**{"patience_s": 30.0, "seconds": 60.0, **limits})
        return GitMirrors(self.cache, url or self.url, lambda: self.at, limited)

    def mints(self) -> None:
        """A token of the length that GitHub's have by now."""
        wanted = {"permissions": {"contents": "read"}}
        with self.town.world.lock:
            made = auth.mint(self.town.world, self.installation, wanted, long=True)
        assert len(made.value) == 520
        self.token = Secret(made.value)

    @property
    def place(self) -> Place:
        return Place(self.installation.id, self.digits.id)

    @property
    def home(self) -> Path:
        return self.cache / "mirrors" / f"{self.digits.id}.git"

    @property
    def origin(self) -> Path:
        assert self.digits.git_path is not None
        return self.digits.git_path

    def refresh(self, *wanted: Wanted) -> Mirror:
        return self.mirrors.refresh(self.place, self.name, self.token, wanted)

    def listed(self, folder: str) -> Mapping[str, str]:
        return self.mirrors.listed(self.place, self.name, self.token, folder)

    def pushes(self, branch: str, files: dict[str, str]) -> str:
        return self.ann.pushes(self.digits, branch, files)

    def force_pushes(self, branch: str, files: dict[str, str]) -> str:
        return self.ann.force_pushes(self.digits, branch, files)

    def deletes_branch(self, branch: str) -> None:
        self.ann.deletes_branch(self.digits, branch)

    def tags(self, name: str, named: str, about: str = "") -> None:
        tagged(self.origin, name, named, about)

    def opens_from_fork(self, files: dict[str, str]) -> tuple[int, str]:
        self.fork = self.fork or self.eve.forks(self.digits)
        branch = f"idea-{len(self.digits.pulls)}"
        sha = self.eve.pushes(self.fork, branch, files)
        pull = self.eve.opens_pull(self.digits, branch, source=self.fork)
        return pull.number, sha

    def loses_fork(self) -> None:
        assert self.fork is not None
        self.eve.deletes(self.fork)

    def renames(self) -> None:
        self.ann.renames(self.digits, "numbers")

    def distrusts(self) -> None:
        self.town.world.clock.advance(timedelta(hours=2).total_seconds())

    def goes_down(self) -> None:
        self.mirrors = self.another(NOWHERE)

    def passes(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Host:
    """One server for all stages, one stage at a time: starting one takes a while."""

    fake: FakeGitHub | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.fake is not None
        await self.fake(scope, receive, send)


@contextmanager
def hosting() -> Iterator[tuple[Host, str]]:
    host = Host()
    with served(host) as url:
        yield host, url


def on_fake(folder: Path, host: tuple[Host, str]) -> OnFake:
    """The town on the fake: Ann's private repository, and Eve who may read it."""
    town = Town.founded(folder / "github")
    ann, eve = town.person("ann"), town.person("eve")
    digits = ann.founds("digits", {"train.py": "lr = 1\n"})
    ann.invites(digits, eve, "read")
    app = town.app("gate", ann, {"contents": "read"}, [])
    fake = FakeGitHub(town.world, town.git())
    host[0].fake = fake
    town.world.web_url = town.world.api_url = host[1]
    return OnFake(town, ann, eve, digits, ann.installs(app), folder / "cache", host[1])


def noise() -> str:
    """Half a megabyte that nothing makes smaller than a quarter."""
    blocks = (hashlib.sha256(str(n).encode()).hexdigest() for n in range(8000))
    return "\n".join(blocks)


def processes() -> Iterator[tuple[int, str]]:
    """Every process of this machine, with its command line."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                said = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            yield int(entry.name), said.replace(b"\0", b" ").decode(errors="replace")


def tagged(origin: Path, name: str, named: str, about: str = "") -> None:
    """Set a tag to an object, or to a tag object that tells `about` a commit."""
    if about:
        text = (
            f"object {named}\ntype commit\ntag {name}\n"
            f"tagger Ann <ann@example.org> 0 +0000\n\n{about}\n"
        )
        named = plumbing.run(origin, "mktag", given=text.encode()).decode().strip()
    plumbing.move_refs(origin, {f"refs/tags/{name}": named})


def committed(
    real: OnFake, entry: bytes, parent: str, at: str = "1700000000 +0000"
) -> str:
    """A commit on the server, of a tree with one entry, that no git would write."""
    say = (real.origin, "hash-object", "-w", "--literally", "--stdin", "-t")
    blob = plumbing.run(*say, "blob", given=b"x").decode().strip()
    tree = plumbing.run(*say, "tree", given=entry + bytes.fromhex(blob))
    who = f"Ann <ann@example.org> {at}"
    text = f"tree {tree.decode().strip()}\nparent {parent}\n"
    whole = f"{text}author {who}\ncommitter {who}\n\nA step\n".encode()
    return plumbing.run(*say, "commit", given=whole).decode().strip()
