"""Webhook deliveries: signed, sent in the background by policy, logged, redelivered."""

import heapq
import itertools
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from tests.fakegithub.events import Message, messages
from tests.fakegithub.fates import Fate, Policy, faithful
from tests.fakegithub.records import App, Delivery
from tests.fakegithub.signing import encoded, headers
from tests.fakegithub.state import Happening, World

CAP = 25 * 1024 * 1024  # a larger payload is not delivered, and nothing is said
RETENTION = timedelta(days=3)
TIMEOUT = 10.0


@dataclass(slots=True)
class Deliveries:
    """Listens to the world and delivers; one worker keeps the order of happenings.

    `settle` lets go of what is held back and waits until every answer is in.
    """

    world: World
    policy: Policy = faithful
    workers: int = 1
    timeout: float = TIMEOUT
    _pool: ThreadPoolExecutor = field(init=False)
    _client: httpx.Client = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _flying: int = 0
    _held: list[tuple[float, int, Delivery, Fate]] = field(default_factory=list)
    _turn: "itertools.count[int]" = field(default_factory=itertools.count)
    _closed: bool = False

    def __post_init__(self) -> None:
        """Starts listening."""
        self._pool = ThreadPoolExecutor(self.workers, "delivery")
        self._client = httpx.Client(timeout=self.timeout, trust_env=False)
        threading.Thread(target=self._release_when_due, daemon=True).start()
        self.world.listeners.append(self.hear)
        self.world.redeliver = self.redeliver

    def hear(self, happening: Happening) -> None:
        """Makes this happening's deliveries; called under the world's lock."""
        for message in messages(self.world, happening):
            app = self.world.apps[message.app_id]
            if app.hook_active and app.hook_url:
                self._start(self._written(app, message))

    def redeliver(self, delivery: Delivery) -> None:
        """One more attempt with the same GUID and the same payload."""
        with self.world.lock:
            app = self.world.apps[delivery.app_id]
            again = self._attempt(delivery, app.hook_url)
            again.redelivery = True
            self._start(again)

    def settle(self, timeout: float = 30.0) -> None:
        """Waits until nothing is held back or in flight; raises TimeoutError."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._flying or self._held:
                self._let_go(float("inf"))
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{self._flying} deliveries are still in flight")

    def close(self) -> None:
        """Stops listening, sends no more, waits for what is being sent."""
        self.world.listeners.remove(self.hear)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    # Making a delivery.

    def _written(self, app: App, message: Message) -> Delivery:
        return Delivery(
            id=self.world.new_id(),
            guid=str(uuid.uuid4()),
            app_id=app.id,
            event=message.event,
            action=message.action,
            installation_id=message.installation_id,
            repository_id=message.repository_id,
            url=app.hook_url,
            delivered_at=self.world.clock.now(),
            payload=message.payload,
        )

    def _attempt(self, first: Delivery, url: str) -> Delivery:
        return Delivery(
            id=self.world.new_id(),
            guid=first.guid,
            app_id=first.app_id,
            event=first.event,
            action=first.action,
            installation_id=first.installation_id,
            repository_id=first.repository_id,
            url=url,
            delivered_at=self.world.clock.now(),
            payload=first.payload,
        )

    def _start(self, delivery: Delivery) -> None:
        fate = self.policy(delivery)
        match fate.kind:
            case "vanish":
                return
            case "delay" | "reorder":
                self._hold(delivery, fate)
            case "duplicate":
                self._send(delivery, fate)
                self._send(self._attempt(delivery, delivery.url), fate)
            case _:
                self._send(delivery, fate)

    # Holding back.

    def _hold(self, delivery: Delivery, fate: Fate) -> None:
        wait = fate.seconds if fate.kind == "delay" else float("inf")
        entry = (time.monotonic() + wait, next(self._turn), delivery, fate)
        with self._changed:
            heapq.heappush(self._held, entry)
            self._changed.notify_all()

    def _let_go(self, until: float) -> None:
        """Sends what is due by then; the condition is held."""
        while self._held and self._held[0][0] <= until:
            _, _, delivery, fate = heapq.heappop(self._held)
            self._send(delivery, fate)

    def _release_when_due(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                self._let_go(now)
                due = self._held[0][0] - now if self._held else float("inf")
                self._changed.wait(None if due == float("inf") else due)

    # Sending.

    def _send(self, delivery: Delivery, fate: Fate) -> None:
        with self._changed:
            if self._closed:
                return
            self._flying += 1
        self._pool.submit(self._sent, delivery, fate)

    def _sent(self, delivery: Delivery, fate: Fate) -> None:
        try:
            self._deliver(delivery, fate)
        finally:
            with self._changed:
                self._flying -= 1
                if fate.kind != "reorder":
                    self._overtaken()
                self._changed.notify_all()

    def _overtaken(self) -> None:
        """What waited for another delivery to go first follows it."""
        waiting = [entry for entry in self._held if entry[3].kind == "reorder"]
        self._held = [entry for entry in self._held if entry[3].kind != "reorder"]
        heapq.heapify(self._held)
        for _, _, delivery, fate in sorted(waiting, key=lambda entry: entry[1]):
            self._flying += 1
            self._pool.submit(self._sent, delivery, fate)

    def _deliver(self, delivery: Delivery, fate: Fate) -> None:
        app = self.world.apps[delivery.app_id]
        body = encoded(app, delivery.payload)
        if len(body) > CAP:
            return
        secret = "not the secret" if fate.kind == "forge" else app.webhook_secret
        delivery.headers = headers(app, delivery, body, secret)
        delivery.delivered_at = self.world.clock.now()
        started = time.monotonic()
        if fate.kind == "drop":
            delivery.status = "failed to connect to host"
        else:
            self._post(delivery, body + b" " if fate.kind == "tamper" else body)
        delivery.duration = round(time.monotonic() - started, 3)
        self._log(delivery)

    def _post(self, delivery: Delivery, body: bytes) -> None:
        try:
            answer = self._client.post(
                delivery.url, content=body, headers=delivery.headers
            )
        except httpx.TimeoutException:
            delivery.status = "timed out"
        except httpx.HTTPError:
            delivery.status = "failed to connect to host"
        else:
            delivery.status_code = answer.status_code
            delivery.answer = answer.text
            delivery.answer_headers = dict(answer.headers)
            if not answer.is_success:
                delivery.status = f"Invalid HTTP Response: {answer.status_code}"

    def _log(self, delivery: Delivery) -> None:
        with self.world.lock:
            log = self.world.deliveries
            log.append(delivery)
            oldest = self.world.clock.now() - RETENTION
            while log and log[0].delivered_at < oldest:
                del log[0]
