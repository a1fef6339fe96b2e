"""A stage for the port: people at work, on the fake GitHub or in memory."""

import functools
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.github import ConnectedGitHub, Identity
from bot.app.github import GitHub
from bot.domain.github import (
    Account,
    BranchRules,
    CheckRun,
    Comment,
    HookDelivery,
    Place,
    RequiredCheck,
    Secret,
)
from tests.fakegithub import check_changes
from tests.fakegithub.faults import Fault
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, Delivery, Installation, Pull, Repository
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.serving import served
from tests.fakes.github import GitHubInMemory

PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
NOW = 1_790_000_000.0


class Stage(Protocol):
    """What the contract's stories need of the world behind the port."""

    github: GitHub
    place: Place
    app: int
    bob: Account

    def opens(self, branch: str) -> tuple[int, str]: ...
    def pushes(self, number: int) -> str: ...
    def closes(self, number: int) -> None: ...
    def says(self, number: int, body: str) -> int: ...
    def reviews(self, number: int, body: str) -> int: ...
    def edits_review(self, number: int, review: int, body: str) -> None: ...
    def gives(self, role: str) -> None: ...
    def requires(self, name: str, app: int | None) -> None: ...
    def opens_queue(self, minutes: int) -> None: ...
    def squats(self, sha: str, name: str, external_id: str) -> None: ...
    def renames(self, name: str) -> None: ...
    def delivers(self, status: str) -> int: ...
    def passes(self, seconds: float) -> None: ...
    def now(self) -> float: ...
    def reactions(self, comment: int) -> set[str]: ...
    def folded(self, comment: Comment) -> bool: ...
    def annotated(self, run: CheckRun) -> list[str]: ...
    def issues(self) -> list[str]: ...


@dataclass
class InMemory:
    """The stage of the fake port."""

    at: float = NOW
    github: GitHubInMemory = field(init=False)
    place: Place = field(init=False)
    bob: Account = field(init=False)
    app: int = 4711

    def __post_init__(self) -> None:
        self.github = GitHubInMemory(self.now, self.app)
        self.place = self.github.founds("ann/digits")
        self.bob = self.github.joins("bob")
        self._shas = (f"{n:040x}" for n in itertools.count(1))

    @property
    def town(self) -> Any:
        return self.github.towns[self.place]

    def opens(self, branch: str) -> tuple[int, str]:
        sha = next(self._shas)
        return self.github.opens(self.place, branch, sha, self.bob).number, sha

    def pushes(self, number: int) -> str:
        sha = next(self._shas)
        self.github.pushes(self.place, number, sha)
        return sha

    def closes(self, number: int) -> None:
        self.github.closes(self.place, number)

    def says(self, number: int, body: str) -> int:
        return self.github.says(self.place, number, body, self.bob, None).id

    def reviews(self, number: int, body: str) -> int:
        return self.github.reviews_it(self.place, number, body, self.bob).id

    def edits_review(self, number: int, review: int, body: str) -> None:
        made = self.town.reviews[review]
        self.town.reviews[review] = replace(made, body=body)
        self.town.edited.add(made.node)

    def gives(self, role: str) -> None:
        self.town.roles[self.bob.id] = role

    def requires(self, name: str, app: int | None) -> None:
        required = (RequiredCheck(name, app),)
        self.town.rules["main"] = BranchRules(
            required, strict=False, queue_minutes=None
        )

    def opens_queue(self, minutes: int) -> None:
        self.town.rules["main"] = BranchRules((), strict=False, queue_minutes=minutes)

    def squats(self, sha: str, name: str, external_id: str) -> None:
        drafted = draft(sha, name, external_id)
        run = CheckRun(
            self.github.new_id(),
            sha,
            name,
            external_id,
            drafted.change.status,
            drafted.change.conclusion,
            666,
            0,
        )
        self.town.checks[run.id] = run

    def renames(self, name: str) -> None:
        from dataclasses import replace

        self.town.repository = replace(self.town.repository, full_name=f"ann/{name}")

    def delivers(self, status: str) -> int:
        made = self.github.new_id()
        attempt = HookDelivery(
            made, f"guid-{made}", self.at, False, status, "push", None, None, None
        )
        self.github.attempts.append(attempt)
        return made

    def passes(self, seconds: float) -> None:
        self.at += seconds

    def now(self) -> float:
        return self.at

    def reactions(self, comment: int) -> set[str]:
        return {str(one) for one in self.town.reactions.get(comment, ())}

    def folded(self, comment: Comment) -> bool:
        return comment.node in self.town.folded

    def annotated(self, run: CheckRun) -> list[str]:
        return [one.message for one in self.town.annotations[run.id]]

    def issues(self) -> list[str]:
        return [one.title for one in self.town.issues]


