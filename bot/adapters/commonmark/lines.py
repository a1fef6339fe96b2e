"""The lines of a comment that begin with `/gate` and are plain text to a reader.

Large letters are as good as small ones, and a byte order mark that was pasted before
it is kept, for the parser to name. A zero-width space is what `bot.presentation.escape`
puts there for it to be none.

A line counts in a paragraph or a heading, also inside a list; never after a list mark
or another sign, and never in a quote, code, HTML, link, image, table or strikethrough.
A line that goes on from a quote without a `>` belongs to the quote, as GitHub shows it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from bot.adapters.commonmark.parser import BREAKS, TooCostly, next_line_at, parse
from bot.adapters.commonmark.shelter import Shelter
from bot.domain.commands import PREFIX, CommandLine

LONGEST_BODY = 65_536
"""Characters; GitHub takes no longer comment, so in a longer text nothing is found."""

_LINE_END = re.compile(r"\r\n?")
_COMMAND = re.compile(
    rf"^[ \t]*(?P<text>\ufeff?{PREFIX}(?P<next>.)?.*)", re.MULTILINE | re.IGNORECASE
)
_BLOCKS = {"paragraph_open", "heading_open"}
_QUOTE = {"blockquote_open", "blockquote_close"}
_HTML = {"html_block", "html_inline"}
_INSIDE = {"link_open", "link_close", "s_open", "s_close"}
_NEVER_READ = {"code_inline", "html_inline", "link_open", "image"}


@dataclass(slots=True)
class _Line:
    """A line of a block: its place in it, whether it is read, whether it is plain."""

    index: int
    is_read: bool
    plain: bool = True


def command_lines(body: str) -> tuple[CommandLine, ...]:
    """The command lines of a comment, in order.

    Takes time in proportion to the length of the body; most have no such line and are
    not parsed at all. In a body that was made to take long none is found.
    """
    source = _LINE_END.sub("\n", body)
    if len(body) > LONGEST_BODY or not _COMMAND.search(source):
        return ()
    try:
        tokens = parse(source)
    except TooCostly:
        return ()
    return tuple(_found(tokens, source.split("\n")))


def _found(tokens: Iterable[Token], source: Sequence[str]) -> Iterator[CommandLine]:
    for first, line in _read(tokens):
        number = first + line.index
        command = _COMMAND.match(source[number])
        if command and _ends(command["next"]):
            yield CommandLine(command["text"].rstrip(), number + 1, line.plain)


def _ends(following: str | None) -> bool:
    """Whether the prefix is a whole word, with what follows it; `/gateway` is none.

    What cannot be seen ends it too, so that the parser can name it.
    """
    return following is None or following.isspace() or not following.isprintable()


def _read(tokens: Iterable[Token]) -> Iterator[tuple[int, _Line]]:
    """The lines that are read, each with the number of the line its block begins in."""
    shelter, quotes, before = Shelter(), 0, ""
    for token in tokens:
        quotes += token.nesting if token.type in _QUOTE else 0
        if token.type in _HTML:
            shelter.see(token.content)
        lines = tuple(_lines(token, shelter)) if token.type == "inline" else ()
        if before in _BLOCKS and not quotes and token.map:
            yield from ((token.map[0], one) for one in lines if one.is_read)
        before = token.type


def _lines(block: Token, shelter: Shelter) -> Iterator[_Line]:
    """The lines of a block that begin as text; others begin inside code or HTML."""
    line, at, inside = _Line(0, is_read=not shelter.is_open), 0, 0
    for token in block.children or ():
        if token.type in BREAKS:
            yield line
            after = next_line_at(token)
            index = line.index + block.content.count("\n", at, after)
            line, at = _Line(index, not (inside or shelter.is_open)), after
        inside += token.nesting if token.type in _INSIDE else 0
        line.plain = line.plain and token.type not in _NEVER_READ
        if token.type in _HTML:
            shelter.see(token.content)
    yield line
