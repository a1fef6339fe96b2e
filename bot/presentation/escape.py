"""Making foreign text harmless: names, log lines and file names become mere text.

GitHub turns mentions, issue numbers, SHAs and addresses into links after Markdown was
rendered, so a backslash is not enough: the sign that starts one is parted from the rest
by a zero-width space. Words that a repository's owner made into links (`JIRA-12`)
cannot be known here.
"""

import html
import re
from collections.abc import Iterator

_ZERO_WIDTH = "\u200b"
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#!|~&$])")
_LINE_START = re.compile(r"^(?=/|=|:?--|[-+](?:\s|$)|:-|\d+[.)](?:\s|$))")
_LINK_SIGNS = (
    re.compile(r"(?<=[@#])"),
    re.compile(r"(?<=:)(?=//)"),
    re.compile(r"(?<=www)(?=\.)", re.IGNORECASE),
    re.compile(r"(?:(?<=GH)|(?<=GHSA)|(?<=CVE))(?=-\w)", re.IGNORECASE),
    re.compile(r"(?:(?<=mailto)|(?<=xmpp))(?=:)", re.IGNORECASE),
    re.compile(r"(?<=:)(?=[\w+-]+:)"),  # :emoji:
)
_SHA = re.compile(
    r"(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,}(?![0-9a-z])",
    re.IGNORECASE,
)
_SHORTEST_SHA = 7
_QUOTED = re.compile(r"(?<!`)`([^`\s](?:[^`\n]*[^`\s])?)`(?!`)")
_LAST_CONTROL = "\x9f"
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Letters and marks that Unicode counts as printable and that show nothing."""


def plain(text: str) -> str:
    """The text without what cannot be seen; newlines and tabs stay.

    Control, format and private characters go, and letters that show nothing; a space
    of any other width is a space.
    """
    kept = (one if one in "\n\t" or one.isprintable() else _gap(one) for one in text)
    return _UNSEEN.sub("", "".join(kept))


def _gap(one: str) -> str:
    return " " if one.isspace() and one > _LAST_CONTROL else ""


def one_line(text: str, most: int) -> str:
    """The text on one line, cut to `most` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def markdown(text: str, most: int = 2000) -> str:
    """Foreign text inside a Markdown paragraph or table cell; nothing in it acts."""
    return _LINE_START.sub(_ZERO_WIDTH, _escaped(one_line(text, most)))


def prose(text: str, most: int = 2000) -> str:
    """A sentence of ours as Markdown: what it has in backticks is code.

    Names in it may be foreign, and have backticks too: code does not act either.
    """
    shown = (_shown(*one) for one in spans(one_line(text, most)))
    return _LINE_START.sub(_ZERO_WIDTH, "".join(shown))


def _shown(part: str, is_code: bool) -> str:  # noqa: FBT001 - of `spans`
    return code(part, len(part)) if is_code else _escaped(part)


def _escaped(line: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _unlinked(line))


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a sentence, and whether each is code: it stood in backticks."""
    parts = _QUOTED.split(text)
    yield from ((part, at % 2 == 1) for at, part in enumerate(parts) if part)


def unquoted(text: str) -> str:
    """A sentence for where nothing can be shown as code: in quotes instead."""
    return _QUOTED.sub(r"'\1'", text)


def element(text: str, most: int = 200) -> str:
    """Foreign text inside an HTML element of a comment; nothing in it acts."""
    return html.escape(_unlinked(one_line(text, most)))


def unlinked(text: str, most: int) -> str:
    """Foreign text on one line where Markdown is not read: without what would link."""
    return _unlinked(one_line(text, most))


def _unlinked(line: str) -> str:
    """The line without anything that GitHub would turn into a link."""
    for sign in _LINK_SIGNS:
        line = sign.sub(_ZERO_WIDTH, line)
    return _SHA.sub(_part, line)


def _part(sha: re.Match[str]) -> str:
    """The hex digits in pieces that are too short to be taken for a commit."""
    digits, size = str(sha.group()), _SHORTEST_SHA - 1
    pieces = [digits[at : at + size] for at in range(0, len(digits), size)]
    return _ZERO_WIDTH.join(pieces)


def code(text: str, most: int = 200) -> str:
    """Foreign text as inline code, safe in a table cell too; empty text is a dash."""
    line = one_line(text, most).replace("|", rf"{_ZERO_WIDTH}\|")
    if not line:
        return "-"
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if len(fence) > 1 or line.startswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(text: str, most: int = 2000) -> str:
    """The end of foreign text as a fenced block that it cannot close."""
    body = plain(text)[-most:].strip("\n")
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}text\n{body}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
