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


@dataclass(frozen=True, slots=True)
class Printed:
    """A line that the code may print, its number, and whether a loop repeats it."""

    text: str
    number: int
    looped: bool


def printed(tree: ast.Module) -> Iterator[Printed]:
    """Lines that the code may print, from its f-strings."""
    looped = {id(node) for node in _looped(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(map(_sample, node.values))
            yield Printed(text, node.lineno, id(node) in looped)


def _looped(tree: ast.Module) -> Iterator[ast.AST]:
    """What loops repeat, also in functions of the same file that they call."""
    nodes = list(ast.walk(tree))
    functions = {
        node.name: node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    loops = (
        one for one in nodes if isinstance(one, ast.For | ast.AsyncFor | ast.While)
    )
    repeated: list[ast.AST] = [statement for loop in loops for statement in loop.body]
    while repeated:
        for node in ast.walk(repeated.pop()):
            yield node
            called = functions.pop(_called(node), None)
            repeated += [called] if called else []


def _called(node: ast.AST) -> str:
    """The name of the function or method that is called; empty for no call."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
        case _:
            return ""


def _sample(part: ast.expr) -> str:
    is_text = isinstance(part, ast.Constant) and isinstance(part.value, str)
    return str(part.value) if is_text else _STAND_IN  # type: ignore[attr-defined]
