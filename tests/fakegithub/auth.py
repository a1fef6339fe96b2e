"""Who calls: App JWTs checked for real, installation tokens that expire."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from tests.fakegithub.changes import Refused
from tests.fakegithub.limits import NOBODY
from tests.fakegithub.permissions import exceeding
from tests.fakegithub.records import App, Installation, Json, Token
from tests.fakegithub.state import World

TOKEN_LIFE = timedelta(hours=1)
JWT_LIFE_SECONDS = 600
LONG_TOKEN = 520
SHORT_TOKEN = 40
SUSPENDED = "This installation has been suspended"


@dataclass(frozen=True, slots=True)
class AsApp:
    """An App by its JWT."""

    app: App


@dataclass(frozen=True, slots=True)
class AsInstallation:
    """An App on an account, by an installation token."""

    app: App
    installation: Installation
    token: Token


@dataclass(frozen=True, slots=True)
class Nobody:
    """No credential."""


Caller = AsApp | AsInstallation | Nobody


class Unauthorized(Exception):  # noqa: N818 - GitHub's word for it
    """401 in GitHub's words."""


def who(caller: Caller) -> str:
    """A name of the caller for counters and logs, without its secret."""
    match caller:
        case AsApp(app):
            return f"app {app.id}"
        case AsInstallation(_, installation, _):
            return f"installation {installation.id}"
        case Nobody():
            return NOBODY


def pool(world: World, authorization: str) -> str:
    """Whose requests at once a credential counts among; takes no lock, proves nothing.

    All tokens of an installation are one caller, however many it has.
    """
    secret = authorization.partition(" ")[2]
    if token := world.tokens.get(secret):
        return f"installation {token.installation_id}"
    try:
        said = jwt.decode(secret, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return authorization
    return f"app {said.get('iss')}"


def caller_of(world: World, authorization: str) -> Caller:
    """Who the header's credential belongs to; raises Unauthorized for a bad one."""
    if not authorization:
        return Nobody()
    kind, _, secret = authorization.partition(" ")
    if kind.lower() not in {"bearer", "token"} or not secret:
        raise Unauthorized("Bad credentials")
    if secret.startswith("ghs_"):
        return _installation_of(world, secret)
    if kind.lower() == "bearer" and secret.count(".") == 2:
        return AsApp(_app_of(world, secret))
    raise Unauthorized("Bad credentials")


def _installation_of(world: World, secret: str) -> AsInstallation:
    token = world.tokens.get(secret)
    if token is None or token.revoked or token.expires_at <= world.clock.now():
        raise Unauthorized("Bad credentials")
    installation = world.installations.get(token.installation_id)
    if installation is None:
        raise Unauthorized("Bad credentials")
    return AsInstallation(world.apps[installation.app_id], installation, token)


def _app_of(world: World, secret: str) -> App:
    try:
        said = jwt.decode(secret, options={"verify_signature": False})
    except jwt.InvalidTokenError as fault:
        raise Unauthorized("A JSON web token could not be decoded") from fault
    app = _issuer(world, said.get("iss"))
    try:
        jwt.decode(
            secret,
            app.public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_iss": False},
        )
    except jwt.InvalidTokenError as fault:
        raise Unauthorized("A JSON web token could not be decoded") from fault
    clock = world.clock
    clocks = (clock.base() + clock.skew, clock.seconds() + clock.skew)
    faults = [_time_fault(said, now) for now in clocks]
    if all(faults):
        raise Unauthorized(faults[0])
    return app


def _issuer(world: World, issuer: Any) -> App:
    for app in world.apps.values():
        if str(issuer) in {str(app.id), app.client_id}:
            return app
    raise Unauthorized("Integration not found")


def _time_fault(said: dict[str, Any], now: float) -> str:
    """What is wrong with the times; empty for nothing."""
    for name in ("iat", "exp"):
        if not isinstance(said.get(name), int):
            return f"'{name}' claim must be an Integer"
    if said["iat"] > now:
        return "'Issued at' claim ('iat') is in the future"
    if said["exp"] <= now:
        return "'Expiration time' claim ('exp') has passed"
    if said["exp"] - now > JWT_LIFE_SECONDS:
        return "'Expiration time' claim ('exp') is too far in the future"
    return ""


def mint(
    world: World, installation: Installation, asked: dict[str, Json], *, long: bool
) -> Token:
    """A new token, narrowed as asked; raises Refused for what is not granted."""
    if installation.suspended_at is not None:
        raise Refused(SUSPENDED, status=403)
    wanted = asked.get("permissions") or dict(installation.permissions)
    if exceeding(wanted, installation.permissions):
        raise Refused("The permissions requested are not granted to this installation.")
    token = Token(
        _secret(world, installation.app_id, LONG_TOKEN if long else SHORT_TOKEN),
        installation.id,
        {**wanted, "metadata": "read"},
        _narrowed(world, installation, asked),
        world.clock.now() + TOKEN_LIFE,
    )
    world.tokens[token.value] = token
    return token


def _narrowed(
    world: World, installation: Installation, asked: dict[str, Json]
) -> frozenset[int] | None:
    names = {str(name).lower() for name in asked.get("repositories", ())}
    ids = set(asked.get("repository_ids", ()))
    if not names and not ids:
        return None
    if len(names) + len(ids) > 500:
        raise Refused("Only up to 500 repositories can be asked for.")
    reached = [r for r in world.repositories.values() if world.covers(installation, r)]
    found = {r.id for r in reached if r.id in ids or r.name.lower() in names}
    known = {r.name.lower() for r in reached}
    if not ids <= {r.id for r in reached} or not names <= known:
        raise Refused(
            "There is at least one repository that does not exist or is not "
            "accessible to the parent installation."
        )
    return frozenset(found)


def _secret(world: World, app_id: int, length: int) -> str:
    """A token that repeats with the world: stateless ones are long and have dots."""
    seed = f"{app_id} {world.new_id()}".encode()
    noise = b"".join(hashlib.sha512(seed + bytes([turn])).digest() for turn in range(7))
    text = base64.b64encode(noise, altchars=b"-_").decode().rstrip("=")
    if length == SHORT_TOKEN:
        return "ghs_" + text.replace("-", "a").replace("_", "b")[: length - 4]
    head = f"ghs_{app_id}_{text[:36]}."
    middle = text[36 : 36 + length - len(head) - 44]
    return f"{head}{middle}.{text[-43:]}"
