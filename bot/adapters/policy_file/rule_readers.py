"""Readers of values that rules are made of: tolerances, patterns, looks, ranges."""

from itertools import pairwise

import re2

from bot.adapters.policy_file import units
from bot.adapters.policy_file.readers import (
    is_number,
    is_quoted_number,
    read_command,
    read_filled,
    read_number,
    read_text,
    read_whole,
    refused,
    shown,
    shown_first,
)
from bot.adapters.policy_file.tree import Row, Scalar, Table, Written
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Gate,
    RelativeTolerance,
    Spending,
    Tolerance,
    parse_spending,
)


def read_tolerance(value: Written) -> Tolerance:
    """An amount, a share of the baseline mean, or `auto`."""
    share = units.percent(str(value)) if isinstance(value, Scalar) else None
    if value == "auto":
        return AutoTolerance()
    if share is not None:
        return RelativeTolerance(share)
    if is_number(value):
        return AbsoluteTolerance(_amount(value))
    mend = "Write an amount such as 0.01, a share such as 1%, or auto."
    if is_quoted_number(value):
        mend = "Remove the quotes."
    raise refused(f"{shown_first(value)} is not a tolerance.", mend)


def _amount(value: Written) -> float:
    amount = read_number(value)
    if amount < 0:
        mend = "Write how much worse is tolerated, as a number of 0 or more."
        raise refused(f"{shown(value)} is below 0.", mend)
    return amount


def read_pattern(value: Written) -> str:
    """An RE2 pattern with a group `value`."""
    text = read_filled(value)
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(text, options)
    except re2.error as error:
        mend = "RE2 has no look-around and no back-references."
        raise refused(_why_no_pattern(error), mend) from error
    if "value" not in compiled.groupindex:
        mend = r"Put `(?P<value>\S+)` where the number stands."
        raise refused("The pattern has no group named `value`.", mend)
    return text


def _why_no_pattern(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"The pattern is no RE2 expression: {reason}."


def read_spending(value: Written) -> Spending:
    """A family of alpha spending, with its parameter."""
    found = parse_spending(str(value)) if isinstance(value, Scalar) else None
    if found is None:
        mend = "Write pocock, obf, kd:RHO (RHO above 0) or hsd:GAMMA, such as hsd:3."
        raise refused(f"{shown_first(value)} is no alpha-spending function.", mend)
    return found


def read_when(value: Written) -> tuple[Gate, str | None]:
    """When a stage runs, and the label that asks for it."""
    text = str(value) if isinstance(value, Scalar) else ""
    if text.startswith("label:") and text.removeprefix("label:").strip():
        return Gate.LABEL, text.removeprefix("label:").strip()
    if text in (Gate.ALWAYS, Gate.NEVER, Gate.ON_PASS):
        return Gate(text), None
    mend = "Write always, never, on-pass or label:NAME."
    raise refused(f"{shown_first(value)} is no time to run a stage.", mend)


_ON_OFF = {"on": True, "true": True, "off": False, "false": False}


def read_on_off(value: Written) -> bool:
    """`on` or `off`."""
    if not isinstance(value, Scalar) or value.lower() not in _ON_OFF:
        raise refused(
            f"{shown_first(value)} is neither on nor off.", "Write on or off."
        )
    return _ON_OFF[value.lower()]


MOST_SEEDS = 1_000
MOST_LOOKS = 100
_DEFAULT_LOOKS = (4, 20)
_LOOKS_MEND = "Write {min: 4, max: 20}, a list of looks such as [5, 10, 20], or one."


def read_looks(value: Written) -> tuple[int, ...]:
    """Seeds per arm at each look, strictly increasing."""
    match value:
        case Table():
            looks = _every(value)
        case Row():
            looks = tuple(_seeds(one) for one in value)
        case _:
            looks = (_seeds(value),)
    if not looks or len(looks) > MOST_LOOKS:
        problem = f"{len(looks)} looks are planned, and 1 to {MOST_LOOKS} can be."
        raise refused(problem, _LOOKS_MEND)
    if any(later <= earlier for earlier, later in pairwise(looks)):
        raise refused(
            "The looks do not increase.", "Write each seed count once, in order."
        )
    return looks


def _every(table: Table) -> tuple[int, ...]:
    strange = [key for key in table if key not in ("min", "max")]
    if strange:
        raise refused(f"`{strange[0]}` is no key of seeds.", _LOOKS_MEND)
    first, last = (
        _seeds(table[key]) if key in table else usual
        for key, usual in zip(("min", "max"), _DEFAULT_LOOKS, strict=True)
    )
    if first > last:
        raise refused(f"`min` is {first}, above `max`, which is {last}.", _LOOKS_MEND)
    return tuple(range(first, last + 1))


def _seeds(value: Written) -> int:
    count = read_whole(value)
    if not 1 <= count <= MOST_SEEDS:
        mend = f"Write a number of seeds from 1 to {MOST_SEEDS}."
        raise refused(f"{count} is no number of seeds.", mend)
    return count


def read_range(value: Written) -> tuple[float | None, float | None]:
    """Two ends; an empty one is open."""
    mend = "Write two numbers, the smaller first: [0, 10], or [0, null] for no end."
    if not isinstance(value, Row) or len(value) != 2:  # noqa: PLR2004 - two ends
        raise refused(f"{shown_first(value)} is no range.", mend)
    low, high = (_end(one) for one in value)
    if low is None and high is None:
        raise refused("The range has no end at all.", mend)
    if low is not None and high is not None and low >= high:
        raise refused("The first end is not below the second.", mend)
    return low, high


def _end(value: Written) -> float | None:
    is_open = isinstance(value, Scalar) and value.value is None
    return None if is_open else read_number(value)


def read_reference(value: Written) -> float | tuple[str, ...]:
    """A number, or a command that shows one as the training command does."""
    if isinstance(value, Row) and value:
        read_command(value)
        return tuple(read_text(one) for one in value)
    if is_number(value):
        return read_number(value)
    mend = "Write a number, or a command as a list of arguments."
    raise refused(f"{shown_first(value)} is no reference.", mend)
