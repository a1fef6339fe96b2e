"""The log of the App's webhook deliveries, by cursor, and asking for one again."""

from datetime import timedelta

from tests.fakegithub import paging
from tests.fakegithub.operations.call import Answer, Call, Handler, not_found
from tests.fakegithub.records import Delivery, Json
from tests.fakegithub.shapes.basics import time_of

KEPT = timedelta(days=3)


def _kept(call: Call) -> list[Delivery]:
    """The App's attempts of the last three days, the newest first."""
    oldest = call.world.clock.now() - KEPT
    return [
        d
        for d in reversed(call.world.deliveries)
        if d.app_id == call.app.id and d.listed and d.delivered_at > oldest
    ]


def list_deliveries(call: Call) -> Answer:
    """Attempts by cursor; `failure` means a status code of 400 to 599 and no more."""
    found = _kept(call)
    if call.query.get("status") == "success":
        found = [d for d in found if 200 <= d.status_code < 400]
    elif call.query.get("status") == "failure":
        found = [d for d in found if 400 <= d.status_code < 600]
    asked = paging.Asked(call.url, call.query)
    shown, headers = paging.cursor_page(found, [d.id for d in found], asked)
    return Answer(200, [_delivery_item(d) for d in shown], headers)


def _delivery_item(found: Delivery) -> dict[str, Json]:
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": time_of(found.delivered_at),
        "redelivery": found.redelivery,
        "duration": found.duration,
        "status": found.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation_id,
        "repository_id": found.repository_id,
        "throttled_at": time_of(found.throttled_at),
    }


def _delivery(call: Call) -> Delivery | None:
    wanted = call.number("delivery_id")
    return next((d for d in _kept(call) if d.id == wanted), None)


def get_delivery(call: Call) -> Answer:
    """One attempt with what was sent and answered."""
    found = _delivery(call)
    if found is None:
        return not_found()
    request = {"headers": found.headers, "payload": found.payload}
    response = {"headers": found.answer_headers, "payload": found.answer}
    body = _delivery_item(found) | {"url": found.url}
    return Answer(200, body | {"request": request, "response": response})


def redeliver(call: Call) -> Answer:
    """Has an attempt made once more, with the same guid."""
    found = _delivery(call)
    if found is None:
        return not_found()
    call.world.redeliver(found)
    return Answer(202, {})


OPERATIONS: dict[str, Handler] = {
    "apps/list-webhook-deliveries": list_deliveries,
    "apps/get-webhook-delivery": get_delivery,
    "apps/redeliver-webhook-delivery": redeliver,
}
