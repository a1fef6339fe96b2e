"""From happenings to webhook payloads, and which Apps get them.

Every payload is judged by GitHub's own webhook schema, and more strictly than GitHub
asks: a key that the schema does not name is a fault of the fake.
"""

import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass

import jsonschema_rs

from tests.fakegithub.owner_payloads import ghost, installation_of, organization
from tests.fakegithub.payloads import PAYLOADS
from tests.fakegithub.records import App, Installation, Json, Repository
from tests.fakegithub.schemas import first_fault, inlined, load, modern, strict
from tests.fakegithub.shapes import basics, repositories
from tests.fakegithub.state import Happening, World

# What an App must be allowed to read to hear of an event.
PERMISSION = {
    "check_run": "checks",
    "check_suite": "checks",
    "issue_comment": "issues",
    "issues": "issues",
    "merge_group": "merge_queues",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "push": "contents",
    "repository": "metadata",
    "status": "statuses",
}
# These come by themselves with checks:write, subscribed or not.
AUTOMATIC = {"check_run", "check_suite"}
# And these come only to the App whose run or suite it is.
OWN = {
    ("check_run", "rerequested"),
    ("check_run", "requested_action"),
    ("check_suite", "requested"),
    ("check_suite", "rerequested"),
}
# GitHub leaves these empty when a person or a fork is gone, whatever it describes.
_GONE = frozenset(
    {
        ("comment", "user"),
        ("issue", "user"),
        ("pull_request", "user"),
        ("pull_request", "head", "repo"),
        ("pull_request", "head", "user"),
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """One payload for one App."""

    app_id: int
    installation_id: int | None
    repository_id: int | None
    event: str
    action: str | None
    payload: dict[str, Json]


class BadPayloadError(AssertionError):
    """The fake made a payload that GitHub would not send."""


def messages(world: World, happening: Happening) -> list[Message]:
    """What each App is told of a happening, as the world is at this moment."""
    made = [_message(world, happening, *to) for to in _audience(world, happening)]
    for message in made:
        if fault := payload_fault(message.event, message.action, message.payload):
            raise BadPayloadError(f"{message.event} {message.action}: {fault}")
    return made


def payload_fault(event: str, action: str | None, payload: Json) -> str | None:
    """What is wrong with a payload by the strict schema; None when nothing is."""
    key = f"{event}/{action}" if f"{event}/{action}" in _bodies()["bodies"] else event
    if key not in _bodies()["bodies"]:
        return f"GitHub has no event {event} with action {action}"
    return first_fault(_validator(key), _peopled(payload))


def _peopled(payload: Json) -> Json:
    """The payload with somebody in the places of those who are gone."""
    filled = payload
    for *way, last in _GONE:
        holder = _down(filled, way)
        if holder is not None and holder.get(last, "") is None:
            if filled is payload:
                filled = copy.deepcopy(payload)
            _down(filled, way)[last] = _stand_in(payload, last)
    return filled


def _down(node: Json, way: list[str]) -> Json:
    for step in way:
        node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else None


def _stand_in(payload: Json, last: str) -> Json:
    if last == "repo":
        return payload["pull_request"]["base"]["repo"]
    return {k: v for k, v in payload["sender"].items() if k != "user_view_type"}


@functools.cache
def _bodies() -> Json:
    return load("webhooks.json.gz")


@functools.cache
def _validator(key: str) -> jsonschema_rs.Validator:
    schema = modern(inlined(_bodies(), _bodies()["bodies"][key]))
    return jsonschema_rs.validator_for(
        strict(_with_newer_apps(schema)), validate_formats=True
    )


def _with_newer_apps(node: Json) -> Json:
    """Some descriptions of an App are older than the merge queue and client ids."""
    if isinstance(node, list):
        return [_with_newer_apps(value) for value in node]
    if not isinstance(node, dict):
        return node
    made = {key: _with_newer_apps(value) for key, value in node.items()}
    names = made.get("properties")
    if isinstance(names, dict) and {"events", "permissions", "slug"} <= names.keys():
        text = {"type": "string"}
        names |= {
            "client_id": text,
            "events": {"type": "array", "items": text},
            "permissions": {"type": "object", "additionalProperties": text},
        }
    return made


# Who hears of it.


def _audience(
    world: World, happening: Happening
) -> Iterator[tuple[App, Installation | None]]:
    if happening.event == "ping":
        yield world.apps[happening.subject or 0], None
        return
    if happening.event in {"installation", "installation_repositories"}:
        installation = installation_of(world, happening)
        yield world.apps[installation.app_id], installation
        return
    if happening.event not in PERMISSION:
        return
    repository = world.repositories[happening.repository_id or 0]
    for installation in world.installations.values():
        app = world.apps[installation.app_id]
        if _hears(world, installation, repository, happening):
            yield app, installation


def _hears(
    world: World,
    installation: Installation,
    repository: Repository,
    happening: Happening,
) -> bool:
    if installation.suspended_at or not world.covers(installation, repository):
        return False
    event = happening.event
    level = installation.permissions.get(PERMISSION[event])
    if PERMISSION[event] != "metadata" and level is None:
        return False
    if (event, happening.action) in OWN:
        owner = _check_owner(repository, happening)
        return level == "write" and owner == installation.app_id
    automatic = event in AUTOMATIC and level == "write"
    return automatic or event in installation.events


def _check_owner(repository: Repository, happening: Happening) -> int:
    subject = happening.subject or 0
    if happening.event == "check_run":
        return repository.runs[subject].app_id
    return repository.suites[subject].app_id


# What it says.


def _message(
    world: World, happening: Happening, app: App, installation: Installation | None
) -> Message:
    body: dict[str, Json] = {}
    if happening.action is not None:
        body["action"] = happening.action
    body |= PAYLOADS[happening.event](world, happening)
    if happening.event != "ping":
        body |= _common(world, happening)
    if installation is not None and "installation" not in body:
        body["installation"] = {
            "id": installation.id,
            "node_id": basics.node_id("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u", 1),
        }
    return Message(
        app.id,
        installation.id if installation else None,
        happening.repository_id,
        happening.event,
        happening.action,
        body,
    )


def _common(world: World, happening: Happening) -> dict[str, Json]:
    sender = basics.account(world, happening.sender_id) or ghost(world)
    said: dict[str, Json] = {"sender": sender}
    if happening.repository_id is not None:
        repository = world.repositories[happening.repository_id]
        said["repository"] = repositories.whole(world, repository)
        owner = world.accounts[repository.owner_id]
        if owner.type == "Organization":
            said["organization"] = organization(world, owner.id)
    return said
