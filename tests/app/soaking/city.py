"""Where a soak happens: a few owners with a repository each, and the App in all."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.app.soaking.crew import Crews
from tests.app.soaking.git_faults import ShakyGit
from tests.app.soaking.serving import Served
from tests.app.stage import EVENTS, PERMISSIONS, POLICY, SECRET, keys
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, Pull, Repository
from tests.fakegithub.server import FakeGitHub
from tests.samples.quick import quick_policy

TRAIN = Path(__file__).resolve().parents[2] / "samples/sums/train.py"
MAIN, NEXT = "main", "next"
GATED = (MAIN, NEXT)
SIDE = "side"
"""A branch that no policy gates."""
RULES = quick_policy(rest=f"branches: [{MAIN}, {NEXT}]\n")


Changed = dict[str, tuple[str, str]]
"""By path, what a file holds before and after."""


@dataclass
class House:
    """One owner, one repository, one installation; GitHub limits each apart.

    `queued` says that nothing lands on main but through a merge queue. `borne` holds by
    number how bad each pull request was for which the owner took that upon herself, and
    `lifted` whether that was her last word. `upheld` are those of which all that blocks
    is accepted in the end.
    """

    owner: Person
    repository: Repository
    queued: bool = False
    count: int = 0
    borne: dict[int, set[float]] = field(default_factory=dict)
    lifted: dict[int, bool] = field(default_factory=dict)
    upheld: set[int] = field(default_factory=set)
    compared: dict[tuple[str, str], Changed] = field(default_factory=dict)

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
    crew: Crews
    ledger: Path
    git: ShakyGit
    said: list[str] = field(default_factory=list)

    @property
    def lock(self) -> threading.RLock:
        """Whoever looks at the world holds it."""
        return self.town.world.lock

    def tell(self, line: str) -> None:
        """One line of what happened, for whoever has to find out why."""
        self.said.append(f"{time.strftime('%H:%M:%S')} {line}")


@contextmanager
def founded(folder: Path, houses: int, seed: int) -> Iterator[City]:
    """A city in which the App has just been installed, and runs."""
    town = Town.founded(folder / "github")
    git = ShakyGit(town.git(), town.world, seed)
    fake = FakeGitHub(town.world, git)
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
        store = f"sqlite:///{cache / 'seedgate.sqlite'}"
        crew = Crews(store, folder / "node", folder / "diary")
        stack.callback(crew.stop)
        stack.callback(served.stop)
        served.start()
        crew.start()
        told = (town, fake, deliveries, app, bob, eve, built, served, crew, ledger)
        yield City(*told, git)


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
        POLICY: RULES,
    }
    repository = owner.founds(f"sums-{number}", files)
    owner.pushes(repository, SIDE, {"side.md": "Not gated.\n"})
    owner.pushes(repository, NEXT, {"next.md": "Gated as well.\n"})
    owner.invites(repository, town.person("bob"), "write")
    owner.invites(repository, town.person("eve"), "read")
    owner.installs(app, [repository])
    for branch in GATED:
        owner.requires_check(repository, branch, "seedgate", app.id, seen=False)
    queued = number % 3 == 1
    if queued:
        owner.opens_queue(repository, MAIN)
    return House(owner, repository, queued)
