"""Is this body from GitHub: HMAC-SHA256 over the raw bytes, with up to two secrets.

GitHub's docs, "Validating webhook deliveries".
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from bot.domain.errors import UserFault

_HEADER = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The webhook secrets that count, at least one; while rotating there are two."""

    values: tuple[bytes, ...] = field(repr=False)


def secrets(current: str, former: str | None = None) -> Secrets:
    """The secrets, as they are typed; `former` counts too until it is taken away.

    Raises `UserFault` for an empty one: anybody could sign with that.
    """
    for name, value in (("webhook secret", current), ("former secret", former)):
        if value is not None and not value.strip():
            problem = f"The {name} is empty, so that anybody could sign with it."
            raise UserFault(problem, "Set the secret that the App has on GitHub.")
    given = (current,) if former is None else (current, former)
    return Secrets(tuple(one.encode() for one in given))


def signed(header: str | None) -> bytes | None:
    """The signature in `X-Hub-Signature-256`, in hexadecimal; None if it has none."""
    found = _HEADER.fullmatch(header or "")
    return None if found is None else found[1].encode()


class Check:
    """Takes a body piece by piece, then says whether a signature is right."""

    def __init__(self, secrets: Secrets) -> None:
        """Begin with nothing taken."""
        self._sums = [hmac.new(one, b"", hashlib.sha256) for one in secrets.values]

    def take(self, piece: bytes) -> None:
        """Add the next bytes of the body."""
        for one in self._sums:
            one.update(piece)

    def agrees(self, signature: bytes) -> bool:
        """Whether a secret made `signature`; all are tried, in the same time."""
        made = [one.hexdigest().encode() for one in self._sums]
        right = [hmac.compare_digest(one, signature) for one in made]
        return any(right)
