"""The App beside a GitHub, in one process: real git, real webhooks, real training.

What is not real is GitHub, which is the strict fake, and Ray: trials of the store are
run by node agents without it (`Crew`), unless a story asks for the dispatcher. Writes
go ten times as fast as GitHub likes it (`Brisk`), unless a story asks for the pace.

Every story ends by reading all that the App said: what nobody looked at, a break of
GitHub's contract and one of its limits each fail it.
"""

import functools
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from bot.adapters.github import Lanes
from bot.adapters.store import SqlStore
from bot.app.pulls.sending import Sender
from bot.compose.database import store_url
from bot.compose.serving.service import Service
from bot.compose.trust import trust
from bot.compose.web import web
from bot.domain.github import Go, Rest, Secret, Waiting
from bot.domain.github.configuration import AppConfig, Listen
from bot.domain.pulls.acts import PullKey
from bot.settings import Settings
from bot.web import HOOK_PATH
from tests.fakegithub.check_changes import Place
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.people import Person, Town
from tests.fakegithub.pull_changes import judge
from tests.fakegithub.records import App, CheckRun, Comment, Installation, Pull
from tests.fakegithub.records import Repository as GitHubRepository
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.state import Clock
from tests.samples.quick import BETTER, TRAIN, WORSE, Behaviour, quick_policy
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
PATIENCE_S = 120.0
Between = TypeVar("Between")


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


def other_key() -> str:
    """A private key that is not the App's."""
    return keys.__wrapped__()[0]


def behaving(name: str, behaviour: Behaviour | None = None) -> Mapping[str, str]:
    """The file by which a tree of the sample says how it trains."""
    told = {"name": name, **asdict(behaviour or Behaviour())}
    return {"config.json": json.dumps(told, indent=2) + "\n"}


def plain(text: str) -> str:
    """What a person reads: without the spaces that keep GitHub from making links."""
    return text.replace("\u200b", "")


STRICT = quick_policy(seeds="{min: 4, max: 4}", rest="decision: {alpha: 0.00001}\n")
"""By which four seeds of `WIDE` decide nothing. Those of a pull request are others each
time: by an alpha of 0.005 every seventieth one was decided all the same."""
WIDE = Behaviour(spread=0.3)

HANDS = 4


class Crew:
    """Node agents that run what the store wants, without Ray.

    While `going` is not set they take up nothing new.
    """

    def __init__(self, url: str, now: Callable[[], float], root: Path) -> None:
        self._store = SqlStore(url, now)
        settings = AgentSettings(grace_s=1.0, memory_every_s=0.1, files_every_s=0.1)
        self._agent = NodeAgent(root, settings=settings)
        self._stop, self.going = threading.Event(), threading.Event()
        self.going.set()
        self._resting = threading.Event()
        self.ran: list[str] = []
        self.cancelled: list[str] = []
        self._pool = ThreadPoolExecutor(HANDS, "crew")
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._store.register(self._agent.describe())
        self._store.recover()
        self._thread.start()

    def rests(self) -> None:
        """Take up nothing new from here on, and ask the store nothing either."""
        self._resting.clear()
        self.going.clear()
        assert self._resting.wait(PATIENCE_S)

    def close(self) -> None:
        self._stop.set()
        self.going.set()
        if self._thread.is_alive():
            self._thread.join(20)
        self._agent.close()
        self._pool.shutdown(wait=True)
        self._store.close()

    def _work(self) -> None:
        free = threading.Semaphore(HANDS)
        while not self._stop.wait(0.02):
            if not self.going.is_set():
                self._resting.set()
                self.going.wait()
                self._resting.clear()
            for attempt in self._store.cancelled():
                if attempt not in self.cancelled:
                    self.cancelled.append(attempt)
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


PACE = 10.0


class Brisk:
    """Lanes of writes in which a tenth of a second counts as one."""

    def __init__(self, pace: float = PACE) -> None:
        self._lanes, self._pace = Lanes(), pace

    def turn(
        self, installation: int, waiting: Sequence[Waiting], now: float
    ) -> Go | Rest | None:
        lanes, pace = self._lanes, self._pace
        given = [replace(one, since=one.since * pace) for one in waiting]
        outcome = lanes.turn(installation, given, now * pace)
        return Rest(outcome.until / pace) if isinstance(outcome, Rest) else outcome

    def rest(self, installation: int, until: float) -> None:
        self._lanes.rest(installation, until * self._pace)


