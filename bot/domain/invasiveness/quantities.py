"""What can differ between two probed runs, in the order in which it is looked at."""

import math
import re
from enum import StrEnum


class Quantity(StrEnum):
    """What differs first; the earlier member explains the later ones."""

    OUTCOME = "outcome"  # one of them fails, or makes no steps
    COMMAND = "command"
    OPTIMIZER = "optimizer"
    SETTINGS = "optimizer settings"
    SHAPES = "parameter shapes"
    PROCESSES = "number of processes"
    ORDER = "order of optimizer steps"
    BATCHES = "order of the data"  # the same batches
    BATCH = "data"  # other ones, by their digests: why is not known
    BACKWARDS = "calls of backward"
    RATES = "learning rates"
    LOSS = "loss"
    GRADIENT = "gradient norm"
    PARAMETERS = "parameters"
    ASIDE = "models that are not called"
    STEPS = "number of steps"


_ABSOLUTE = re.compile(r"(?<![\w.~-])(?:/[^\s/=:,;]+)+/?")


def placeless(command: tuple[str, ...]) -> tuple[str, ...]:
    """A command without absolute paths: every run lies in folders of its own."""
    return tuple(_ABSOLUTE.sub("/", word) for word in command)


def number(text: str | None) -> float | None:
    """What a `float.hex()` text (or a plain number) says, None where it says none."""
    if text is None:
        return None
    for read in (float.fromhex, float) if "x" in text else (float, float.fromhex):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return None


def readable(before: float | None, after: float | None) -> tuple[str, str]:
    """Both numbers with as few digits as tell them apart; empty where not known."""
    short = _written(before, "{:.6g}"), _written(after, "{:.6g}")
    if short[0] != short[1]:
        return short
    return _written(before, "{!r}"), _written(after, "{!r}")


def _written(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def apart(before: float | None, after: float | None) -> float | None:
    """How far two numbers lie apart, relative to the larger; None where not known.

    Infinite where only one of them is a finite number, 0 where both are the same.
    """
    if before is None or after is None:
        return None
    if before == after or (math.isnan(before) and math.isnan(after)):
        return 0.0
    if not (math.isfinite(before) and math.isfinite(after)):
        return math.inf
    return abs(after / _larger(before, after) - before / _larger(before, after))


def _larger(before: float, after: float) -> float:
    return max(abs(before), abs(after))
