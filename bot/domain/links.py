"""Addresses of pages and bundles: permanent ones, and ones that are signed for a day.

A permanent address opens nothing by itself, so it may stand anywhere for ever. A signed
one opens one thing until it expires: HMAC-SHA256 over the repository, what it opens and
until when. The generation of a repository's links is signed as well, so that counting
it up revokes every link that was given out.
"""

import hashlib
import hmac
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import UserFault

LONGEST_S = 24 * 3600
"""How long a signed address opens anything at most, seconds."""

SKEW_S = 300
"""By how much the clocks of two instances may differ."""

SHORTEST_SECRET = 16
UNTIL = "until"
SIGNATURE = "signature"

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}", re.ASCII)
_TIME = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_PURPOSE = b"seedgate links, first form"


class Kind(StrEnum):
    """What an address opens; the value is the first part of its path."""

    PAGE = "evaluations"
    BUNDLE = "bundles"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a link opens.

    `repository` is GitHub's number of it, `id` that of an evaluation or a bundle, and
    `generation` that of the repository's links.
    """

    repository: int
    id: str
    kind: Kind
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """What links are signed with; never shown."""

    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signed address carries: until when (Unix seconds), and its signature."""

    until: int
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Good:
    """The signature was made for this subject, and its time is not over."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Expired:
    """The signature was made here, and its time is over."""


@dataclass(frozen=True, slots=True)
class Bad:
    """No signature of ours, or of a link that was revoked."""


Checked = Good | Expired | Bad

NOTHING = Subject(0, "", Kind.PAGE)
"""What is compared with where nothing of that id is kept: nothing is ever signed so."""


def key_of(secret: str) -> Key:
    """The key that belongs to a secret; it is of use for links alone.

    Raises `UserFault` for a secret that is short enough to be guessed.
    """
    if len(secret.strip()) < SHORTEST_SECRET:
        raise UserFault(
            f"The secret for links has fewer than {SHORTEST_SECRET} characters, so "
            "that it could be guessed.",
            "Set SEEDGATE_LINK_SECRET to 32 random characters or more. Where it is not "
            "set, remove the file link-secret in the cache folder: another is made.",
        )
    return Key(hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest())


def is_id(text: str) -> bool:
    """Whether something can be kept under it: up to 64 letters, digits, `-`, `_`."""
    return _ID.fullmatch(text) is not None


def permanent(public: str, kind: Kind, id_: str) -> str:
    """The address that stays and opens nothing; `public` is where we are reached."""
    return f"{public.rstrip('/')}/{kind}/{id_}"


def signed(public: str, subject: Subject, until: int, key: Key) -> str:
    """The address that opens `subject` until then (Unix seconds)."""
    plain = permanent(public, subject.kind, subject.id)
    return f"{plain}?{UNTIL}={until}&{SIGNATURE}={sign(subject, until, key)}"


def expiry(now: float, lasts_s: float = LONGEST_S) -> int:
    """When a link ends that is given out `now` (Unix seconds): a day on at most."""
    return math.floor(now + min(lasts_s, LONGEST_S))


def sign(subject: Subject, until: int, key: Key) -> str:
    """The signature of a link, in hexadecimal."""
    numbers = (subject.repository, subject.generation, until)
    told = "\n".join([subject.kind, *map(str, numbers), subject.id])
    return hmac.new(key.value, told.encode(), hashlib.sha256).hexdigest()


def proof(until: str, signature: str) -> Proof | None:
    """What an address carries, as it was typed; None where it is no proof at all."""
    return Proof(int(until), signature) if _TIME.fullmatch(until) else None


def check(known: Sequence[Subject], given: Proof, now: float, key: Key) -> Checked:
    """Whether the proof is for one of the subjects that are `known` under its id.

    Forks can have an evaluation in common, so there may be several. It takes as long
    where there is none. Only who holds a signature of ours learns that it has expired.
    """
    said = given.signature.encode("utf-8", "replace")
    rows = [(one, sign(one, given.until, key).encode()) for one in known or [NOTHING]]
    right = [one for one, made in rows if hmac.compare_digest(made, said)]
    if not right or given.until > now + LONGEST_S + SKEW_S:
        return Bad()
    return Good(right[0]) if now < given.until else Expired()