@dataclass(repr=False)
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
    crew: Crew
    pace: float = PACE
    database: SecretStr | None = None
    service: Service | None = None
    secret: str = SECRET
    former: str = ""
    _running: ExitStack = field(default_factory=ExitStack)

    # The App ---------------------------------------------------------------------

    def settings(self) -> Settings:
        return Settings(
            cache_dir=self.cache,
            database_url=self.database,
            seed_secret=SecretStr("a secret of tests"),
        )

    def config(self) -> AppConfig:
        return AppConfig(
            app=self.app.id,
            private_key=Secret(keys()[0]),
            webhook_secret=Secret(self.secret),
            former_secret=Secret(self.former) if self.former else None,
            api_url=self.api,
            public_url="http://127.0.0.1:9",
            listen=Listen(),
            link_secret=Secret("a secret of links that is long"),
        )

    def begin(self) -> None:
        """Start the App, and point GitHub's hook at it."""
        self.service, self.app.hook_url = self.instance(self._running)

    def instance(self, running: ExitStack) -> tuple[Service, str]:
        """One more instance of the App, and where it takes webhooks."""
        service = Service(self.settings(), self.config(), dispatch=False, jobs=None)
        running.enter_context(service)
        lanes = (Brisk(self.pace), time.time, random.random)
        service.sender = Sender(service.pulls, service.github, *lanes)
        told = web(trust(self.config()), service.inbox, service.pages)
        port = running.enter_context(served(told))
        service.start()
        return service, f"http://127.0.0.1:{port}{HOOK_PATH}"

    def end(self) -> None:
        """End the App; GitHub and the crew live on."""
        self._running.close()
        self.service = None

    @property
    def app_now(self) -> Service:
        """The App as it runs now."""
        assert self.service is not None
        return self.service

    def posts_through(self, wrapped: Callable[[Any], Between]) -> Between:
        """Put this between whatever posts to GitHub now and the outbox it writes to."""
        sender: Any = self.app_now.sender
        outbox = wrapped(sender._outbox)
        sender._outbox = sender._poster._outbox = outbox
        return outbox

    def carl(self) -> Person:
        """Somebody who may only read."""
        carl = self.town.person("carl")
        self.ann.invites(self.quick, carl, "read")
        return carl

    # What people do --------------------------------------------------------------

    def proposes(
        self, branch: str, behaviour: Behaviour | None = None, base: str = "main"
    ) -> Pull:
        """Bob pushes a branch that trains like this, and opens a pull request."""
        self.bob.pushes(self.quick, branch, behaving(branch, behaviour), base=base)
        return self.bob.opens_pull(self.quick, branch, base)

    def blocked(self, branch: str = "idea", base: str = "main") -> Pull:
        """One that Bob proposes and that is worse: its check run has failed."""
        pull = self.proposes(branch, WORSE, base)
        self.concluded(pull.head.sha, "failure")
        return pull

    def passed(self, branch: str = "idea", base: str = "main") -> Pull:
        """One that Bob proposes and that is better: its check run has passed."""
        pull = self.proposes(branch, BETTER, base)
        self.concluded(pull.head.sha, "success")
        return pull

    def says(self, who: Person, pull: Pull, text: str) -> Comment:
        """Somebody comments; the App has worked on it when this returns."""
        said = who.comments(self.quick, pull, text)
        self.deliveries.settle()
        self.quiet()
        return said

    def acceptance(self, run: CheckRun, begins: str) -> str:
        """The command that accepts the finding whose id begins so."""
        text = plain(f"{run.output['summary']}{run.output['text']}")
        found = re.findall(rf"`({begins}[0-9a-f]+)`", text)
        assert found, text
        return f'/gate accept {found[0]} reason="a good reason"'

    def key(self, pull: Pull) -> PullKey:
        """What the App calls a pull request."""
        return PullKey(self.quick.id, pull.number)

    def looks(self, pull: Pull) -> None:
        """Have the App look at a pull request, as a sweep does."""
        self.app_now.pulls.wake(self.key(pull), self.installation.id, time.time())

    # What people see -------------------------------------------------------------

    def page(self, pull: Pull) -> str:
        """A pull request's page; what is on it has been looked at."""
        return self.town.page(self.quick, pull)

    def merges(self, pull: Pull) -> bool:
        """Whether GitHub would let it merge."""
        with self.town.world.lock:
            return judge(Place(self.town.world, self.quick), pull).allowed

    def runs(self, sha: str, name: str = "seedgate") -> list[CheckRun]:
        """All check runs of a commit."""
        with self.town.world.lock:
            many = self.quick.runs.values()
            return [one for one in many if one.head_sha == sha and one.name == name]

    def run(self, sha: str) -> CheckRun:
        """The one check run that shows at a commit.

        Another one follows only where its answer was taken back: none was made while
        an earlier one had no end.
        """
        found = self.runs(sha)
        assert found, "there is no check run"
        for earlier, later in pairwise(found):
            ended = earlier.completed_at
            assert ended is not None, found
            assert ended <= later.made_at, found
        return self.town.reader.read_run(found[-1])

    def shows(self, sha: str, status: str) -> CheckRun:
        """Wait until the check run of a commit has this status."""
        until(lambda: any(one.status == status for one in self.runs(sha)[-1:]), status)
        return self.run(sha)

    def ends(self, sha: str, conclusion: str) -> CheckRun:
        """Wait until the check run of a commit has this conclusion."""
        until(
            lambda: any(one.conclusion == conclusion for one in self.runs(sha)[-1:]),
            f"{conclusion} at {sha[:9]}",
            PATIENCE_S,
        )
        return self.run(sha)

    def concluded(self, sha: str, conclusion: str) -> CheckRun:
        """Wait until all is done and said, and the check run is so."""
        self.ends(sha, conclusion)
        self.quiet()
        run = self.run(sha)
        assert run.conclusion == conclusion, run
        return run

    def comments(self, pull: Pull) -> list[Comment]:
        """What the App said on a pull request, folded calls apart."""
        with self.town.world.lock:
            every = self.quick.comments.values()
            return [
                one
                for one in every
                if one.number == pull.number
                and one.app_id == self.app.id
                and one.minimized is None
            ]

    def said(self, pull: Pull, text: str) -> bool:
        """Whether the title of the comment that is edited holds a text."""
        found = [one.body.splitlines()[1] for one in self.comments(pull)]
        return any(text in one for one in found)

    def sticky(self, pull: Pull) -> Comment:
        """The one comment that is edited; there must be exactly one."""
        mark = f"<!-- seedgate pull-{pull.number} -->"
        found = [one for one in self.comments(pull) if one.body.startswith(mark)]
        assert len(found) == 1, [one.body[:80] for one in found]
        return found[0]

    def calls(self, *operations: str) -> int:
        """How often the App called these operations."""
        with self.town.world.lock:
            return sum(one.operation in operations for one in self.fake.gateway.log)

    def quiet(self) -> None:
        """Wait until nothing is on its way, left to be sent or looked at."""
        self.deliveries.settle()
        until(self._at_rest, "the App is idle", PATIENCE_S)

    def _at_rest(self) -> bool:
        """Nothing is under way, and nothing waits for a better moment to be sent."""
        return self.app_now.idle and self.app_now.pulls.next_at() is None

    def ends_well(self) -> None:
        """All was read, and neither side broke a rule."""
        if self.service is not None:
            self.quiet()
        assert self.town.unread() == []
        assert self.fake.gateway.breaks == []
        assert self.fake.limits.violations == []


