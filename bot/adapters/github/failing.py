"""What an answer that is no success means, by status and headers alone.

PyGithub's own classes are of no use here: it takes a 429 for a plain fault. Both 403
and 429 come for both kinds of limit, with or without `Retry-After` (docs.github.com,
"Best practices for using the REST API").
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from bot.adapters.github.lines import Answered
from bot.adapters.github.their_clock import told_time
from bot.domain.github import (
    Failure,
    Forbidden,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
)

PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
LEAST_REST_S = 60.0
LONGEST_SAID = 300


def failure_of(answered: Answered, now: float) -> Failure:
    """The failure; `now` in seconds since the epoch by our clock."""
    status, said = answered.status, _said(answered)
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorised(said)
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return _kept_out(answered, said, now)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return NotFound(said)
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Transient(f"{status} {said}".strip())
    if status >= HTTPStatus.BAD_REQUEST:
        return Refused(said, _details(answered))
    return Odd(f"status {status}")


def limit_of(answered: Answered, now: float) -> RateLimited:
    """How long an answer that tells of a limit keeps us out."""
    until = _limited_until(answered.headers, now)
    return RateLimited(now + LEAST_REST_S if until is None else until)


def _kept_out(answered: Answered, said: str, now: float) -> Failure:
    limited = (
        answered.status == HTTPStatus.TOO_MANY_REQUESTS
        or "rate limit" in said.lower()
        or _limited_until(answered.headers, now) is not None
    )
    if limited:
        return limit_of(answered, now)
    needs = answered.headers.get("x-accepted-github-permissions", "")
    listed = tuple(one.strip() for one in needs.split(";") if one.strip())
    return Forbidden(listed, said)


def _limited_until(headers: Mapping[str, str], now: float) -> float | None:
    """When GitHub says to come back: `Retry-After`, else the end of the hour."""
    wait = _number(headers.get("retry-after", ""))
    if wait is not None:
        return now + max(wait, 1.0)
    if headers.get("x-ratelimit-remaining") != "0":
        return None
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if reset is None:
        return now + LEAST_REST_S
    return now + max(reset - _their_now(headers, now), 1.0)


def _their_now(headers: Mapping[str, str], now: float) -> float:
    """GitHub's clock, which the reset is told by; ours may be off."""
    told = told_time(headers)
    return now if told is None else told


def _number(text: str) -> float | None:
    """A count of seconds; None for anything else."""
    return float(text) if text.isascii() and text.isdigit() else None


def _said(answered: Answered) -> str:
    """GitHub's sentence; nothing of a body that is not GitHub's."""
    said = _body(answered).get("message")
    return said[:LONGEST_SAID] if isinstance(said, str) else ""


def _details(answered: Answered) -> tuple[str, ...]:
    """What a 422 says of each field, in short."""
    errors = _body(answered).get("errors")
    listed = errors if isinstance(errors, list) else []
    return tuple(_detail(one)[:LONGEST_SAID] for one in listed)


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    told = [error.get(name) for name in ("field", "code", "message")]
    return " ".join(str(one) for one in told if one)


def _body(answered: Answered) -> dict[str, object]:
    try:
        found = json.loads(answered.text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
