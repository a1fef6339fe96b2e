"""A plan in words: sections of rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A name, what it is, and lines that say more of it."""

    name: str
    text: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the plan: a title, then rows; `warns` where somebody must act."""

    title: str
    rows: tuple[Row, ...]
    warns: bool = False
