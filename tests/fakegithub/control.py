"""The control port: people, Apps, faults, deliveries and the clock, over HTTP.

Every call is a POST of a JSON object to `/name`; the answer is a JSON object with
`done`, or `refused` with a sentence (status 422). The names are in `CONTROLS`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass
from typing import Any

from tests.fakegithub import fates, pull_changes
from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.deeds import app, deeds, do, repository, told
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.faults import Chance, Fault
from tests.fakegithub.people import Town
from tests.fakegithub.records import Json
from tests.fakegithub.server import FakeGitHub

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Given = dict[str, Json]


@dataclass(slots=True)
class Control:
    """The ASGI app of the control port."""

    town: Town
    fake: FakeGitHub
    deliveries: Deliveries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one call."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, said = await asyncio.to_thread(self.answer, scope["path"], body)
        packed = json.dumps(said, default=str).encode()
        headers = [(b"content-type", b"application/json")]
        headers.append((b"content-length", str(len(packed)).encode()))
        await send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        await send({"type": "http.response.body", "body": packed})

    def answer(self, path: str, body: bytes) -> tuple[int, Json]:
        """Does what a path asks with the values of a body."""
        control = CONTROLS.get(path.strip("/"))
        if control is None:
            return 404, {"refused": f"the controls are {', '.join(sorted(CONTROLS))}"}
        try:
            given = json.loads(body or b"{}")
            return 200, {"done": control(self, given)}
        except Refused as refused:
            said = refused.message
            return 422, {"refused": said, "errors": refused.errors}
        except (KeyError, TypeError, ValueError, TimeoutError) as fault:
            return 422, {"refused": f"{type(fault).__name__}: {fault}"}

    # People and Apps.

    def people_do(self, given: Given) -> Json:
        """`who`, `deed`, and `with` its arguments."""
        return do(self.town, given["who"], given["deed"], given.get("with", {}))

    def list_deeds(self, given: Given) -> Json:
        """What people can do, with the parameters."""
        return {name: str(signature) for name, signature in deeds().items()}

    def organization(self, given: Given) -> Json:
        """A new organization of this `login`; its account id."""
        return self.town.organization(given["login"])

    def register_app(self, given: Given) -> Json:
        """An App: `slug`, `owner`, `permissions`, `events`, key, secret and hook."""
        owner = self.town.person(given["owner"])
        made = self.town.app(
            given["slug"], owner, given["permissions"], given.get("events", ())
        )
        with self.town.world.lock:
            for name in ("public_key", "webhook_secret", "hook_url"):
                setattr(made, name, given.get(name, getattr(made, name)))
        return told(made)

    def hook(self, given: Given) -> Json:
        """Where the webhooks of `app` go from now on."""
        with self.town.world.lock:
            found = app(self.town, given["app"])
            found.hook_url = given["url"]
            found.hook_active = given.get("active", True)
        return told(found)

    def page(self, given: Given) -> Json:
        """The page of `number` in `repository`, which now counts as read."""
        with self.town.world.lock:
            place = repository(self.town, given["repository"])
            return self.town.page(place, given["number"])

    def unread(self, given: Given) -> Json:
        """What bots said that nobody has read."""
        with self.town.world.lock:
            return self.town.unread()

    def judge(self, given: Given) -> Json:
        """Whether GitHub would let `number` of `repository` merge, and why not."""
        with self.town.world.lock:
            place = Place(self.town.world, repository(self.town, given["repository"]))
            pull = place.repository.pulls[given["number"]]
            judged = pull_changes.judge(place, pull)
        return {"allowed": judged.allowed, "why_not": list(judged.why_not)}

    def run_queue(self, given: Given) -> Json:
        """Moves the merge queue of `repository` on; numbers that merged."""
        found = repository(self.town, given["repository"])
        return self.town.runs_queue(found, given.get("branch", "main"))

    # Time and trouble.

    def clock(self, given: Given) -> Json:
        """Moves the clock by `advance` seconds; `skew` is the clients'."""
        with self.town.world.lock:
            clock = self.town.world.clock
            clock.advance(given.get("advance", 0.0))
            clock.skew = given.get("skew", clock.skew)
            return clock.seconds()

    def plan(self, given: Given) -> Json:
        """Plans `faults`: operation, kind, nth, when, times, seconds, retry_after."""
        with self.town.world.lock:
            self.fake.faults.plan(*(Fault(**one) for one in given["faults"]))
            return len(self.fake.faults.pending)

    def chance(self, given: Given) -> Json:
        """Faults at random: seed, rate, operations, kinds, seconds, retry_after."""
        with self.town.world.lock:
            chosen = (
                {**given, "kinds": tuple(given["kinds"])} if "kinds" in given else given
            )
            self.fake.faults.chance = Chance(**chosen)
        return None

    def clear(self, given: Given) -> Json:
        """Takes all faults back; deliveries arrive again."""
        with self.town.world.lock:
            self.fake.faults.clear()
            self.deliveries.policy = fates.faithful
        return None

    def delivering(self, given: Given) -> Json:
        """`vanish`: true loses all; else fates by `seed`, `shares` and `longest`."""
        with self.town.world.lock:
            if given.get("vanish"):
                self.deliveries.policy = fates.nothing
            else:
                self.deliveries.policy = fates.seeded(**given)
        return None

    def settle(self, given: Given) -> Json:
        """Waits until every delivery has its answer."""
        self.deliveries.settle(given.get("timeout", 30.0))
        return None

    def ledger(self, given: Given) -> Json:
        """Breaks, violations, faults that struck, operations, and counts of calls."""
        with self.town.world.lock:
            gateway = self.fake.gateway
            counts: dict[str, int] = {}
            for seen in gateway.log:
                counts[seen.operation] = counts.get(seen.operation, 0) + 1
            return {
                "breaks": [asdict(one) for one in gateway.breaks],
                "violations": [asdict(one) for one in self.fake.limits.violations],
                "struck": [[op, fault.kind] for op, fault in self.fake.faults.struck],
                "never_exercised": gateway.never_exercised(),
                "calls": counts,
            }


CONTROLS: dict[str, Callable[[Control, Given], Json]] = {
    "do": Control.people_do,
    "deeds": Control.list_deeds,
    "organization": Control.organization,
    "app": Control.register_app,
    "hook": Control.hook,
    "page": Control.page,
    "unread": Control.unread,
    "judge": Control.judge,
    "queue": Control.run_queue,
    "clock": Control.clock,
    "faults": Control.plan,
    "chance": Control.chance,
    "clear": Control.clear,
    "deliveries": Control.delivering,
    "settle": Control.settle,
    "ledger": Control.ledger,
}
