"""Typed lines of the reported file, each checked and bounded: `workers.contract`."""

import hashlib
import json
import math
from collections.abc import Mapping
from itertools import pairwise

from workers.contract import DataSummary, Histogram, Prediction, Sample
from workers.metrics.numbers import cleaned, shown

Typed = Histogram | Sample | DataSummary | Prediction
KINDS = frozenset({"histogram", "sample", "data", "prediction"})
MOST_BINS = 512
MOST_CLASSES = 1000
MOST_SCORES = 1000
LONGEST_NAME = 100
LONGEST_TEXT = 4000
_LARGEST = 1e300
"""Larger numbers would overflow where they are added up."""
_SIGNIFICANT = 6
"""Digits that are kept of a score."""
_HASH_BYTES = 8
Row = Mapping[str, object]


class BadLine(Exception):  # noqa: N818 - a finding about a line
    """A typed line that does not say what its kind must say; the text is a clause."""


def read_typed(line: str) -> Typed | None:
    """What a line says; None for a line that is not typed. Raises `BadLine`."""
    if '"kind"' not in line or not line.lstrip("\ufeff \t").startswith("{"):
        return None
    try:
        row = json.loads(line.lstrip("\ufeff \t"))
    except (ValueError, RecursionError):
        raise BadLine("is no JSON object") from None
    return _read(row)


def _read(row: Row) -> Typed | None:
    match row.get("kind"):
        case "histogram":
            return _histogram(row)
        case "sample":
            return Sample(_name(row, "name"), _step(row), _text(row))
        case "data":
            return _data(row)
        case "prediction":
            return _prediction(row)
        case _:
            return None


def _histogram(row: Row) -> Histogram:
    edges, counts = _numbers(row, "edges"), _numbers(row, "counts")
    if len(counts) > MOST_BINS:
        raise BadLine(f"has more than {MOST_BINS} counts")
    if not counts or len(edges) != len(counts) + 1:
        raise BadLine("needs one more edge than counts, and at least one count")
    if any(low >= high for low, high in pairwise(edges)):
        raise BadLine("has edges that do not grow")
    if min(counts) < 0 or not any(counts):
        raise BadLine("needs counts of 0 or more, and one above 0")
    full = [at for at, count in enumerate(counts) if count]
    return Histogram(
        _name(row, "name"),
        _step(row),
        edges,
        counts,
        _given(row, "low", edges[full[0]]),
        _given(row, "high", edges[full[-1] + 1]),
    )


def _data(row: Row) -> DataSummary:
    classes = _classes(row)
    counted = sum(count for _, count in classes)
    return DataSummary(
        _name(row, "split"),
        _whole(row.get("examples", counted), "examples"),
        classes,
        _maybe(row, "mean"),
        _maybe(row, "scale"),
        _hashes(row),
    )


def _classes(row: Row) -> tuple[tuple[str, int], ...]:
    given = row.get("classes", {})
    if not isinstance(given, dict):
        raise BadLine("needs an object under 'classes'")
    if len(given) > MOST_CLASSES:
        raise BadLine(f"has more than {MOST_CLASSES} classes")
    found = {_named(name): _whole(count, "classes") for name, count in given.items()}
    return tuple(sorted(found.items()))


def _hashes(row: Row) -> tuple[str, ...]:
    """Short digests of the texts that were given, sorted; equal texts are one."""
    given = row.get("hashes", [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadLine("needs a list of texts under 'hashes'")
    texts = (one.encode(errors="replace") for one in given)
    made = {hashlib.blake2b(one, digest_size=_HASH_BYTES).hexdigest() for one in texts}
    return tuple(sorted(made))


def _prediction(row: Row) -> Prediction:
    scores = row.get("scores")
    many = {"scores": scores if isinstance(scores, list) else [scores]}
    found = _numbers(many, "scores")
    if not 0 < len(found) <= MOST_SCORES:
        raise BadLine(f"needs 1 to {MOST_SCORES} scores")
    label, name = row.get("label"), row.get("id")
    whole = isinstance(name, int) and not isinstance(name, bool)
    return Prediction(
        str(name) if whole else _named(name, "id"),
        tuple(float(f"{one:.{_SIGNIFICANT}g}") for one in found),
        None if label is None else _whole(label, "label"),
    )


def _name(row: Row, key: str) -> str:
    return _named(row.get(key), key)


def _named(value: object, key: str = "classes") -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise BadLine(f"needs a text of 1 to {LONGEST_NAME} characters under {key!r}")
    return tidied(value)


def tidied(text: str) -> str:
    """The text without control characters and without what no file can hold."""
    return cleaned(text.encode(errors="replace").decode())


def _text(row: Row) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        raise BadLine("needs a text under 'text'")
    return bounded(text)


def bounded(text: str) -> str:
    """The start of a text, with a mark where it was cut."""
    sound = tidied(text)
    if len(sound) <= LONGEST_TEXT:
        return sound
    return f"{sound[:LONGEST_TEXT]}\n[cut after {LONGEST_TEXT} characters]"


def _step(row: Row) -> float:
    return _given(row, "step", 0.0)


def _given(row: Row, key: str, otherwise: float) -> float:
    return otherwise if row.get(key) is None else _number(row[key], key)


def _maybe(row: Row, key: str) -> float | None:
    return None if row.get(key) is None else _number(row[key], key)


def _numbers(row: Row, key: str) -> tuple[float, ...]:
    given = row.get(key)
    if not isinstance(given, list):
        raise BadLine(f"needs a list of numbers under {key!r}")
    return tuple(_number(one, key) for one in given)


def _number(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadLine(f"needs numbers under {key!r}, not {shown(repr(value))}")
    # Compared before it becomes a float: an integer can be too long for one.
    if not -_LARGEST <= value <= _LARGEST or math.isnan(value):
        raise BadLine(f"has a number under {key!r} that is not finite or too large")
    return float(value)


def _whole(value: object, key: str) -> int:
    number = _number(value, key)
    if number < 0 or not number.is_integer():
        raise BadLine(f"needs whole numbers of 0 or more under {key!r}")
    return int(number)