@contextmanager
def staged(
    folder: Path,
    policy: str | None = None,
    *,
    clock: Clock | None = None,
    pace: float = PACE,
    files: Mapping[str, str] | None = None,
    database: str | None = None,
) -> Iterator[Stage]:
    """A town where Ann owns the sample, Bob writes, and the App is installed.

    `policy` is the text of the policy, empty for none; `files` are further ones.
    `database` is the URL of a PostgreSQL database; else the store is an SQLite file.
    """
    town = Town.founded(folder / "github", clock)
    fake = FakeGitHub(town.world, town.git())
    ann, bob = town.person("ann"), town.person("bob")
    tree = {"train.py": TRAIN.read_text(), **behaving("main"), **(files or {})}
    if policy != "":
        tree[POLICY] = quick_policy() if policy is None else policy
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    with ExitStack() as stack:
        api = stack.enter_context(fake.running())
        quick = ann.founds("quick", tree)
        ann.invites(quick, bob, "write")
        app = town.app("seedgate", ann, PERMISSIONS, EVENTS)
        app.public_key, app.webhook_secret = keys()[1], SECRET
        installation = ann.installs(app, [quick])
        deliveries = Deliveries(town.world)
        stack.callback(deliveries.close)
        secret = None if database is None else SecretStr(database)
        url = store_url(Settings(cache_dir=cache, database_url=secret))
        crew = Crew(url, time.time, folder / "node")
        stack.callback(crew.close)
        told = (town, fake, deliveries, app, installation, ann, bob, quick, cache, api)
        stage = Stage(*told, crew, pace, secret)
        stage.begin()
        stack.callback(stage.end)
        crew.start()
        yield stage
        stage.ends_well()


def sweeps(stage: Stage) -> int:
    """How often it went through everything; it does so once more."""
    stage.app_now.sweep_soon(stage.installation.id)
    return stage.calls("apps/list-installations")
