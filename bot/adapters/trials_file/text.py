"""JSON text into the model of a trials file; every fault is a sentence."""

from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
)

from bot.adapters.trials_file.document import document
from bot.adapters.trials_file.rows import Row
from bot.domain.errors import UserFault

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=True)
_ROWS, _REASON = "rows", "reason"
_MOST_FAULTS = 10


class NotEstimable(BaseModel):
    """Why an arm could not be made, in place of its trials."""

    model_config = _STRICT

    not_estimable: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)
    ]


def _which(value: object) -> str:
    return _REASON if isinstance(value, dict | NotEstimable) else _ROWS


ArmText = Annotated[
    Annotated[list[Row], Tag(_ROWS)] | Annotated[NotEstimable, Tag(_REASON)],
    Discriminator(_which),
]


class File(BaseModel):
    """The whole file as written."""

    model_config = _STRICT

    mode: str
    stage: str
    arms: dict[str, ArmText]
    looks_made: list[int] | None = Field(default=None)
    titles: dict[str, str] = Field(default={})


def parse(text: str, path: Path) -> File:
    """The file's model; `UserFault` for text that is no JSON or no trials file."""
    try:
        return File.model_validate(document(text, path))
    except ValidationError as error:
        raise _misshapen(error, path) from None


def _misshapen(error: ValidationError, path: Path) -> UserFault:
    lines = [_sentence(dict(one)) for one in error.errors()[:_MOST_FAULTS]]
    problem = f"{path} is not a trials file: {'; '.join(lines)}."
    mend = (
        'It should look like {"mode": M, "stage": S, "arms": {"baseline": '
        '[{"seed": 1, "metrics": {"loss": 2.1}}], "branch": [...]}}.'
    )
    return UserFault(problem, mend)


def _sentence(error: dict[str, object]) -> str:
    place = error.get("loc")
    names = [str(one) for one in place] if isinstance(place, tuple) else []
    if len(names) > 2 and names[0] == "arms":  # noqa: PLR2004 - arms, name, tag
        del names[2]
    return f"{'.'.join(names) or 'the whole'}: {error.get('msg')}"
