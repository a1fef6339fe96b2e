"""Reading takes time in proportion to the length, however nasty the comment.

Counted in steps of the interpreter, so that a slow machine changes nothing: twice the
text may cost little more than twice the steps.
"""

import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.adapters.commonmark import LONGEST_BODY, command_lines
from bot.domain.commands import LONGEST_LINE, CommandLine, parse

SIZE = 1000
GROWTH = 2.5
SPARE = 500
NASTY = [
    "[", "![", "[a](", "![a](", "[a", "[a\n", "[a][b]", "[x\\]", "]", "[[a]]()",
    "`", "`a``", "``` ", "*", "*a_", "**a*", "_a ", "~~a", "a*\n",
    "<", "<a ", "<a href='", "<!--", "<![CDATA[", "<?", "</a", "<code>", "<a\n",
    "> ", ">", "> - ", "- > ", "- a\n", " - a\n  - b\n", "1. ", "1) a\n", "* * ",
    "|", "|a\n|-\n", "|a|b|\n|-|-|\n", "a\n=\n", "---\n", "#", "\\", "\\\n", "&",
    "&#1;", "[a]: b\n", "[a]:\n", "\n", "\t", " ", "a  \n", "    a\n", "```\n", "~~~\n",
    "/gate run\n", "/gate `\n", "/gate <!--\n", "\r", "\x00", "\u200b", "\ud800",
]  # fmt: skip


def steps(body: str) -> int:
    """Calls of functions, Python's and C's, that it takes to read the body."""
    count = 0

    def seen(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(seen)
    try:
        command_lines(body)
    finally:
        sys.setprofile(None)
    return count


def filled(unit: str, size: int) -> str:
    return f"/gate run\n{unit * (size // len(unit))}"


command_lines("/gate warm")  # the parser is made once


@pytest.mark.parametrize("unit", NASTY)
def test_twice_the_text_takes_twice_the_steps(unit: str) -> None:
    once, twice = steps(filled(unit, SIZE)), steps(filled(unit, 2 * SIZE))
    assert twice <= GROWTH * once + SPARE


LAZY = ["> ---\na\n", "> # a\nb\n", "> ```\nb\n", "> <!--\nb\n", "> [a]: b\na\n"]


@pytest.mark.parametrize("unit", LAZY)
def test_quotes_that_end_early_are_given_up_in_time(unit: str) -> None:
    assert command_lines(filled(unit, 8 * SIZE)) == ()


@pytest.mark.parametrize("unit", LAZY)
def test_a_few_quotes_that_end_early_hide_nothing(unit: str) -> None:
    lines = command_lines(f"/gate run\n\n{unit * 20}")
    assert lines == (CommandLine("/gate run", 1),)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(some.lists(some.sampled_from(NASTY), min_size=1, max_size=4).map("".join))
def test_no_mixture_of_nasty_pieces_takes_more(unit: str) -> None:
    once, twice = steps(filled(unit, 2 * SIZE)), steps(filled(unit, 4 * SIZE))
    assert twice <= GROWTH * once + 100 * SPARE


def test_a_comment_without_a_command_is_not_parsed() -> None:
    assert steps("[" * LONGEST_BODY) < 20


def test_the_longest_comment_of_nothing_but_commands_is_read() -> None:
    lines = command_lines("/gate run\n" * (LONGEST_BODY // 10))
    assert len(lines) == LONGEST_BODY // 10


@pytest.mark.parametrize("unit", ['"', "=", "a=", '""', ",", "a,", " a", '"a" ', "-a"])
def test_a_line_of_any_length_is_parsed_at_once(unit: str) -> None:
    for size in (LONGEST_LINE - 40, LONGEST_BODY):
        parse(CommandLine(f"/gate {unit * (size // len(unit))}"))
        parse(CommandLine(f"/gate unaccept {unit * (size // len(unit))}"))