@functools.cache
def keys() -> tuple[str, str]:
    """A private and a public key, made once."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return private.decode(), public_of(key)


def public_of(key: rsa.RSAPrivateKey) -> str:
    """What GitHub knows of a key."""
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode()


@dataclass
class OnFake:
    """The stage of the real thing: the fake GitHub, and the port on its loopback."""

    town: Town
    ann: Person
    human: Person
    digits: Repository
    registered: App
    installation: Installation
    fake: FakeGitHub
    github: ConnectedGitHub
    expected: list[str] = field(default_factory=list)

    @property
    def world(self) -> Any:
        return self.town.world

    @property
    def place(self) -> Place:
        return Place(self.installation.id, self.digits.id)

    @property
    def app(self) -> int:
        return self.registered.id

    @property
    def bob(self) -> Account:
        return Account(self.human.id, self.human.login, "User")

    def opens(self, branch: str) -> tuple[int, str]:
        self.ann.pushes(self.digits, branch, {"train.py": f"lr = '{branch}'\n"})
        pull = self.human.opens_pull(self.digits, branch)
        return pull.number, pull.head.sha

    def _pull(self, number: int) -> Pull:
        return self.digits.pulls[number]

    def pushes(self, number: int) -> str:
        branch = self._pull(number).head.ref
        return self.ann.pushes(self.digits, branch, {"more.py": f"{self.now()}\n"})

    def closes(self, number: int) -> None:
        self.ann.closes(self.digits, self._pull(number))

    def says(self, number: int, body: str) -> int:
        return self.human.comments(self.digits, number, body).id

    def reviews(self, number: int, body: str) -> int:
        pull = self._pull(number)
        return self.human.reviews(self.digits, pull, "COMMENTED", body).id

    def edits_review(self, number: int, review: int, body: str) -> None:
        made = self.digits.reviews[review]
        self.human.edits_review(self.digits, made, body)

    def gives(self, role: str) -> None:
        self.ann.invites(self.digits, self.human, role)  # type: ignore[arg-type]

    def requires(self, name: str, app: int | None) -> None:
        self.ann.requires_check(self.digits, "main", name, app, seen=False)

    def opens_queue(self, minutes: int) -> None:
        self.ann.opens_queue(self.digits, "main", minutes)

    def squats(self, sha: str, name: str, external_id: str) -> None:
        other = self.town.app("squatter", self.ann, {"checks": "write"}, [])
        where = check_changes.Place(self.world, self.digits)
        said = {"name": name, "head_sha": sha, "external_id": external_id}
        with self.world.lock:
            check_changes.create_run(where, other, said)

    def renames(self, name: str) -> None:
        self.ann.renames(self.digits, name)

    def delivers(self, status: str) -> int:
        with self.world.lock:
            made = self.world.new_id()
            self.world.deliveries.append(
                Delivery(
                    made,
                    f"guid-{made}",
                    self.app,
                    "push",
                    None,
                    None,
                    None,
                    "http://127.0.0.1:1/hook",
                    self.world.clock.now(),
                    {},
                    status=status,
                    status_code=200 if status == "OK" else 0,
                )
            )
        return made

    def passes(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def now(self) -> float:
        return self.world.clock.seconds()

    def reactions(self, comment: int) -> set[str]:
        return {one.content for one in self.digits.comments[comment].reactions}

    def folded(self, comment: Comment) -> bool:
        return self.digits.comments[comment.id].minimized == "OUTDATED"

    def annotated(self, run: CheckRun) -> list[str]:
        return [one["message"] for one in self.digits.runs[run.id].annotations]

    def issues(self) -> list[str]:
        return [one.title for one in self.digits.issues.values()]

    # For stories of the real thing alone

    def strikes(self, operation: str, kind: Any, **more: Any) -> None:
        self.fake.faults.plan(Fault(operation, kind, **more))

    def count(self, operation: str) -> int:
        return [one.operation for one in self.fake.gateway.log].count(operation)


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


@contextmanager
def on_fake(
    folder: Path, host: tuple[Host, str], *, prefix: str = "", timeout_s: int = 5
) -> Iterator[OnFake]:
    """The town on the fake; at its end nobody has broken the contract or a limit."""
    town = Town.founded(folder)
    ann, bob = town.person("ann"), town.person("bob")
    digits = ann.founds("digits", {"train.py": "lr = 1\n"})
    app = town.app("gate", ann, PERMISSIONS, ["push"])
    app.public_key, app.hook_url = keys()[1], "http://127.0.0.1:1/hook"
    ann.invites(digits, bob, "read")
    installation = ann.installs(app)
    fake = FakeGitHub(town.world, prefix=prefix)
    host[0].fake = fake
    town.world.web_url = host[1]
    town.world.api_url = f"{host[1]}{prefix}"
    identity = Identity(app.id, Secret(keys()[0]), town.world.api_url, timeout_s)
    github = ConnectedGitHub(identity, town.world.clock.seconds)
    stage = OnFake(town, ann, bob, digits, app, installation, fake, github)
    yield stage
    github.close()
    breaks = [f"{b.side} {b.operation}: {b.problem}" for b in fake.gateway.breaks]
    assert breaks == stage.expected
    assert fake.limits.violations == []


def draft(sha: str, name: str = "seedgate", external_id: str = "e-1") -> Any:
    from bot.domain.github import CheckChange, CheckDraft, CheckStatus, Output

    output = Output("Queued", "Waits for a machine.")
    return CheckDraft(sha, name, external_id, CheckChange(CheckStatus.QUEUED, output))
