"""A whole GitHub for the length of a block: people, API, git and webhooks.

    with hosted() as github:
        ann = github.town.person("ann")

At the end it must have been a good GitHub and a good guest: see `Hosted.problems`.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.operations.manifests import make_app
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App
from tests.fakegithub.server import FakeGitHub


@dataclass(frozen=True, slots=True)
class Hosted:
    """A GitHub that is served on loopback; `url` is its API's."""

    town: Town
    fake: FakeGitHub
    deliveries: Deliveries
    url: str

    def registers(
        self,
        slug: str,
        owner: Person,
        permissions: Mapping[str, str],
        events: Sequence[str] = (),
        hook_url: str = "",
    ) -> tuple[App, str]:
        """A new App of somebody, and its private key in PEM."""
        manifest = {
            "name": slug,
            "default_permissions": dict(permissions),
            "default_events": list(events),
            "hook_attributes": {"url": hook_url} if hook_url else {},
        }
        with self.town.world.lock:
            return make_app(self.town.world, owner.id, manifest)

    def problems(self) -> list[str]:
        """Breaks of the contract on either side, of limits, and what nobody read."""
        gateway, limits = self.fake.gateway, self.fake.limits
        said = [f"{b.side} {b.operation}: {b.problem}" for b in gateway.breaks]
        said += [f"{v.caller} {v.operation}: {v.rule}" for v in limits.violations]
        return said + [f"unread: {one}" for one in self.town.unread()]


@contextmanager
def hosted(
    folder: Path | None = None, *, prefix: str = "", port: int = 0, judged: bool = True
) -> Iterator[Hosted]:
    """Serves until the block ends; raises AssertionError for problems where `judged`.

    Repositories are kept in `folder`, or thrown away. `prefix` is `/api/v3` where it
    plays an Enterprise server.
    """
    with ExitStack() as stack:
        kept = folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="fakegithub-"))
        )
        town = Town.founded(kept)
        fake = FakeGitHub(town.world, town.git(), prefix)
        deliveries = Deliveries(town.world)
        stack.callback(deliveries.close)
        url = stack.enter_context(fake.running(port))
        made = Hosted(town, fake, deliveries, url)
        yield made
        if judged:
            deliveries.settle()
            if problems := made.problems():
                raise AssertionError("\n".join(problems))
