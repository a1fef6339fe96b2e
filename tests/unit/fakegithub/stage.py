"""A stage for the fake's own tests: one App, one repository, a real PyGithub client."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, Github, GithubIntegration
from github.Repository import Repository as ClientRepository

from tests.fakegithub.auth import mint
from tests.fakegithub.limits import Caps, Limits
from tests.fakegithub.records import (
    Account,
    App,
    Installation,
    Pull,
    Repository,
    Side,
)
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.serving import served
from tests.fakegithub.state import Clock, Happening, World
from tests.unit.fakegithub.paper_git import PaperGit

VERSION = "2022-11-28"
ALL = {
    "metadata": "read",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "write",
    "administration": "read",
    "merge_queues": "read",
}


@functools.cache
def keys() -> tuple[str, str]:
    """A private and a public key, made once."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@functools.cache
def _signing_key() -> Any:
    """Loading a key checks it, which takes longer than signing."""
    return serialization.load_pem_private_key(keys()[0].encode(), None)


@dataclass
class Stage:
    """The fake, its world, and who is in it."""

    fake: FakeGitHub
    git: PaperGit
    owner: Account
    app: App
    installation: Installation
    repository: Repository
    sha: str
    url: str = ""
    heard: list[Happening] = field(default_factory=list)
    closers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.fake.world

    def integration(self, **changed: Any) -> GithubIntegration:
        """PyGithub as the App, without any retrying of its own."""
        settings: dict[str, Any] = {
            "auth": Auth.AppAuth(self.app.id, _signing_key),
            "base_url": self.url,
            "retry": None,
            "lazy": True,
            "per_page": 100,
            "timeout": 5,
            "api_version": VERSION,
            "seconds_between_requests": None,
            "seconds_between_writes": None,
        }
        made = GithubIntegration(**{**settings, **changed})
        self.closers.append(made.close)
        return made

    def client(self, **permissions: str) -> Github:
        """PyGithub as the installation."""
        made = self.integration().get_github_for_installation(
            self.installation.id, permissions or None
        )
        self.closers.append(made.close)
        return made

    def client_repository(self) -> ClientRepository:
        return self.client().get_repo(self.world.full_name(self.repository))

    def token(self, **asked: Any) -> str:
        return mint(self.world, self.installation, asked, long=True).value

    def raw(self, token: str = "") -> httpx.Client:
        """A client that says exactly what it is told."""
        made = self.anonymous()
        made.headers["Authorization"] = f"Bearer {token or self.token()}"
        return made

    def anonymous(self) -> httpx.Client:
        """A client without a credential."""
        headers = {
            "X-GitHub-Api-Version": VERSION,
            "Accept": "application/vnd.github+json",
        }
        made = httpx.Client(
            base_url=self.url, headers=headers, trust_env=False, verify=False
        )
        self.closers.append(made.close)
        return made

    def jwt(self, now: float | None = None, **claims: Any) -> str:
        at = int(time.time() if now is None else now)
        said = {"iat": at - 60, "exp": at + 540, "iss": str(self.app.id), **claims}
        return jwt.encode(said, _signing_key(), "RS256")

    @property
    def path(self) -> str:
        return f"/repos/{self.world.full_name(self.repository)}"

    def pull(self, branch: str = "idea", **fields: Any) -> Pull:
        """An open pull request from a branch of the repository itself."""
        world, repository = self.world, self.repository
        head = self.git.write(repository, branch, {"a.py": b"2\n"}, start=self.sha)
        owner = world.accounts[repository.owner_id].login
        now = world.clock.now()
        made = Pull(
            world.new_id(),
            repository.take_number(),
            "An idea",
            "why",
            self.owner.id,
            Side(branch, head, repository.id, f"{owner}:{branch}"),
            Side("main", self.sha, repository.id, f"{owner}:main"),
            now,
            now,
            **fields,
        )
        repository.pulls[made.number] = made
        return made


@dataclass
class Host:
    """One server for all stages, one stage at a time: starting one takes a while."""

    app: FakeGitHub | None = None
    url: str = ""
    stack: ExitStack = field(default_factory=ExitStack)

    def start(self) -> str:
        if not self.url:
            self.url = self.stack.enter_context(served(self))
        return self.url

    def stop(self) -> None:
        self.stack.close()
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


HOST = Host()


def build(*, prefix: str = "", caps: Caps | None = None) -> Stage:
    """A stage that is not served yet."""
    git = PaperGit()
    world = World(git, Clock())
    owner = world.add_account("ann")
    bot = world.add_account("gate[bot]", "Bot")
    app = App(
        id=4711,
        slug="gate",
        name="gate",
        owner_id=owner.id,
        bot_id=bot.id,
        public_key=keys()[1],
        webhook_secret="s3cret",
        hook_url="http://127.0.0.1:9/hook",
        permissions=dict(ALL),
        events=["pull_request"],
        created_at=world.clock.now(),
        client_id="Iv23liGate",
    )
    world.apps[app.id] = app
    now = world.clock.now()
    installation = Installation(
        world.new_id(), app.id, owner.id, dict(ALL), ["pull_request"], now
    )
    world.installations[installation.id] = installation
    repository = Repository(world.new_id(), owner.id, "digits", now)
    world.repositories[repository.id] = repository
    sha = git.write(repository, "main", {"a.py": b"1\n", "docs/b.md": b"b\n"})
    fake = FakeGitHub(world, prefix=prefix, limits=Limits(caps or Caps()))
    stage = Stage(fake, git, owner, app, installation, repository, sha)
    world.listeners.append(stage.heard.append)
    return stage


@contextmanager
def staged(*, prefix: str = "", caps: Caps | None = None) -> Iterator[Stage]:
    """A served stage; at its end nobody may have broken the contract unnoticed."""
    stage = build(prefix=prefix, caps=caps)
    HOST.app = stage.fake
    stage.world.web_url = HOST.start()
    stage.world.api_url = stage.url = f"{stage.world.web_url}{prefix}"
    try:
        yield stage
    finally:
        for close in stage.closers:
            close()
    assert taken_breaks(stage) == []


def taken_breaks(stage: Stage) -> list[str]:
    """The breaks so far, which the test wanted."""
    found = [f"{b.side} {b.operation}: {b.problem}" for b in stage.fake.gateway.breaks]
    stage.fake.gateway.breaks.clear()
    return found
