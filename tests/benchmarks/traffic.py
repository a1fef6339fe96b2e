"""What an App of a busy organisation is sent: mostly what is of no use to it.

Official examples of GitHub, as they would be told of one repository.
"""

import copy
import itertools
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.adapters.hooks.examples import examples

SHARES = {
    "comments without a command": 60,
    "pushes to branches without a pull request": 20,
    "check runs of other Apps": 10,
    "events that nobody reads": 7,
    "pull requests, edited": 2,
    "pull requests, labelled": 1,
}
"""Of a hundred. Each label wakes a look at its pull request, which asks GitHub."""
COMMENT, PUSH, RUN, UNREAD, EDITED, LABELLED = SHARES
WORDS = (
    "LGTM",
    "Could we draw the samples before the loop? I think that saves a copy. " * 12,
    "> /gate run\n\nWhoever wrote this above was quicker than I am.",
    "It fails for me:\n\n```\n/gate accept everything\nTraceback: ...\n```\n" * 4,
)
TOPICS = 50
_SERIAL = 987_654_321_012
"""Stands in the bodies where each delivery has a number of its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens; `pulls` are the numbers of pull requests that are open."""

    repository: int
    full_name: str
    installation: int
    pulls: Sequence[int]


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook; `comment` is the number of the comment that it tells of."""

    event: str
    body: bytes
    comment: int | None


def traffic(place: Place, seed: int = 5) -> Iterator[Hook]:
    """Webhooks for ever; each comment is another one."""
    draw, made = random.Random(seed), _templates(place)
    kinds, weights = list(SHARES), list(SHARES.values())
    for number in itertools.count(10_000_000):
        kind = draw.choices(kinds, weights)[0]
        event, text = draw.choice(made[kind])
        body = text.replace(str(_SERIAL), str(number)).encode()
        yield Hook(event, body, number if kind == COMMENT else None)


def _templates(place: Place) -> dict[str, list[tuple[str, str]]]:
    """By kind: (event, body as text)."""
    every = itertools.product(place.pulls, WORDS)
    return {
        COMMENT: [_told("issue_comment", _comment(*one), place) for one in every],
        PUSH: [_told("push", _push(topic), place) for topic in range(TOPICS)],
        RUN: [
            _told("check_run", one, place) for one in _some("check_run", "completed")
        ],
        UNREAD: [
            _told(event, one, place)
            for event in ("workflow_job", "status", "pull_request_review_comment")
            for one in _some(event)
        ],
        EDITED: [
            _told("pull_request", _touched(number, "edited"), place)
            for number in place.pulls
        ],
        LABELLED: [
            _told("pull_request", _touched(number, "labeled"), place)
            for number in place.pulls
        ],
    }


def _some(event: str, action: str | None = None) -> list[dict[str, Any]]:
    found = [payload for name, payload in examples() if name == event]
    return [one for one in found if action is None or one["action"] == action]


def _told(event: str, payload: dict[str, Any], place: Place) -> tuple[str, str]:
    made = copy.deepcopy(payload)
    made["installation"] = {"id": place.installation, "node_id": "MDIz"}
    made["repository"] |= {"id": place.repository, "full_name": place.full_name}
    return event, json.dumps(made)


def _comment(pull: int, words: str) -> dict[str, Any]:
    made = copy.deepcopy(_some("issue_comment", "created")[0])
    made["issue"] |= {"number": pull, "pull_request": {"url": "https://github.test"}}
    # Of now: what was said long ago, and is settled, is tidied away.
    said = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    times = {"created_at": said, "updated_at": said}
    made["comment"] |= {"id": _SERIAL, "body": words} | times
    return made


def _push(topic: int) -> dict[str, Any]:
    made = copy.deepcopy(_some("push")[0])
    return made | {"ref": f"refs/heads/topic-{topic}", "deleted": False}


def _touched(number: int, action: str) -> dict[str, Any]:
    made = copy.deepcopy(_some("pull_request", "labeled")[0])
    made["pull_request"]["number"] = number
    changes = {"changes": {"title": {"from": "Another title"}}}
    return made | {"action": action, "number": number} | changes
