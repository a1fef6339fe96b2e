"""Deliveries against a real receiver: signed, sent by policy, logged, sent again."""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.fates import Fate, Policy, faithful, nothing, seeded
from tests.fakegithub.records import Delivery
from tests.fakegithub.serving import served
from tests.fakegithub.signing import signature
from tests.unit.fakegithub.towns import Scene, founded

SECRET = "It's a Secret to Everybody"


@dataclass
class Receiver:
    """An ASGI app that remembers what came; `hold` keeps the answers back."""

    status: int = 202
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
        self.came.append((headers, body))
        self.entered.set()
        if self.hold is not None:
            await asyncio.to_thread(self.hold.wait, 10)
        start = {"type": "http.response.start", "status": self.status, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": b"thanks"})

    def valid(self, number: int = -1) -> bool:
        """Whether the signature of a delivery fits its raw bytes."""
        headers, body = self.came[number]
        made = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return headers["x-hub-signature-256"] == f"sha256={made}"

    def events(self) -> list[str]:
        """The events that came, in order."""
        return [headers["x-github-event"] for headers, _ in self.came]


@dataclass
class Wired:
    """The town with its App's hook on a real receiver."""

    scene: Scene
    receiver: Receiver
    deliveries: Deliveries

    def log(self) -> list[Delivery]:
        """What the App's delivery list holds."""
        return [d for d in self.scene.town.world.deliveries if d.listed]

    def comment(self, body: str = "Hello") -> None:
        """Makes one delivery, and waits for nothing."""
        self.scene.bob.comments(self.scene.digits, 1, body)


Wire = Callable[..., Wired]


@pytest.fixture
def wire(tmp_path) -> Iterator[Wire]:
    """Connects the town's App, by a policy, to a receiver."""
    with _stack() as entered:

        def made(
            policy: Policy = faithful, workers: int = 1, timeout: float = 10.0
        ) -> Wired:
            scene = founded(tmp_path)
            scene.bob.pushes(scene.digits, "idea", {"a": "1"})
            scene.bob.opens_pull(scene.digits, "idea")
            receiver = Receiver()
            scene.app.hook_url = entered.enter_context(served(receiver)) + "/hook"
            scene.app.webhook_secret = SECRET
            deliveries = Deliveries(scene.town.world, policy, workers, timeout)
            entered.callback(deliveries.close)
            return Wired(scene, receiver, deliveries)

        yield made


@contextmanager
def _stack():
    import contextlib

    with contextlib.ExitStack() as entered:
        yield entered


def only(kind, seconds=0.0, first=1):
    """A policy that does it to the first deliveries, and is faithful from then on."""
    left = [first]

    def policy(delivery):
        left[0] -= 1
        return Fate(kind, seconds) if left[0] >= 0 else Fate()

    return policy


def test_a_delivery_carries_githubs_headers_and_a_signature_of_its_raw_bytes(wire):
    wired = wire()
    wired.comment("Grüße, `ünïcödé`")
    wired.deliveries.settle()
    headers, body = wired.receiver.came[0]
    assert headers["x-github-event"] == "issue_comment"
    assert headers["x-github-hook-installation-target-id"] == str(wired.scene.app.id)
    assert headers["x-github-hook-installation-target-type"] == "integration"
    assert headers["user-agent"].startswith("GitHub-Hookshot/")
    assert headers["content-type"] == "application/json"
    assert len(headers["x-github-delivery"]) == 36
    assert wired.receiver.valid()
    assert json.loads(body)["comment"]["body"] == "Grüße, `ünïcödé`"


def test_the_signature_is_the_one_of_githubs_documentation():
    assert signature(SECRET, b"Hello, World!") == (
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )


def test_a_form_hook_gets_a_form_signed_as_a_whole(wire):
    wired = wire()
    wired.scene.app.hook_content_type = "form"
    wired.comment()
    wired.deliveries.settle()
    headers, body = wired.receiver.came[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(body.decode())["payload"][0])["action"] == "created"
    assert wired.receiver.valid()


def test_what_was_answered_is_logged(wire):
    wired = wire()
    wired.comment()
    wired.deliveries.settle()
    entry = wired.log()[0]
    assert (entry.status, entry.status_code, entry.answer) == ("OK", 202, "thanks")
    assert entry.payload["action"] == "created"
    assert entry.headers["X-GitHub-Delivery"] == entry.guid
    wired.receiver.status = 500
    wired.comment()
    wired.deliveries.settle()
    assert wired.log()[1].status == "Invalid HTTP Response: 500"


def test_one_worker_keeps_the_order_of_what_happened(wire):
    wired = wire()
    for number in range(5):
        wired.comment(f"Comment {number}")
    wired.deliveries.settle()
    said = [json.loads(body)["comment"]["body"] for _, body in wired.receiver.came]
    assert said == [f"Comment {number}" for number in range(5)]


def test_a_slow_receiver_times_out_and_the_log_says_so(wire):
    wired = wire(timeout=0.1)
    wired.receiver.hold = threading.Event()
    wired.comment()
    wired.deliveries.settle()
    wired.receiver.hold.set()
    assert (wired.log()[0].status, wired.log()[0].status_code) == ("timed out", 0)


def test_settle_says_what_it_waits_for_in_vain(wire):
    wired = wire()
    wired.receiver.hold = threading.Event()
    wired.comment()
    wired.receiver.entered.wait(10)
    with pytest.raises(TimeoutError, match="1 deliveries"):
        wired.deliveries.settle(timeout=0.01)
    wired.receiver.hold.set()
    wired.deliveries.settle()


def test_a_dead_receiver_is_logged_as_such(wire):
    wired = wire()
    wired.scene.app.hook_url = "http://127.0.0.1:9/hook"
    wired.comment()
    wired.deliveries.settle()
    assert wired.log()[0].status == "failed to connect to host"


def test_an_app_without_an_active_hook_is_told_nothing(wire):
    wired = wire()
    wired.scene.app.hook_active = False
    wired.comment()
    wired.deliveries.settle()
    assert (wired.receiver.came, wired.log()) == ([], [])


def test_a_dropped_delivery_is_listed_as_failed_and_comes_when_asked_again(wire):
    wired = wire(only("drop"))
    wired.comment()
    wired.deliveries.settle()
    assert wired.receiver.came == []
    lost = wired.log()[0]
    assert (lost.status, lost.redelivery) == ("failed to connect to host", False)
    wired.scene.town.world.redeliver(lost)
    wired.deliveries.settle()
    again = wired.log()[1]
    assert wired.receiver.came[0][0]["x-github-delivery"] == lost.guid
    assert (again.guid, again.redelivery, again.status) == (lost.guid, True, "OK")
    assert again.id != lost.id


def test_a_delivery_that_was_never_attempted_is_not_listed(wire):
    wired = wire(nothing)
    wired.comment()
    wired.deliveries.settle()
    assert (wired.receiver.came, wired.log()) == ([], [])


def test_a_duplicate_has_the_same_guid(wire):
    wired = wire(only("duplicate"))
    wired.comment()
    wired.deliveries.settle()
    guids = {headers["x-github-delivery"] for headers, _ in wired.receiver.came}
    assert (len(wired.receiver.came), len(guids)) == (2, 1)


def test_a_reordered_delivery_comes_after_the_next_one(wire):
    wired = wire(only("reorder"))
    wired.comment("first")
    wired.comment("second")
    wired.deliveries.settle()
    said = [json.loads(body)["comment"]["body"] for _, body in wired.receiver.came]
    assert said == ["second", "first"]


def test_nothing_is_held_back_for_ever(wire):
    wired = wire(only("reorder"))
    wired.comment("alone")
    wired.deliveries.settle()
    assert len(wired.receiver.came) == 1


def test_a_delayed_delivery_comes_by_itself_when_it_is_due(wire):
    wired = wire(only("delay", seconds=0.05))
    wired.comment()
    assert wired.receiver.entered.wait(10)
    wired.deliveries.settle()
    assert len(wired.receiver.came) == 1


def test_settle_does_not_wait_for_delays(wire):
    wired = wire(only("delay", seconds=3600))
    wired.comment()
    wired.deliveries.settle()
    assert len(wired.receiver.came) == 1


@pytest.mark.parametrize("kind", ["tamper", "forge"])
def test_a_changed_body_or_another_secret_does_not_fit_the_signature(wire, kind):
    wired = wire(only(kind))
    wired.comment()
    wired.comment()
    wired.deliveries.settle()
    assert [wired.receiver.valid(0), wired.receiver.valid(1)] == [False, True]


def test_a_payload_beyond_the_cap_is_lost_without_a_word(wire, monkeypatch):
    monkeypatch.setattr("tests.fakegithub.deliveries.CAP", 100)
    wired = wire()
    wired.comment()
    wired.deliveries.settle()
    assert (wired.receiver.came, wired.log()) == ([], [])


def test_the_log_forgets_after_three_days_on_githubs_clock(wire):
    wired = wire()
    wired.comment()
    wired.deliveries.settle()
    wired.scene.town.world.clock.advance(timedelta(days=3, seconds=1).total_seconds())
    wired.comment()
    wired.deliveries.settle()
    assert len(wired.log()) == 1


def test_many_at_once_all_arrive(wire):
    wired = wire(workers=8)
    for _ in range(40):
        wired.comment()
    wired.deliveries.settle()
    assert wired.receiver.events() == ["issue_comment"] * 40


def test_a_seed_draws_the_same_fates_again_and_lets_redeliveries_through(wire):
    wired = wire()
    wired.comment()
    wired.deliveries.settle()
    entry = wired.log()[0]
    shares = {"drop": 0.2, "delay": 0.2, "duplicate": 0.1}
    one, two = seeded(7, shares), seeded(7, shares)
    drawn = [one(entry) for _ in range(200)]
    assert drawn == [two(entry) for _ in range(200)]
    kinds = [fate.kind for fate in drawn]
    assert set(kinds) == {"drop", "delay", "duplicate", "deliver"}
    assert 20 < kinds.count("drop") < 60
    assert all(0 < fate.seconds < 0.2 for fate in drawn if fate.kind == "delay")
    entry.redelivery = True
    assert {one(entry).kind for _ in range(200)} == {"deliver"}


def test_any_mixture_of_fates_settles_and_loses_only_what_it_says(wire):
    kinds = ["drop", "vanish", "delay", "duplicate", "reorder", "tamper", "forge"]
    drawn = []
    draw = seeded(3, dict.fromkeys(kinds, 0.12))

    def policy(delivery):
        fate = draw(delivery)
        drawn.append((fate.kind, delivery.guid))
        return fate

    wired = wire(policy, workers=4)
    for _ in range(60):
        wired.comment()
    wired.deliveries.settle()
    came = {headers["x-github-delivery"] for headers, _ in wired.receiver.came}
    lost = {guid for kind, guid in drawn if kind in {"drop", "vanish"}}
    assert {kind for kind, _ in drawn} == {*kinds, "deliver"}
    assert came == {guid for _, guid in drawn} - lost


def test_nothing_is_sent_once_closed(wire):
    wired = wire()
    wired.deliveries.close()
    wired.comment()
    assert wired.receiver.came == []
    wired.scene.town.world.listeners.append(wired.deliveries.hear)
