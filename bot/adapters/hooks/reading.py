"""Reading a delivery: event and raw body in, one value out; it never raises.

Event and action are looked up first: what nobody asked for is `Irrelevant`, whatever it
looks like inside. What should concern us and does not fit is `Unreadable`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from pydantic import ValidationError

from bot.adapters.hooks import checking, conversation, owning
from bot.adapters.hooks.parts import Part
from bot.domain.hooks import (
    Hook,
    InstallationWhy,
    Irrelevant,
    PullWhy,
    RepositoryWhy,
    Unreadable,
)

_FORM = b"payload="
_REACH = {InstallationWhy.REPOSITORIES_ADDED, InstallationWhy.REPOSITORIES_REMOVED}
_SUFFICES = 100


class _Deed(Part):
    action: str | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    """An event: the model of its payload, what to make of it, for which actions."""

    model: type[Part]
    make: Callable[[Any], Hook]
    actions: Collection[str | None]


_KINDS: dict[str, _Kind] = {
    "pull_request": _Kind(
        conversation.PullPayload, conversation.pull, frozenset(PullWhy)
    ),
    "issue_comment": _Kind(
        conversation.CommentPayload,
        conversation.comment,
        {"created", "edited", "deleted"},
    ),
    "pull_request_review": _Kind(
        conversation.ReviewPayload,
        conversation.review,
        {"submitted", "edited", "dismissed"},
    ),
    "check_run": _Kind(
        checking.RunPayload, checking.run, {"rerequested", "requested_action"}
    ),
    "check_suite": _Kind(checking.SuitePayload, checking.suite, {"rerequested"}),
    "merge_group": _Kind(
        checking.GroupPayload, checking.group, {"checks_requested", "destroyed"}
    ),
    "push": _Kind(checking.PushPayload, checking.push, {None}),
    "installation": _Kind(
        owning.InstallationPayload,
        owning.installation,
        frozenset(InstallationWhy) - _REACH,
    ),
    "installation_repositories": _Kind(owning.ReachPayload, owning.reach, _REACH),
    "repository": _Kind(
        owning.RepositoryPayload, owning.repository, frozenset(RepositoryWhy)
    ),
}

EVENTS = frozenset(_KINDS)
"""The events that are read."""


def read(event: str, body: bytes) -> Hook:
    """What a delivery says; `body` is the raw one, whose signature was checked."""
    kind = _KINDS.get(event)
    if kind is None:
        return Irrelevant(f"event {event[:_SUFFICES]}")
    text = _unwrapped(body)
    try:
        action = _Deed.model_validate_json(text).action
        if action not in kind.actions:
            return Irrelevant(f"{event} {(action or 'without action')[:_SUFFICES]}")
        return kind.make(kind.model.model_validate_json(text))
    except ValidationError as fault:
        return Unreadable(_sentence(event, fault))


def _unwrapped(body: bytes) -> bytes:
    """The JSON text, also of a hook that was set to send forms."""
    if not body.startswith(_FORM):
        return body
    fields = parse_qs(body.decode(errors="replace"))
    return fields.get("payload", [""])[0].encode()


def _sentence(event: str, fault: ValidationError) -> str:
    """Where the payload does not fit, in a sentence without anything from it."""
    first = fault.errors(include_url=False, include_context=False, include_input=False)
    place = ".".join(str(step) for step in first[0]["loc"])
    if not place:
        return f"The body of the {event} delivery is not a JSON object that fits."
    kind = first[0]["type"].replace("_", " ")
    return f"The {event} delivery does not fit at `{place}`: {kind}."
