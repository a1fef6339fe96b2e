"""Who may clone, fetch and push: what a git client asks, and GitHub's answers."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal

from tests.fakegithub.records import Repository, Token
from tests.fakegithub.state import Moved, World

Service = Literal["git-upload-pack", "git-receive-pack"]

_READS = {"read", "triage", "write", "maintain", "admin"}
_WRITES = {"write", "maintain", "admin"}
_ENDINGS: dict[str, Service | None] = {
    "/info/refs": None,
    "/git-upload-pack": "git-upload-pack",
    "/git-receive-pack": "git-receive-pack",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a git client wants: which repository by its name, which service, where."""

    full_name: str
    service: Service
    ending: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is not git's."""

    status: int
    said: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """The repository to serve, and who moves its refs."""

    repository: Repository
    sender_id: int


def is_git(path: str) -> bool:
    """Whether a path of the web host belongs to a git client.

    One that was given a page in place of refs tries the dumb protocol next: `HEAD`.
    """
    below = re.match(r"/[^/]+/[^/]+\.git/", path) is not None
    return below or any(path.endswith(ending) for ending in _ENDINGS)


def read_request(method: str, path: str, query: bytes) -> Asked | None:
    """Reads method, path and query of a git client; None when they are not git's."""
    for ending, posted in _ENDINGS.items():
        if not path.endswith(ending):
            continue
        name = path[1 : -len(ending)].removesuffix(".git")
        service = posted or _advertised(query)
        right_method = method == ("POST" if posted else "GET")
        if service and right_method and name.count("/") == 1:
            return Asked(name, service, ending)
    return None


def _advertised(query: bytes) -> Service | None:
    match query:
        case b"service=git-upload-pack":
            return "git-upload-pack"
        case b"service=git-receive-pack":
            return "git-receive-pack"
        case _:
            return None  # the dumb protocol, which GitHub does not speak


def decide(world: World, asked: Asked, authorization: str) -> Granted | Refused:
    """Who may do this: GitHub's answers, in GitHub's order."""
    found = world.repository(asked.full_name)
    repository = found.repository if isinstance(found, Moved) else found
    password = _password(authorization)
    if password is None:
        return _anonymous(repository, asked)
    rights = _rights(world, repository, password)
    if rights is None:
        return _UNKNOWN
    readable, writable, sender = rights
    if repository is None or repository.git_path is None or not readable:
        return Refused(404, "Repository not found.")
    if isinstance(found, Moved):
        return _moved(world, repository, asked)
    if asked.service == "git-receive-pack":
        return _pushing(repository, sender, writable=writable)
    return Granted(repository, sender)


_UNKNOWN = Refused(
    401,
    "Invalid username or token. Password authentication is not supported.",
    ((b"www-authenticate", b'Basic realm="GitHub"'),),
)


def _pushing(
    repository: Repository, sender: int, *, writable: bool
) -> Granted | Refused:
    if not writable:
        return Refused(403, "Write access to repository not granted.")
    if repository.archived:
        return Refused(403, "This repository was archived so it is read-only.")
    return Granted(repository, sender)


def _anonymous(repository: Repository | None, asked: Asked) -> Granted | Refused:
    if repository is None or repository.private or asked.service != "git-upload-pack":
        return _UNKNOWN
    return Granted(repository, repository.owner_id)


def _moved(world: World, repository: Repository, asked: Asked) -> Refused:
    service = f"?service={asked.service}" if asked.ending == "/info/refs" else ""
    to = f"{world.web_url}/{world.full_name(repository)}.git{asked.ending}{service}"
    return Refused(301, "Moved Permanently", ((b"location", to.encode()),))


def _password(authorization: str) -> str | None:
    kind, _, told = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(told, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _rights(
    world: World, repository: Repository | None, password: str
) -> tuple[bool, bool, int] | None:
    """May read, may write, whose account; None when nobody has this token."""
    if (person := world.personal_tokens.get(password)) is not None:
        role = world.role(repository, person) if repository else "none"
        return role in _READS, role in _WRITES, person
    token = world.tokens.get(password)
    if token is None or not _alive(world, token):
        return None
    installation = world.installations[token.installation_id]
    reached = (
        repository is not None
        and world.covers(installation, repository)
        and (token.repository_ids is None or repository.id in token.repository_ids)
    )
    level = token.permissions.get("contents") if reached else None
    bot = world.apps[installation.app_id].bot_id
    return level is not None, level in {"write", "admin"}, bot


def _alive(world: World, token: Token) -> bool:
    installation = world.installations.get(token.installation_id)
    return (
        not token.revoked
        and token.expires_at > world.clock.now()
        and installation is not None
        and installation.suspended_at is None
    )
