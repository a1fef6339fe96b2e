"""The line numbers in a patch that git wrote without any context."""

import re
from collections.abc import Iterator, Sequence

from bot.domain.changes.values import ChangedLines

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_QUOTED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}


def parse_hunks(patch: bytes) -> tuple[ChangedLines, ...]:
    """The files of a patch with text that differs, sorted by path.

    The patch has no context (`git diff --unified=0`), so every line of a hunk differs;
    its file names begin with `a/` and `b/`. Lines of content are counted, never read.
    """
    found: dict[str, tuple[list[int], list[int]]] = {}
    for path, old, new in _hunks(patch.split(b"\n")):
        lines = found.setdefault(path, ([], []))
        lines[0].extend(old)
        lines[1].extend(new)
    return tuple(
        ChangedLines(path, tuple(old), tuple(new))
        for path, (old, new) in sorted(found.items())
    )


def _hunks(lines: Sequence[bytes]) -> Iterator[tuple[str, range, range]]:
    place, path = 0, ""
    while place < len(lines):
        line = lines[place]
        place += 1
        if line.startswith((b"--- ", b"+++ ")):
            path = _path(line[4:]) or path
        elif (hunk := _HUNK.match(line)) is not None:
            old, new = _span(hunk[1], hunk[2]), _span(hunk[3], hunk[4])
            yield path, old, new
            place = _after(lines, place, len(old) + len(new))


def _span(first: bytes, count: bytes | None) -> range:
    start = int(first)
    return range(start, start + (1 if count is None else int(count)))


def _after(lines: Sequence[bytes], place: int, content: int) -> int:
    """The place after a hunk: so many lines, and words on a missing last newline."""
    while content:
        content -= not lines[place].startswith(b"\\")
        place += 1
    return place


def _path(name: bytes) -> str:
    """A name of a patch without `a/`; empty for a side that has no such file."""
    plain = name.removesuffix(b"\t")
    if plain == b"/dev/null":
        return ""
    if plain.startswith(b'"'):
        plain = _QUOTED.sub(_unquoted, plain[1:-1])
    return plain[2:].decode("utf-8", "backslashreplace")


def _unquoted(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == 3:  # noqa: PLR2004 - an octal number
        return bytes([int(code, 8)])
    return bytes([_NAMED[code]]) if code in _NAMED else code
