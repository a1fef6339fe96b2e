"""Takes webhooks in: bounded, signed, kept durably, answered 202; nothing else.

What a delivery says is read later, from the inbox. A delivery that could not be kept is
answered 503, so that GitHub's log shows it as failed and it can be sent again; our own
log says it of the first of many. Signatures that are refused it tells now and then.
"""

import asyncio
import logging
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.app.hooks import Delivery, Inbox
from bot.domain.errors import MachineryFault
from bot.web.body import Limits, Reading, Refusal
from bot.web.keeping import Keeper
from bot.web.signature import Check, Secrets, signed

LOG = logging.getLogger("seedgate")
SIGNATURE = "x-hub-signature-256"
GUID = "x-github-delivery"
EVENT = "x-github-event"

_GUID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)

UNSIGNED = Refusal(401, "The signature is missing or wrong.")
NAMELESS = Refusal(400, "The header X-GitHub-Delivery is missing or no GUID.")
EVENTLESS = Refusal(400, "The header X-GitHub-Event is missing or no event's name.")
NOT_KEPT = Refusal(503, "The delivery could not be kept. Send it again later.")

REFUSED_S = 300.0
"""How long it is not said again that signatures are refused."""
REFUSED = (
    "Webhooks without a signature, or signed with another secret than ours, are "
    "answered 401. If they are GitHub's (`seedgate doctor` tells), set the webhook "
    "secret of the App's settings in SEEDGATE_WEBHOOK_SECRET."
)
SLOW = "The store does not answer in time."


class Receiver:
    """`POST` of a webhook; `now` gives Unix seconds."""

    def __init__(
        self,
        inbox: Inbox,
        secrets: Secrets,
        now: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        """Keep what comes, and is signed with one of `secrets`, in `inbox`."""
        self._limits = limits or Limits()
        self._secrets = secrets
        self._now = now
        self._reading = Reading(self._limits)
        self._keeper = Keeper(inbox)
        self._failing = False
        self._refused_at: float | None = None

    async def receive(self, request: Request) -> Response:
        """The answer to one request."""
        taken = await self._taken(request)
        if taken is UNSIGNED:
            self._complain_of_signatures()
        if isinstance(taken, Refusal):
            return _refused(taken)
        return await self._kept(taken)

    async def _taken(self, request: Request) -> Delivery | Refusal:
        signature = signed(_single(request, SIGNATURE))
        if signature is None:  # nothing is read for somebody who does not even try
            return UNSIGNED
        check = Check(self._secrets)
        body = await self._reading.read(request, check.take)
        if isinstance(body, Refusal):
            return body
        if not check.agrees(signature):
            return UNSIGNED
        return self._named(request, body)

    def _named(self, request: Request, body: bytes) -> Delivery | Refusal:
        guid, event = _single(request, GUID), _single(request, EVENT)
        if guid is None or not _GUID.fullmatch(guid):
            return NAMELESS
        if event is None or not _EVENT.fullmatch(event):
            return EVENTLESS
        return Delivery(guid, event, body, self._now())

    async def _kept(self, delivery: Delivery) -> Response:
        try:
            async with asyncio.timeout(self._limits.keep_s):
                await self._keeper.keep(delivery)
        except (MachineryFault, TimeoutError) as fault:
            self._complain(str(fault) or SLOW)
            return _refused(NOT_KEPT)
        if self._failing:
            self._failing = False
            LOG.info("Webhooks are kept again.")
        return PlainTextResponse("Kept.\n", 202)

    def _complain_of_signatures(self) -> None:
        """In the log, now and then: anybody may send us anything."""
        now = self._now()
        if self._refused_at is None or abs(now - self._refused_at) >= REFUSED_S:
            self._refused_at = now
            LOG.warning(REFUSED)

    def _complain(self, why: str) -> None:
        """In the log, where it was not said since one was kept."""
        if not self._failing:
            self._failing = True
            LOG.warning("Webhooks cannot be kept, and are answered 503: %s", why)


def _single(request: Request, name: str) -> str | None:
    """The header's value, if it was sent once: of two nobody knows which counts."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else None


def _refused(refusal: Refusal) -> Response:
    """The answer; the connection ends, since its body may not have been read."""
    headers = {"connection": "close"}
    if refusal.status == NOT_KEPT.status:
        headers["retry-after"] = "10"
    return PlainTextResponse(f"{refusal.sentence}\n", refusal.status, headers)
