"""A JSON file as plain values; every fault of it is a sentence."""

import json
from pathlib import Path

from bot.domain.errors import UserFault

LARGEST_FILE = 64 * 1024 * 1024


def read(path: Path, kind: str, option: str) -> str:
    """The text of a file; `kind` says which one it is, `option` where it was named."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UserFault(f"{path} is larger than 64 MiB.", "Leave out the curves.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserFault(f"There is no {kind} {path}.", f"Check {option}.") from None
    except (OSError, UnicodeDecodeError) as error:
        problem = f"The {kind} {path} cannot be read: {error}."
        raise UserFault(problem, "Give a readable file with UTF-8 text.") from None


class _DoubledKeyError(ValueError):
    """A JSON object that names one thing twice."""


def document(text: str, path: Path) -> object:
    """The values of a JSON text, in which no object names a thing twice."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (json.JSONDecodeError, RecursionError) as error:
        problem = f"{path} is not JSON: {error}."
        raise UserFault(problem, "Mend the file at that place.") from None
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
