"""CommonMark with GitHub's tables and strikethrough, as tokens that know their place.

Tokens of markdown-it-py say in which lines a block is, but not where in it a line break
is: code, HTML and link targets swallow line ends. So breaks get a mark of their own.

markdown-it-py (4.3) looks ahead from each quote to the next empty line, and again from
each quote that ends early (`> ---` before a line without a mark): a comment of such
lines takes time in proportion to the square of its length. So lines that are looked at
are counted; no other text comes near the bound.
"""

from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence
from markdown_it.rules_inline import StateInline, escape, newline
from markdown_it.token import Token

BREAKS = {"softbreak", "hardbreak"}
_NEXT = "next"
_LOOKS = "looks"
_LOOKS_PER_LINE, _FREE_LOOKS = 20, 2000
_ENDS_BEFORE_FENCE = ["paragraph", "reference", "blockquote", "list"]

Rule = Callable[[StateInline, bool], bool]


class TooCostly(Exception):  # noqa: N818 - a text is at fault, not the program
    """A text that was made to take long."""


def parse(source: str) -> list[Token]:
    """The blocks of a text, with the parts of their lines as children.

    Line ends are `\\n`. Raises `TooCostly` for a text that would not take time in
    proportion to its length.
    """
    lines = source.count("\n") + 1
    return _parser().parse(source, {_LOOKS: _LOOKS_PER_LINE * lines + _FREE_LOOKS})


def next_line_at(token: Token) -> int:
    """Where the text of its block goes on after a line break, in characters."""
    return int(token.meta[_NEXT])


@cache
def _parser() -> MarkdownIt:
    """The parser; it keeps nothing of what it has parsed."""
    made = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    made.block.ruler.at("fence", _counted_fence, {"alt": _ENDS_BEFORE_FENCE})
    made.inline.ruler.at("newline", _marking(newline))
    made.inline.ruler.at("escape", _marking(escape))
    return made


def _counted_fence(
    state: StateBlock,
    first: int,
    last: int,
    silent: bool,  # noqa: FBT001 - the form of a rule
) -> bool:
    """The rule for fences, which is asked whenever a line is looked at."""
    state.env[_LOOKS] -= 1
    if state.env[_LOOKS] < 0:
        raise TooCostly
    return fence(state, first, last, silent)


def _marking(rule: Rule) -> Rule:
    """The rule, which also writes down where a line break that it made ends."""

    def marked(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as above
        done = rule(state, silent)
        if done and not silent and state.tokens and state.tokens[-1].type in BREAKS:
            state.tokens[-1].meta.setdefault(_NEXT, state.pos)
        return done

    return marked
