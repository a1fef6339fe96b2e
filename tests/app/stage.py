"""The App beside a GitHub, in one process: real git, real webhooks, real training.

What is not real is GitHub, which is the strict fake, and Ray: trials of the store are
run by node agents without it (`Crew`), unless a story asks for the dispatcher.
"""

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from bot.adapters.store import SqlStore
from bot.compose.serving.service import Service
from bot.domain.github import Secret
from bot.domain.github.configuration import AppConfig, Listen
from bot.settings import Settings
from bot.web import HOOK_PATH
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, CheckRun, Comment, Installation, Pull
from tests.fakegithub.records import Repository as GitHubRepository
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.state import Clock
from tests.samples.quick import TRAIN, Behaviour, quick_policy
from tests.waiting import until
from tests.web.wire import running as served
from workers.agent import AgentSettings, NodeAgent
from workers.contract import Claim

SECRET = "a secret of hooks"
PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
EVENTS = (
    *("pull_request", "issue_comment", "pull_request_review", "push"),
    *("merge_group", "repository"),
)
POLICY = ".github/seedgate.yml"


@functools.lru_cache
def keys() -> tuple[str, str]:
    """A private and a public key, made once."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def behaving(name: str, behaviour: Behaviour | None = None) -> Mapping[str, str]:
    """The file by which a tree of the sample says how it trains."""
    import json
    from dataclasses import asdict

    told = {"name": name, **asdict(behaviour or Behaviour())}
    return {"config.json": json.dumps(told, indent=2) + "\n"}


class Crew:
    """Node agents that run what the store wants, without Ray; `paused` holds them."""

    def __init__(self, url: str, now: Callable[[], float], root: Path) -> None:
        self._store = SqlStore(url, now)
        settings = AgentSettings(grace_s=1.0, memory_every_s=0.1, files_every_s=0.1)
        self._agent = NodeAgent(root, settings=settings)
        self._stop, self.going = threading.Event(), threading.Event()
        self.going.set()
        self.ran: list[str] = []
        self._pool = ThreadPoolExecutor(4, "crew")
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._store.register(self._agent.describe())
        self._store.recover()
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self.going.set()
        self._thread.join(20)
        self._agent.close()
        self._pool.shutdown(wait=True)
        self._store.close()

    def _work(self) -> None:
        free = threading.Semaphore(4)
        while not self._stop.wait(0.02):
            self.going.wait()
            for attempt in self._store.cancelled():
                self._agent.cancel(attempt)
            if not free.acquire(blocking=False):
                continue
            claims = self._store.claim(1)
            if not claims:
                free.release()
                continue
            done = self._pool.submit(self._run, claims[0])
            done.add_done_callback(lambda _: free.release())

    def _run(self, claim: Claim) -> None:
        self.ran.append(claim.spec.key)
        result = self._agent.run(claim.attempt, claim.spec)
        self._store.finish(claim.attempt, result)


@dataclass
class Stage:
    """The town with the App in it; `service` can be ended and begun anew."""

    town: Town
    fake: FakeGitHub
    deliveries: Deliveries
    app: App
    installation: Installation
    ann: Person
    bob: Person
    quick: GitHubRepository
    cache: Path
    api: str
    crew: Crew | None = None
    service: Service | None = None
    _port: int = 0
    _running: ExitStack = field(default_factory=ExitStack)

    # The App ---------------------------------------------------------------------

    def settings(self) -> Settings:
        return Settings(cache_dir=self.cache, seed_secret=SecretStr("a secret of tests"))

    def config(self) -> AppConfig:
        return AppConfig(
            app=self.app.id,
            private_key=Secret(keys()[0]),
            webhook_secret=Secret(SECRET),
            former_secret=None,
            api_url=self.api,
            public_url="http://127.0.0.1:9",
            listen=Listen(),
            link_secret=Secret("a secret of links that is long"),
        )

    def begin(self) -> None:
        """Start the App, and point GitHub's hook at it."""
        service = Service(self.settings(), self.config(), dispatch=False, jobs=None)
        self.service = self._running.enter_context(service)
        port = self._running.enter_context(served(service.web()))
        self.app.hook_url = f"http://127.0.0.1:{port}{HOOK_PATH}"
        service.start()

    def end(self) -> None:
        """End the App; GitHub and the crew live on."""
        self._running.close()
        self.service = None

    # What people see -------------------------------------------------------------

    def runs(self, sha: str, name: str = "seedgate") -> list[CheckRun]:
        with self.town.world.lock:
            many = self.quick.runs.values()
            return [one for one in many if one.head_sha == sha and one.name == name]

    def run(self, sha: str) -> CheckRun:
        """The one check run of a commit; there must be exactly one."""
        found = self.runs(sha)
        assert len(found) == 1, found
        return found[0]

    def concluded(self, sha: str, conclusion: str) -> CheckRun:
        """Wait until the check run of a commit has this conclusion."""
        until(
            lambda: any(one.conclusion == conclusion for one in self.runs(sha)),
            f"{conclusion} at {sha[:9]}, not "
            f"{[(one.status, one.conclusion) for one in self.runs(sha)]}",
        )
        return self.run(sha)

    def comments(self, pull: Pull) -> list[Comment]:
        """What the App said on a pull request."""
        with self.town.world.lock:
            every = self.quick.comments.values()
            return [
                one
                for one in every
                if one.number == pull.number and one.app_id == self.app.id
            ]

    def quiet(self) -> None:
        """Wait until nothing is left to be sent or looked at."""
        service = self.service
        assert service is not None
        until(lambda: service.idle, "the App is idle")


@contextmanager
def staged(
    folder: Path, policy: str | None = None, *, clock: Clock | None = None
) -> Iterator[Stage]:
    """A town where Ann owns the sample, Bob writes, and the App is installed."""
    town = Town.founded(folder / "github", clock)
    fake = FakeGitHub(town.world, town.git())
    ann, bob = town.person("ann"), town.person("bob")
    files = {
        "train.py": TRAIN.read_text(),
        POLICY: quick_policy() if policy is None else policy,
        **behaving("main"),
    }
    with ExitStack() as stack:
        api = stack.enter_context(fake.running())
        quick = ann.founds("quick", files)
        ann.invites(quick, bob, "write")
        app = town.app("seedgate", ann, PERMISSIONS, EVENTS)
        app.public_key, app.webhook_secret = keys()[1], SECRET
        installation = ann.installs(app, [quick])
        deliveries = Deliveries(town.world)
        stack.callback(deliveries.close)
        cache = folder / "cache"
        cache.mkdir(mode=0o700)
        stage = Stage(
            town, fake, deliveries, app, installation, ann, bob, quick, cache, api
        )
        stage.begin()
        stack.callback(stage.end)
        crew = Crew(f"sqlite:///{cache / 'seedgate.sqlite'}", _now, folder / "node")
        stage.crew = crew
        crew.start()
        stack.callback(crew.close)
        yield stage


def _now() -> float:
    import time

    return time.time()
