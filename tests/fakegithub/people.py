"""People: what humans do on GitHub, one sentence each.

    town = Town.founded(folder)
    ann, bob = town.person("ann"), town.person("bob")
    digits = ann.founds("digits", {"train.py": "lr = 1\\n"})
    ann.pushes(digits, "idea", {"train.py": "lr = 2\\n"})
    pull = ann.opens_pull(digits, "idea")
    print(town.page(digits, pull))

Whatever GitHub forbids raises `Refused` with GitHub's sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fakegithub import queueing
from tests.fakegithub.check_changes import Place
from tests.fakegithub.git_http import GitHttp, RefMove
from tests.fakegithub.humans.coding import Codes
from tests.fakegithub.humans.owning import Owns
from tests.fakegithub.humans.proposing import Proposes
from tests.fakegithub.humans.talking import Talks
from tests.fakegithub.landing import landed
from tests.fakegithub.page import Reader
from tests.fakegithub.pull_changes import look_again
from tests.fakegithub.records import App, Pull, Repository
from tests.fakegithub.repositories import Repositories
from tests.fakegithub.state import Clock, Happening, World


class Person(Codes, Proposes, Talks, Owns):
    """Somebody with an account, who can do what people do."""

    __slots__ = ()


@dataclass(slots=True)
class Town:
    """A world with its people, its Apps and what has been read."""

    world: World
    reader: Reader

    @classmethod
    def founded(cls, folder: Path, clock: Clock | None = None) -> "Town":
        """An empty world with its repositories below a folder."""
        world = World(Repositories(folder), clock or Clock())
        world.look_again = lambda repository, pull: look_again(
            Place(world, repository), pull
        )
        world.put_out = lambda repository, pull, sender_id: queueing.put_out(
            Place(world, repository), pull, sender_id
        )
        return cls(world, Reader(world))

    def git(self) -> GitHttp:
        """Smart HTTP on this world; what a push does, it does under the lock."""
        return GitHttp(self.world, self._landed)

    def _landed(
        self, repository: Repository, moves: list[RefMove], sender_id: int
    ) -> None:
        with self.world.lock:
            landed(self.world, repository, moves, sender_id)

    def person(self, login: str) -> Person:
        """Somebody of this login, who joins when new."""
        with self.world.lock:
            found = self.world.account(login) or self.world.add_account(login)
        return Person(self.world, found.id)

    def organization(self, login: str) -> int:
        """An organization; its account id."""
        with self.world.lock:
            return self.world.add_account(login, "Organization").id

    def app(
        self,
        slug: str,
        owner: Person,
        permissions: Mapping[str, str],
        events: Sequence[str],
    ) -> App:
        """Registers an App; its key and hook are set on the record."""
        with self.world.lock:
            number = self.world.new_id()
            bot = self.world.add_account(f"{slug}[bot]", "Bot")
            made = App(
                number,
                slug,
                slug,
                owner.id,
                bot.id,
                public_key="",
                webhook_secret="",
                hook_url="",
                permissions=dict(permissions),
                events=list(events),
                created_at=self.world.clock.now(),
                client_id=f"Iv23{number}",
            )
            self.world.apps[made.id] = made
        return made

    def pings(self, app: App) -> None:
        """GitHub's first delivery to a new hook."""
        with self.world.lock:
            self.world.emit(Happening("ping", None, None, app.id, app.owner_id))

    def runs_queue(self, repository: Repository, branch: str = "main") -> list[int]:
        """Merges or puts out what stands at the queue's front; numbers merged."""
        with self.world.lock:
            place = Place(self.world, repository)
            return queueing.advance(place, branch, repository.owner_id)

    def page(self, repository: Repository, number: "int | Pull") -> str:
        """The page of a pull request or an issue, which now counts as read."""
        at = number.number if isinstance(number, Pull) else number
        return self.reader.page(repository, at)

    def unread(self) -> list[str]:
        """What bots said that nobody has looked at."""
        return self.reader.unread()
