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
LONGEST_REST_S = 3_900.0
"""No limit of GitHub's lasts longer than its hour: who says more is believed so far."""
LIMITED_WORDS = ("rate limit", "abuse detection")
"""What GitHub says of its limits, and older servers of the secondary one."""
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
        or any(one in said.lower() for one in LIMITED_WORDS)
        or _limited_until(answered.headers, now) is not None
    )
    if limited:
        return limit_of(answered, now)
    needs = answered.headers.get("x-accepted-github-permissions", "")
    listed = tuple(one.strip() for one in needs.split(";") if one.strip())
    return Forbidden(listed, said)


def _limited_until(headers: Mapping[str, str], now: float) -> float | None:
    """When GitHub says to come back: `Retry-After`, else the end of the hour.

    Both may come from a proxy as well, so any number is possible.
    """
    after = headers.get("retry-after", "")
    if after:
        wait = _wait(after, headers, now)
    elif headers.get("x-ratelimit-remaining") == "0":
        wait = _until(_number(headers.get("x-ratelimit-reset", "")), headers, now)
    else:
        return None
    return now + min(max(wait, 1.0), LONGEST_REST_S)


def _wait(after: str, headers: Mapping[str, str], now: float) -> float:
    """`Retry-After` in seconds: it is told as such, or as a moment."""
    wait = _number(after)
    return _until(_moment(after), headers, now) if wait is None else wait


def _until(moment: float | None, headers: Mapping[str, str], now: float) -> float:
    """Seconds until a moment by GitHub's clock; a while where nobody can read it."""
    return LEAST_REST_S if moment is None else moment - _their_now(headers, now)


def _moment(text: str) -> float | None:
    """A date as headers have it; None for anything else."""
    return told_time({"date": text})


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
