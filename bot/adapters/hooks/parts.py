"""The parts of payloads: only fields that are read, null wherever GitHub may say so.

Whatever else is in a payload is ignored, so that a newer GitHub, or an older Enterprise
server, is read as well as today's.
"""

from datetime import datetime
from typing import Annotated

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from bot.domain.github import Account
from bot.domain.hooks import Place

_LARGEST_ID = 2**63 - 1
_LONGEST_NAME = 1_000

Id = Annotated[int, Field(gt=0, le=_LARGEST_ID)]
Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_NAME)]


class Part(BaseModel):
    """What all models share."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class User(Part):
    """An account; `type` tells people from bots. An enterprise has a slug alone."""

    id: Id
    login: Name = Field(validation_alias=AliasChoices("login", "slug"))
    type: str | None = None


class Installation(Part):
    """An installation, as payloads of other events name it."""

    id: Id


class Repository(Part):
    """A repository."""

    id: Id
    full_name: Name
    default_branch: str | None = None


class Side(Part):
    """Head or base of a pull request; its repository may be gone, and is not read."""

    ref: Name
    sha: Sha


class App(Part):
    """An App."""

    id: Id


class Envelope(Part):
    """What nearly every payload has around what it is about."""

    repository: Repository
    installation: Installation | None = None
    sender: User | None = None


def _moment(value: object) -> object:
    """GitHub writes times as text, in pushes as numbers; what is odd is not known."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


Moment = Annotated[AwareDatetime | None, BeforeValidator(_moment)]


def place(payload: Envelope) -> Place:
    """The place that a payload is about."""
    installation = payload.installation
    return Place(
        payload.repository.id,
        payload.repository.full_name,
        None if installation is None else installation.id,
    )


def account(user: User | None) -> Account | None:
    """The account, or None for somebody who is gone."""
    return None if user is None else Account(user.id, user.login, user.type)


def seconds(moment: datetime | None) -> float | None:
    """Unix seconds."""
    return None if moment is None else moment.timestamp()
