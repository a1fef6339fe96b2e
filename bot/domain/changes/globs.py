"""Path patterns of the policy: which paths of a repository they mean.

`*` and `?` stay within a folder, `**` goes across folders, `[a-c]` and `[!a-c]` are one
character. A pattern that ends in a plain name stands for that file, or for all that is
in the folder of that name.

Patterns and paths may be written by somebody who means harm. They are matched by RE2,
in time that is linear in the path: Python's own `re` can be stalled by a few stars.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import re2

from bot.domain.errors import UserFault

_PIECE = re.compile(r"\*\*+|\*|\?|\[[!^]?\]?[^\]/]*\]|[^*?\[]+|\[")
_WILD = frozenset("*?[")
_WITHIN = {"*": "[^/]*", "?": "[^/]"}
_LONGEST = 4096
"""Characters of a pattern: no system has longer paths."""
_MEMORY = 1 << 26
"""Bytes that RE2 may use for one pattern: enough for the longest."""


class _Rule(Protocol):
    def fullmatch(self, text: bytes) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Glob:
    """Patterns that were read; none of them matches nothing."""

    rules: tuple[_Rule, ...]

    def matches(self, path: str) -> bool:
        """Whether a path, from the top folder and with `/`, is meant by a pattern."""
        text = _bytes(path)
        return any(rule.fullmatch(text) for rule in self.rules)


def read_globs(patterns: Sequence[str]) -> Glob:
    """The patterns, ready to be matched; `UserFault` for one longer than any path."""
    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    options.max_mem = _MEMORY
    rules = (_rule(_bytes(_short(one)).decode()) for one in patterns)
    return Glob(tuple(re2.compile(rule.encode(), options) for rule in rules))


def hopeless(pattern: str) -> str:
    """The first `[z-a]` of a pattern that no character is one of; empty without any."""
    never = _one_of([], negated=False)
    pieces = (one for part in pattern.split("/") for one in _PIECE.findall(part))
    choices = (one for one in pieces if _is_choice(one))
    return next((one for one in choices if _characters(one) == never), "")


def _short(pattern: str) -> str:
    if len(pattern) > _LONGEST:
        problem = f"The path pattern `{pattern[:40]}...` has {len(pattern)} characters."
        raise UserFault(problem, f"Write one of {_LONGEST} at most.")
    return pattern


def _bytes(text: str) -> bytes:
    """A text as UTF-8; half a character, which no file name of people has, as `?`."""
    return text.encode("utf-8", "replace")


def _rule(pattern: str) -> str:
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if not parts:  # `.` is the top folder
        return ".*"
    below = "" if _WILD & set(parts[-1]) else "(?:/.*)?"
    return "".join(_joined(parts)) + ("/.*" if pattern.endswith("/") else below)


def _joined(parts: Sequence[str]) -> Iterator[str]:
    """The folders of a pattern as one expression; `**` stands for none of them too."""
    last = len(parts) - 1
    for place, part in enumerate(parts):
        across = part == "**"
        if across and place == last:
            yield ".+"
        elif across:
            yield "" if parts[place + 1] == "**" else "(?:.*/)?"
        else:
            yield _segment(part) + ("" if place == last else "/")


def _segment(part: str) -> str:
    return "".join(_piece(piece) for piece in _PIECE.findall(part))


def _piece(piece: str) -> str:
    if piece in _WITHIN:
        return _WITHIN[piece]
    if piece.startswith("**"):
        return ".*"
    return _characters(piece) if _is_choice(piece) else re2.escape(piece)


def _is_choice(piece: str) -> bool:
    return piece.startswith("[") and piece.endswith("]")


def _characters(piece: str) -> str:
    """`[!a-c]` as an expression; one that cannot be meant (`[z-a]`) matches nothing."""
    inner, negated = piece[1:-1], piece[1] in "!^"
    ranges = [*_ranges(inner[1:] if negated else inner)]
    if not ranges or any(low > high for low, high in ranges):
        return _one_of([], negated=False)
    if negated:
        return _one_of([*ranges, ("/", "/")], negated=True)
    return _one_of([part for one in ranges for part in _within(*one)], negated=False)


def _ranges(chosen: str) -> Iterator[tuple[str, str]]:
    """First and last of each range; a `-` at either end stands for itself."""
    while chosen:
        is_range = chosen[0] != "-" and chosen[1:2] == "-" and chosen[2:3] != ""
        yield chosen[0], chosen[2 if is_range else 0]
        chosen = chosen[3 if is_range else 1 :]


def _within(low: str, high: str) -> Iterator[tuple[str, str]]:
    """A range without `/`, which is never at its end: it would end the folder."""
    if low < "/" < high:
        yield low, "."
        yield "0", high
    else:
        yield low, high


def _one_of(ranges: Sequence[tuple[str, str]], *, negated: bool) -> str:
    """One character of these ranges, or of none of them; without any, never one."""
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    inner = "".join(f"\\x{{{ord(low):x}}}-\\x{{{ord(high):x}}}" for low, high in ranges)
    return f"[{'^' if negated else ''}{inner}]"
