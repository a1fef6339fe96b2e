"""Where a soak happens: a few owners with a repository each, and the App in all."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from tests.app.soaking.serving import Served
from tests.app.stage import EVENTS, PERMISSIONS, POLICY, SECRET, Crew, keys
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, Pull, Repository
from tests.fakegithub.server import FakeGitHub
from tests.samples.quick import quick_policy
from workers.contract import Claim

TRAIN = Path(__file__).resolve().parents[2] / "samples/sums/train.py"
SIDE = "side"
"""A branch that no policy gates."""


@dataclass(frozen=True)
class Paid:
    """One attempt at a trial, as whoever ran it saw it; `outcome` is a class name."""

    key: str
    attempt: str
    outcome: str


class Payers(Crew):
    """A crew that notes what it was paid for, apart from the store."""

    def __init__(self, url: str, root: Path) -> None:
        super().__init__(url, time.time, root)
        self.paid: list[Paid] = []

    @override
    def _run(self, claim: Claim) -> None:
        self.ran.append(claim.spec.key)
        result = self._agent.run(claim.attempt, claim.spec)
        outcome = type(result.outcome).__name__
        self.paid.append(Paid(claim.spec.key, str(claim.attempt), outcome))
        self._store.finish(claim.attempt, result)


@dataclass
class House:
    """One owner, one repository, one installation; GitHub limits each apart."""

    owner: Person
    repository: Repository
    count: int = 0

    def pulls(self, state: str = "open") -> list[Pull]:
        """Its pull requests by number."""
        found = self.repository.pulls.values()
        return [one for one in found if one.state == state]

    def fresh(self, kind: str) -> str:
        """A name that nothing else has."""
        self.count += 1
        return f"{kind}-{self.count}"


@dataclass
class City:
    """Everything that is real or plays GitHub; the App runs in `served`."""

    town: Town
    fake: FakeGitHub
    deliveries: Deliveries
    app: App
    bob: Person
    eve: Person
    houses: list[House]
    served: Served
    crew: Payers
    ledger: Path
    said: list[str] = field(default_factory=list)

    @property
    def lock(self) -> threading.RLock:
        """Whoever looks at the world holds it."""
        return self.town.world.lock

    def tell(self, line: str) -> None:
        """One line of what happened, for whoever has to find out why."""
        self.said.append(f"{time.strftime('%H:%M:%S')} {line}")


@contextmanager
def founded(folder: Path, houses: int) -> Iterator[City]:
    """A city in which the App has just been installed, and runs."""
    town = Town.founded(folder / "github")
    fake = FakeGitHub(town.world, town.git())
    with ExitStack() as stack:
        api = stack.enter_context(fake.running())
        deliveries = Deliveries(town.world, workers=3)
        stack.callback(deliveries.close)
        cache, ledger = folder / "cache", folder / "ledger"
        cache.mkdir(mode=0o700)
        ledger.touch()
        app = _app(town)
        bob, eve = town.person("bob"), town.person("eve")
        built = [_house(town, app, number, ledger) for number in range(houses)]
        served = Served(cache, _settings(app, api))
        app.hook_url = served.hook
        crew = Payers(f"sqlite:///{cache / 'seedgate.sqlite'}", folder / "node")
        stack.callback(crew.close)
        stack.callback(served.stop)
        served.start()
        crew.start()
        told = (town, fake, deliveries, app, bob, eve, built, served, crew, ledger)
        yield City(*told)


def _app(town: Town) -> App:
    made = town.app("seedgate", town.person("maker"), PERMISSIONS, EVENTS)
    made.public_key, made.webhook_secret = keys()[1], SECRET
    return made


def _settings(app: App, api: str) -> dict[str, str]:
    return {
        "SEEDGATE_APP_ID": str(app.id),
        "SEEDGATE_PRIVATE_KEY": keys()[0],
        "SEEDGATE_WEBHOOK_SECRET": SECRET,
        "SEEDGATE_API_URL": api,
    }


def _house(town: Town, app: App, number: int, ledger: Path) -> House:
    owner = town.person(f"owner-{number}")
    files = {
        "train.py": TRAIN.read_text(),
        "ledger.txt": f"{ledger}\n",
        "effects/base": "0.0\n",
        "shared.txt": "as it was\n",
        "README.md": "Sums.\n",
        POLICY: quick_policy(),
    }
    repository = owner.founds(f"sums-{number}", files)
    owner.pushes(repository, SIDE, {"side.md": "Not gated.\n"})
    owner.invites(repository, town.person("bob"), "write")
    owner.invites(repository, town.person("eve"), "read")
    owner.installs(app, [repository])
    owner.requires_check(repository, "main", "seedgate", app.id, seen=False)
    return House(owner, repository)
