"""Which changed lines run: a tracer that enters only code of changed files.

A changed line counts as run when any line of the statement it belongs to runs, because
the interpreter reports few lines of a statement that spans several, and none for a
constant that was folded. Every process notes the lines, forked ones too.
"""

from __future__ import annotations

import ast
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:  # Python 3.8 has no such types at run time
    _Trace = Callable[..., Any]
_SIMPLE_ENDS = ("body", "handlers", "orelse", "finalbody", "cases")


class Lines:
    """Notes by `note(path, line)`, once for each, the lines of `wanted` that run."""

    def __init__(
        self,
        tree: str,
        wanted: dict[str, Sequence[int]],
        note: Callable[[str, int], None],
    ) -> None:
        """`wanted` are line numbers by path below `tree`; nothing is traced yet."""
        self._tree = tree
        self._wanted = wanted
        self._write = note
        self._noted: set[tuple[str, int]] = set()
        self._paths: dict[str, str] = {}  # by file name as code objects have it
        self._triggers: dict[str, dict[int, set[int]]] = {}
        self._codes: dict[CodeType, bool] = {}
        self.tracing = False
        self.broken = False

    def start(self) -> None:
        """Trace this thread and those that are started from now on."""
        self.tracing = True
        sys.settrace(self._enter)
        threading.settrace(self._enter)

    def stop(self) -> None:
        """Trace no more, unless somebody else does it now."""
        self.tracing = False
        if self.undisturbed():
            sys.settrace(None)
        threading.settrace(None)

    def undisturbed(self) -> bool:
        """Whether nobody else has taken over the tracing of this thread."""
        return sys.gettrace() == self._enter

    def give_up(self) -> None:
        """Note every line that may have run unseen: all that are left."""
        for path in self._wanted:
            self._take_as_run(path)

    def give_up_texts(self, opened: Callable[[str], bool]) -> None:
        """Note the lines of files that were opened, and not run under their own names.

        They may have run under others: as text that is executed, or as a copy.
        """
        for path in self._wanted:
            if path not in self._triggers and opened(path):
                self._take_as_run(path)

    def _take_as_run(self, path: str) -> None:
        for number in self._wanted[path]:
            self._note(path, number)

    def _note(self, path: str, number: int) -> None:
        if (path, number) not in self._noted:
            self._noted.add((path, number))
            self._write(path, number)

    def _enter(self, frame: FrameType, event: str, arg: Any) -> _Trace | None:
        code = frame.f_code
        wanted = self._codes.get(code)
        if wanted is None:
            wanted = self._codes[code] = self._safely_wanted(code)
        return self._line if wanted and self.tracing else None

    def _safely_wanted(self, code: CodeType) -> bool:
        try:
            return self._is_wanted(code)
        except Exception:  # an error of a tracer would end the user's code
            self.broken = True
            return False

    def _is_wanted(self, code: CodeType) -> bool:
        path = self._paths.get(code.co_filename)
        if path is None:
            path = self._paths[code.co_filename] = self._path_of(code.co_filename)
        triggers = self._triggers.get(path)
        if not triggers:
            return False
        return any(line in triggers for line in _lines_in(code))

    def _path_of(self, name: str) -> str:
        """The path below the tree, its triggers made; empty if it is not wanted."""
        full = os.path.realpath(name)
        path = os.path.relpath(full, self._tree)
        numbers = self._wanted.get(path)
        if numbers is None:
            return ""
        if path not in self._triggers:
            with open(full, "rb") as file:
                self._triggers[path] = triggers(file.read(), numbers)
        return path

    def _line(self, frame: FrameType, event: str, arg: Any) -> _Trace | None:
        if event == "line":
            path = self._paths[frame.f_code.co_filename]
            for number in self._triggers[path].pop(frame.f_lineno, ()):
                self._note(path, number)
        return self._line


def _lines_in(code: CodeType) -> Iterable[int | None]:
    if hasattr(code, "co_lines"):
        return (line for *_, line in code.co_lines())
    import dis

    return (line for _, line in dis.findlinestarts(code))


def triggers(source: bytes, wanted: Sequence[int]) -> dict[int, set[int]]:
    """For each line that may be reported, the wanted lines that then have run."""
    try:
        spans = list(_spans(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {line: {line} for line in wanted}
    text = source.splitlines()
    found: dict[int, set[int]] = {}
    for number in wanted:
        for line in _reported(number, spans, text):
            found.setdefault(line, set()).add(number)
    return found


def _reported(
    number: int, spans: Iterable[Sequence[int]], text: Sequence[bytes]
) -> Iterable[int]:
    """The lines of which any says that line `number` has run."""
    around = [span for span in spans if span[0] <= number <= span[2]]
    if not around:
        return ()
    start, header, _ = min(around, key=lambda span: span[2] - span[0])
    written = text[number - 1].strip() if number <= len(text) else b""
    if number > header and (not written or written.startswith(b"#")):
        return ()
    return range(start, header + 1)


def _spans(tree: ast.AST) -> Iterator[Sequence[int]]:
    """(first line, last line of its head, last line) of every statement."""
    for node in ast.walk(tree):
        lines = _lines_of(node)
        if lines:
            start, end = min(lines), max(lines)
            inner = [line for child in _blocks(node) for line in _lines_of(child)]
            yield start, max(start, min(inner) - 1) if inner else end, end


def _lines_of(node: ast.AST) -> Sequence[int]:
    """First and last line, decorators included; none for what is no statement."""
    if type(node).__name__ == "match_case":
        return _lines_of_case(node)
    if not isinstance(node, (ast.stmt, ast.ExceptHandler)):
        return ()
    decorators = [one.lineno for one in getattr(node, "decorator_list", ())]
    return [*decorators, node.lineno, node.end_lineno or node.lineno]


def _lines_of_case(node: Any) -> Sequence[int]:
    return [node.pattern.lineno, node.body[-1].end_lineno]


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    for name in _SIMPLE_ENDS:
        value = getattr(node, name, None)
        yield from value if isinstance(value, list) else ()
