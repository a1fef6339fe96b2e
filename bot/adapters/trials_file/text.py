"""JSON text into the model of a trials file; every fault is a sentence."""

import json
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

from bot.adapters.trials_file.rows import Row
from bot.domain.errors import UserFault

LARGEST_FILE = 64 * 1024 * 1024
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


def read(path: Path) -> str:
    """The text of a trials file; `UserFault` if it is not there or not text."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UserFault(f"{path} is larger than 64 MiB.", "Leave out the curves.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserFault(f"There is no trials file {path}.", "Check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        problem = f"The trials file {path} cannot be read: {error}."
        raise UserFault(problem, "Give a readable file with UTF-8 text.") from None


class _DoubledKeyError(ValueError):
    """A JSON object that names one thing twice."""


def parse(text: str, path: Path) -> File:
    """The file's model; `UserFault` for text that is no JSON or no trials file."""
    try:
        return File.model_validate(json.loads(text, object_pairs_hook=_object))
    except (json.JSONDecodeError, RecursionError) as error:
        problem = f"{path} is not JSON: {error}."
        raise UserFault(problem, "Mend the file at that place.") from None
    except ValidationError as error:
        raise _misshapen(error, path) from None
    except _DoubledKeyError as error:
        problem = f"{path} has the key {error} twice in one place."
        raise UserFault(problem, "Keep one of them: the other would be lost.") from None
    except ValueError as error:  # such as an integer of thousands of digits
        problem = f"{path} has a number that cannot be read: {error}."
        raise UserFault(problem, "Write numbers as JSON does: 2.1, 3e-4.") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise _DoubledKeyError(json.dumps(doubled))
    return made


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
