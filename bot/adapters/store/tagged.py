"""Dataclasses as plain JSON values and back, by their annotations; unions are closed.

A member of a union is told by its tag, under the key `is`. Reading is strict: a value
of another type, a field that is not known and a tag that is not known are refused. A
field that is not there gets its default, so that values may gain fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Tags = Mapping[type, str]
"""What each member of a union is called in texts; never changed."""

_TAG = "is"


def flat(value: object, tags: Tags) -> Any:
    """`value` in the words of JSON: dataclasses, tuples, enumerations and scalars."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [flat(one, tags) for one in value]
    if not is_dataclass(value):
        return value
    kind = type(value)
    tag = {_TAG: tags[kind]} if kind in tags else {}
    names = (field.name for field in fields(value))
    return {**tag, **{name: flat(getattr(value, name), tags) for name in names}}


def built(kind: Any, plain: Any, tags: Tags) -> Any:
    """What `flat` made this of; `ValueError` or `TypeError` for anything else."""
    origin = get_origin(kind)
    if origin is Union or origin is UnionType:
        return _member(get_args(kind), plain, tags)
    if origin is tuple:
        return tuple(built(get_args(kind)[0], one, tags) for one in _a(list, plain))
    if is_dataclass(kind):
        return _object(kind, plain, tags)
    if issubclass(kind, Enum):
        return kind(plain)
    if kind is float:
        return float(plain) if type(plain) is int else _a(float, plain)
    return _a(kind, plain)


def _member(kinds: tuple[Any, ...], plain: Any, tags: Tags) -> Any:
    """One of a union: nothing, the only thing that there is, or what the tag says."""
    if plain is None and NoneType in kinds:
        return None
    some = [kind for kind in kinds if kind is not NoneType]
    if len(some) == 1:
        return built(some[0], plain, tags)
    by_tag = {tags[kind]: kind for kind in some}
    tag = _a(dict, plain).get(_TAG)
    if tag not in by_tag:
        raise ValueError(f"{tag} is none of {', '.join(by_tag)}")
    return built(by_tag[tag], plain, tags)


def _object(kind: Any, plain: Any, tags: Tags) -> Any:
    given = dict(_a(dict, plain))
    if given.pop(_TAG, None) != tags.get(kind):
        raise ValueError(f"this is no {kind.__name__}")
    hints = _hints(kind)
    unknown = given.keys() - hints.keys()
    if unknown:
        raise ValueError(f"{min(unknown)} is no field of {kind.__name__}")
    values = {name: built(hints[name], one, tags) for name, one in given.items()}
    make: Callable[..., Any] = kind
    return make(**values)


@lru_cache(maxsize=256)
def _hints(kind: Any) -> Mapping[str, Any]:
    """The types of the fields, without those of class variables."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _a(kind: type, plain: Any) -> Any:
    if type(plain) is not kind:
        raise TypeError(f"{type(plain).__name__} stands where {kind.__name__} belongs")
    return plain
