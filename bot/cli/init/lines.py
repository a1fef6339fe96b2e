"""Metric lines such as `test loss: 0.123` or `val_acc=0.9`, and patterns for them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = r"[A-Za-z][A-Za-z0-9_/@.-]*"
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+)"
_PAIR = re.compile(
    rf"(?P<name>{_WORD}(?: {_WORD}){{0,2}})(?P<gap>\s*[:=]\s*|\s+)(?P<number>{_NUMBER})"
    r"(?P<after>.?)"
)
LONGEST_LINE = 500
_STAND_IN = "0.5"


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and a number in a line, with the RE2 pattern that finds the number."""

    name: str
    number: float
    pattern: str


def pairs(line: str) -> Iterator[Pair]:
    """The names with numbers of a line, from left to right."""
    if len(line) > LONGEST_LINE:
        return
    for found in _PAIR.finditer(line):
        yield Pair(found["name"], float(found["number"]), _pattern(found))


def _pattern(found: re.Match[str]) -> str:
    name = " +".join(re.escape(word) for word in found["name"].split())
    sign = found["gap"].strip()
    gap = rf" *{sign} *" if sign else " +"
    value = r"\S+" if found["after"] in ("", " ") else r"[^\s,;|)\]}%]+"
    return rf"\b{name}{gap}(?P<value>{value})"


def printed(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Lines that the code may print, from its f-strings, with their line numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(map(_sample, node.values)), node.lineno


def _sample(part: ast.expr) -> str:
    is_text = isinstance(part, ast.Constant) and isinstance(part.value, str)
    return str(part.value) if is_text else _STAND_IN  # type: ignore[attr-defined]
