"""In which settings two policies differ, by the names that the file gives them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from bot.domain.policy.metrics import (
    AbsoluteTolerance,
    AutoTolerance,
    RelativeTolerance,
)
from bot.domain.policy.rules import Spending
from bot.domain.policy.whole import Policy

_SECTIONS = ("ablation", "invasive")
"""Sections that are in force because they are there, whatever they say."""
_NOT_COMPARED = ("sha256", "given", "name")
_NAMES = {
    "looks": "seeds",
    "maximum": "max",
    "minimum": "min",
    "refresh_s": "refresh",
    "max_age_s": "max_age",
    "memory_bytes": "memory",
    "timeout_s": "timeout",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its dotted name, and its two values; empty where it is not there.

    A whole mode, metric, stage or section that only one policy has is `given`.
    """

    name: str
    before: str
    after: str


GIVEN = "given"
"""What stands for a part of a policy that is there as a whole."""


def differing(before: Policy, after: Policy) -> tuple[Setting, ...]:
    """The settings in which they differ, in the order of a policy; defaults count."""
    return tuple(_differing((), before, after))


Path = tuple[str, ...]


def _differing(path: Path, before: object, after: object) -> Iterator[Setting]:
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        yield Setting(".".join(path), _text(before), _text(after))
        return
    for key in dict.fromkeys([*old, *new]):
        yield from _differing((*path, key), old.get(key), new.get(key))


def _parts(value: object) -> Mapping[str, object] | None:
    """What is named inside of a value; None where it is one by itself."""
    if isinstance(value, Policy):
        return _fields(value) | {
            name: None for name in _SECTIONS if name not in value.given
        }
    if isinstance(value, Mapping):
        return {str(key): one for key, one in value.items()}
    if isinstance(value, tuple) and value and all(_is_whole(one) for one in value):
        return {one.name: one for one in value}
    return _fields(value) if _is_whole(value) else None


def _fields(value: object) -> dict[str, object]:
    names = [one.name for one in fields(value)]  # type: ignore[arg-type]
    return {
        _NAMES.get(name, name): getattr(value, name)
        for name in names
        if name not in _NOT_COMPARED
    }


def _is_whole(value: object) -> bool:
    single = AbsoluteTolerance | RelativeTolerance | AutoTolerance | Spending
    return is_dataclass(value) and not isinstance(value, single)


def _text(value: object) -> str:
    if _parts(value) is not None:
        return GIVEN
    match value:
        case None:
            return ""
        case tuple():
            return ", ".join(_text(one) or "null" for one in value)
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:.12g}"
        case _:
            return _single(value)


def _single(value: object) -> str:
    match value:
        case Spending(family, parameter):
            return f"{family}:{parameter:g}" if parameter else str(family)
        case AbsoluteTolerance(amount):
            return f"{amount:.12g}"
        case RelativeTolerance(fraction):
            return f"{100 * fraction:.12g}%"
        case AutoTolerance():
            return "auto"
        case _:
            return str(value)
