"""Who the App is to GitHub: its own JWT, and narrow tokens of installations.

A token is minted for one repository and for what the App does there, kept for 50 of its
60 minutes, and never looked at: not its length, not its form.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github.Auth import AppAuth

from bot.adapters.github.asking import MADE, Ask, Asker
from bot.adapters.github.lines import Request
from bot.adapters.github.owner_wire import INSTALLATION, TOKEN
from bot.domain.errors import UserFault
from bot.domain.github import GitHubError, Refused, Secret

KEPT_S = 50 * 60.0
NARROW_S = 60.0
"""How long one with less than was wanted is kept: the account may accept more soon, and
GitHub gives no more to a token that there is."""
BACK_S = 60
LASTS_S = 300
OFF_S = 10.0
"""A JWT that is dated otherwise by less than this is as good as the next one."""
_RANK = {"read": 1, "write": 2, "admin": 3}


class AppCredential:
    """The App's JWT; its key is read and checked once, which takes longest."""

    def __init__(
        self,
        app: int,
        private_key: Secret,
        their_now: Callable[[], float] = time.time,
    ) -> None:
        """`their_now` is GitHub's clock, as far as it is known: it judges the JWT.

        Raises `UserFault` for a key that is none.
        """
        self.caller = f"app {app}"
        self._app = str(app)
        self._their_now = their_now
        key = partial(_same, _key(private_key))
        self._sign = AppAuth.create_jwt_sign(key, "RS256")

    def show(self) -> Secret:
        """A JWT of five minutes, dated a minute back."""
        now = int(self._their_now())
        times = {"iat": now - BACK_S, "exp": now + LASTS_S}
        signed = self._sign({**times, "iss": self._app})
        return Secret(signed.decode() if isinstance(signed, bytes) else signed)

    def spoilt(self, used: Secret) -> bool:
        """Whether the answer told that GitHub's clock is not what we took it for.

        One with the same date would be taken as little as this one.
        """
        return abs(self._their_now() - BACK_S - _dated(used)) > OFF_S


def _dated(jwt: Secret) -> float:
    """When a JWT of ours says that it was issued."""
    claims = jwt.revealed.split(".")[1]
    return float(json.loads(base64.urlsafe_b64decode(claims + "=="))["iat"])


def _same(key: Any) -> Any:
    return key


def _key(private_key: Secret) -> Any:
    """The key; nothing of it gets into the words of a fault."""
    try:
        key = load_pem_private_key(private_key.revealed.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if isinstance(key, RSAPrivateKey):
        return key
    raise UserFault(
        "The App's private key cannot be read.",
        "Give the whole PEM file that GitHub made, without a password.",
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """What a token is for; no repository means all of the installation."""

    installation: int
    repository: int | None
    permissions: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    secret: Secret | None = None
    until: float = 0.0


class Tokens:
    """Tokens by reach; one thread mints, the others wait for what it gets."""

    def __init__(
        self, asker: Asker, app: AppCredential, now: Callable[[], float]
    ) -> None:
        """`now` is our clock: how long a token is kept does not hang on GitHub's."""
        self._asker = asker
        self._app = app
        self._now = now
        self._kept: dict[Reach, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, reach: Reach) -> Secret:
        """A token that is not older than 50 minutes."""
        kept = self._of(reach)
        with kept.lock:
            if kept.secret is None or self._now() >= kept.until:
                kept.secret, lasts = self._mint(reach)
                kept.until = self._now() + lasts
            return kept.secret

    def drop(self, reach: Reach, used: Secret) -> None:
        """GitHub did not take it; a newer one that somebody has got since stays."""
        kept = self._of(reach)
        with kept.lock:
            if kept.secret == used:
                kept.secret = None

    def forget(self, reach: Reach) -> None:
        """Somebody else was not taken with it: the next one is minted."""
        kept = self._of(reach)
        with kept.lock:
            kept.secret = None

    def _of(self, reach: Reach) -> _Kept:
        with self._lock:
            return self._kept.setdefault(reach, _Kept())

    def _mint(self, reach: Reach) -> tuple[Secret, float]:
        """With what the account has accepted, where it has not accepted all.

        And for how long it is kept (seconds).
        """
        try:
            return self._minted(reach, dict(reach.permissions)), KEPT_S
        except GitHubError as fault:
            if not isinstance(fault.failure, Refused):
                raise
        path = f"/app/installations/{reach.installation}"
        found = self._asker.read(self._app, Ask(Request("GET", path)), INSTALLATION)
        granted = _granted(dict(reach.permissions), found.permissions)
        return self._minted(reach, granted), NARROW_S

    def _minted(self, reach: Reach, permissions: dict[str, str]) -> Secret:
        body: dict[str, Any] = {"permissions": permissions}
        if reach.repository is not None:
            body["repository_ids"] = [reach.repository]
        path = f"/app/installations/{reach.installation}/access_tokens"
        ask = Ask(Request("POST", path, body=body), MADE)
        return self._asker.read(self._app, ask, TOKEN).value()


def _granted(wanted: Mapping[str, str], granted: Mapping[str, str]) -> dict[str, str]:
    """What is wanted and granted, each at the lower level."""
    return {
        name: min(level, granted[name], key=lambda one: _RANK.get(one, 0))
        for name, level in wanted.items()
        if name in granted
    }


@dataclass(frozen=True, slots=True)
class InstallationCredential:
    """The App where it is installed, as far as a reach goes."""

    tokens: Tokens
    reach: Reach

    @property
    def caller(self) -> str:
        """Limits count for the whole installation."""
        return f"installation {self.reach.installation}"

    def show(self) -> Secret:
        """The token."""
        return self.tokens.get(self.reach)

    def spoilt(self, used: Secret) -> bool:
        """Another one will be minted."""
        self.tokens.drop(self.reach, used)
        return True
