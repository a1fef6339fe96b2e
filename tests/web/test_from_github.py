"""What the strict fake GitHub delivers arrives, unless it was tampered with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.hooks import read
from bot.domain.errors import MachineryFault
from bot.domain.hooks import PullTouched, PullWhy
from bot.web import HOOK_PATH, Receiver, application, secrets
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.fates import Fate
from tests.fakegithub.records import Pull
from tests.fakes.inbox import MemoryInbox
from tests.unit.fakegithub.towns import Scene, founded
from tests.web.wire import SECRET, running

NOW = 1_000.0


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox(lambda: NOW)


@pytest.fixture
def scene(tmp_path: Path, inbox: MemoryInbox) -> Iterator[Scene]:
    """The town, whose App takes deliveries in."""
    made = founded(tmp_path)
    receiver = Receiver(inbox, secrets(SECRET), lambda: NOW)
    with running(application(receiver, inbox)) as port:
        made.app.webhook_secret = SECRET
        made.app.hook_url = f"http://127.0.0.1:{port}{HOOK_PATH}"
        made.bob.pushes(made.digits, "idea", {"train.py": "lr = 2\n"})
        yield made


@pytest.fixture
def deliveries(scene: Scene) -> Iterator[Deliveries]:
    made = Deliveries(scene.town.world)
    yield made
    made.close()


def opened(scene: Scene, deliveries: Deliveries) -> Pull:
    pull = scene.bob.opens_pull(scene.digits, "idea")
    deliveries.settle()
    return pull


def statuses(scene: Scene) -> set[int | None]:
    return {one.status_code for one in scene.town.world.deliveries}


@pytest.mark.parametrize("kind", ["json", "form"])
def test_a_pull_request_that_is_opened_arrives(
    scene: Scene, deliveries: Deliveries, inbox: MemoryInbox, kind: str
) -> None:
    scene.app.hook_content_type = kind  # type: ignore[assignment]
    pull = opened(scene, deliveries)
    (one,) = [read(d.event, d.body) for d in inbox.pending(99)]
    assert isinstance(one, PullTouched)
    assert (one.number, one.why, one.head) == (1, PullWhy.OPENED, pull.head.sha)
    assert statuses(scene) == {202}


@pytest.mark.parametrize("kind", ["tamper", "forge"])
def test_what_was_changed_on_the_way_or_signed_by_others_does_not(
    scene: Scene, deliveries: Deliveries, inbox: MemoryInbox, kind: str
) -> None:
    deliveries.policy = lambda _: Fate(kind)  # type: ignore[arg-type]
    opened(scene, deliveries)
    assert statuses(scene) == {401}
    assert list(inbox.pending(99)) == []


def test_what_comes_twice_is_there_once(
    scene: Scene, deliveries: Deliveries, inbox: MemoryInbox
) -> None:
    deliveries.policy = lambda _: Fate("duplicate")
    opened(scene, deliveries)
    assert len(scene.town.world.deliveries) == 2 * len(inbox.pending(99))
    assert statuses(scene) == {202}


def test_what_could_not_be_kept_shows_as_failed_and_comes_by_redelivery(
    scene: Scene, deliveries: Deliveries, inbox: MemoryInbox
) -> None:
    inbox.fault = MachineryFault("The disk is full.")
    opened(scene, deliveries)
    (failed,) = scene.town.world.deliveries
    assert (failed.status_code, failed.status) == (503, "Invalid HTTP Response: 503")
    inbox.fault = None
    deliveries.redeliver(failed)
    deliveries.settle()
    assert [one.guid for one in inbox.pending(99)] == [failed.guid]
