"""Making foreign text harmless: names, log lines and file names become mere text.

GitHub turns mentions, issue numbers, SHAs and addresses into links after Markdown was
rendered, so a backslash is not enough: the sign that starts one is parted from the rest
by a zero-width space.
"""

import html
import re

_ZERO_WIDTH = "\u200b"
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#!|~&$])")
_LINE_START = re.compile(r"^(?=/|[-+](?:\s|$)|[-=]{2,}|\d+[.)](?:\s|$))")
_LINK_SIGNS = (
    re.compile(r"(?<=@)(?=\S)"),
    re.compile(r"(?<=#)(?=\d)"),
    re.compile(r"(?<=:)(?=//)"),
    re.compile(r"(?<=\bwww)(?=\.)", re.IGNORECASE),
    re.compile(r"(?<=\bGH)(?=-\d)", re.IGNORECASE),
    re.compile(r"(?<=\bmailto)(?=:)", re.IGNORECASE),
    re.compile(r"(?<=\bxmpp)(?=:)", re.IGNORECASE),
    re.compile(r"(?<=:)(?=[\w+-]+:)"),  # :emoji:
)
_SHA = re.compile(r"\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,64}\b", re.IGNORECASE)
_SHORTEST_SHA = 7


def plain(text: str) -> str:
    """The text without control, format and private characters but newline and tab."""
    return "".join(one for one in text if one in "\n\t" or one.isprintable())


def one_line(text: str, most: int) -> str:
    """The text on one line, cut to `most` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def markdown(text: str, most: int = 2000) -> str:
    """Foreign text inside a Markdown paragraph or table cell; nothing in it acts."""
    line = _MARKDOWN.sub(r"\\\1", _unlinked(one_line(text, most)))
    return _LINE_START.sub(_ZERO_WIDTH, line)


def element(text: str, most: int = 200) -> str:
    """Foreign text inside an HTML element of a comment; nothing in it acts."""
    return html.escape(_unlinked(one_line(text, most)))


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
