"""Path patterns of the policy: which paths of a repository they mean.

`*` and `?` stay within a folder, `**` goes across folders, `[a-c]` and `[!a-c]` are one
character. A pattern that ends in a plain name stands for that file, or for all that is
in the folder of that name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PIECE = re.compile(r"\*\*+|\*|\?|\[[!^]?\]?[^\]/]*\]|[^*?\[]+|\[")
_WILD = frozenset("*?[")
_WITHIN = {"*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class Glob:
    """Patterns that were read; none of them matches nothing."""

    rules: tuple[re.Pattern[str], ...]

    def matches(self, path: str) -> bool:
        """Whether a path, from the top folder and with `/`, is meant by a pattern."""
        return any(rule.fullmatch(path) for rule in self.rules)


def read_globs(patterns: Sequence[str]) -> Glob:
    """The patterns, ready to be matched."""
    return Glob(tuple(re.compile(_rule(one), re.DOTALL) for one in patterns))


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
    is_choice = piece.startswith("[") and piece.endswith("]")
    return _characters(piece) if is_choice else re.escape(piece)


def _characters(piece: str) -> str:
    """`[!a-c]` as an expression; one that cannot be meant (`[z-a]`) matches nothing."""
    inner, negated = piece[1:-1], piece[1] in "!^"
    chosen = (inner[1:] if negated else inner).replace("\\", "\\\\")
    escaped = chosen.replace("[", "\\[").replace("]", "\\]").replace("^", "\\^")
    for doubled in ("--", "&&", "||", "~~"):
        escaped = escaped.replace(doubled, f"{doubled[0]}\\{doubled[1]}")
    expression = f"(?!/)[{'^' if negated else ''}{escaped}]"
    try:
        re.compile(expression)
    except re.error:
        return r"(?!)"
    return expression
