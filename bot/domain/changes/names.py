"""The ids of changes: short, readable, printable, and each its own.

The same branch always gets the same ids: they are part of arms, reports and commands.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

_LEAST = 7
"""Digits of a commit's name, as git shows it."""
_MARK = 8
"""Digits of a hash that tells apart what would be spelled alike."""
_CUT = "..."
_BETWEEN = ".."


@dataclass(frozen=True, slots=True)
class Ids:
    """How ids are spelled: of a text longer than `longest` the start stays.

    With `tail` the end stays, which says more of a path.
    """

    longest: int
    tail: bool = False


def commit_ids(names: Sequence[str]) -> tuple[str, ...]:
    """The first digits of different commit names: 7, or as many as tell them apart."""
    length = _LEAST
    while len({name[:length] for name in names}) < len(names):
        length += 1
    return tuple(name[:length] for name in names)


def text_ids(texts: Sequence[str], spell: Ids) -> tuple[str, ...]:
    """Ids for different texts (names of trailers, paths), in their order."""
    return tuple(_distinct(((text, _printable(text)) for text in texts), set(), spell))


def group_ids(
    ids: Sequence[str], spans: Iterable[tuple[int, int]], spell: Ids
) -> tuple[str, ...]:
    """Ids of spans of neighbours: `first..last`; of a single one its own."""
    spans = tuple(spans)
    many = [(ids[a], ids[b - 1]) for a, b in spans if b - a > 1]
    asked = ((_BETWEEN.join(ends), _span(ends, spell)) for ends in many)
    named = _distinct(asked, set(ids), spell)
    return tuple(ids[a] if b - a == 1 else next(named) for a, b in spans)


def _span(ends: tuple[str, str], spell: Ids) -> str:
    whole = _BETWEEN.join(ends)
    if len(whole) <= spell.longest:
        return whole
    room = Ids((spell.longest - len(_BETWEEN)) // 2, spell.tail)
    return _BETWEEN.join(_fitted(end, room) for end in ends)


def _distinct(
    asked: Iterable[tuple[str, str]], taken: set[str], spell: Ids
) -> Iterator[str]:
    """Each text's spelling, or one with a mark where that would be a second one."""
    for text, shown in asked:
        spellings = _spellings(text, shown, spell)
        chosen = next(one for one in spellings if one not in taken)
        taken.add(chosen)
        yield chosen


def _spellings(text: str, shown: str, spell: Ids) -> Iterator[str]:
    """The text as it fits, then with ever other marks made of it."""
    start = _fitted(shown, Ids(spell.longest - _MARK - 1, spell.tail))
    marks = map(partial(_mark, text), count())
    yield _fitted(shown, spell)
    yield from (f"{start}~{mark}" for mark in marks)


def _mark(text: str, attempt: int) -> str:
    return hashlib.sha256(f"{attempt}\0{text}".encode()).hexdigest()[:_MARK]


def _fitted(text: str, spell: Ids) -> str:
    if len(text) <= spell.longest:
        return text
    kept = spell.longest - len(_CUT)
    return f"{_CUT}{text[-kept:]}" if spell.tail else f"{text[:kept]}{_CUT}"


def _printable(text: str) -> str:
    """The text with what cannot be seen spelled out, and no space at its ends."""
    inner = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if inner else len(text)
    after = len(text) - before - len(inner)
    shown = (one if one.isprintable() else _escaped(one) for one in inner)
    space = _escaped(" ")
    return f"{space * before}{''.join(shown)}{space * after}"


def _escaped(one: str) -> str:
    return f"\\x{ord(one):02x}" if ord(one) < 256 else f"\\u{ord(one):04x}"  # noqa: PLR2004
