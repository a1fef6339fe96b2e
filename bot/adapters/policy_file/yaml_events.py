"""The YAML parser's events, and what is said where the text is no YAML."""

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event
from ruamel.yaml.reader import ReaderError

from bot.adapters.policy_file.tree import Path, Place, fault_at


class BrokenTextError(Exception):
    """The text cannot be read to its end; `fault` says where it stops."""

    def __init__(self, place: Place, path: Path, problem: str, mend: str) -> None:
        """Keep the fault."""
        super().__init__(problem)
        self.fault = fault_at(place, path, problem, mend)


def decode(text: bytes) -> str:
    """The text of a UTF-8 file, without a byte-order mark."""
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8", "replace")
        problem = f"The byte 0x{text[error.start]:02x} is not UTF-8 text."
        mend = "Save the file as UTF-8."
        raise BrokenTextError(_end_of(before), (), problem, mend) from error


def _end_of(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - text.rfind("\n"))


def events(text: str) -> Iterator[Event]:
    """The parser's events, one at a time; `BrokenTextError` where it stops."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        problem, mend = _syntax(str(error.problem))
        raise BrokenTextError(
            place_of(error.problem_mark), (), problem, mend
        ) from error
    except ReaderError as error:
        problem = f"The character U+{error.character:04X} is not allowed in YAML."
        place = _end_of(text[: error.position])
        raise BrokenTextError(place, (), problem, "Remove it.") from error
    except YAMLError as error:
        raise BrokenTextError(
            Place(1, 1), (), f"Not YAML: {error}.", "Mend it."
        ) from error


_HINTS = {
    "'\\t'": "Indent with spaces.",
    "mapping values are not allowed": "Quote a text that holds `: `.",
    "<stream end>": "Close what was opened: a quote, `[` or `{`.",
    "'@'": "Quote a text that begins with `@`.",
    "'`'": "Quote a text that begins with a backquote.",
    "'%'": "Quote a text that begins with `%`.",
}


def _syntax(problem: str) -> tuple[str, str]:
    mend = next((hint for sign, hint in _HINTS.items() if sign in problem), None)
    if mend is None:
        mend = "Look at the indentation, the quotes and the brackets just before."
    return f"Not YAML: {problem}.", mend


def place_of(mark: object) -> Place:
    """The place of a mark of the parser, which counts from 0."""
    line, column = getattr(mark, "line", 0), getattr(mark, "column", 0)
    return Place(line + 1, column + 1)
