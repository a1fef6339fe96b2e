"""Foreign text never acts: not in Markdown, not in code, not in a table."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.presentation.escape import (
    block,
    code,
    element,
    markdown,
    one_line,
    plain,
    prose,
    unquoted,
)
from tests.fakes.reports import HOSTILE

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ACTING = {"link_open", "image", "html_inline", "html_block", "em_open", "strong_open"}


KINDS = {"text", "code_inline"}


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def shown(text: str) -> str:
    """What a reader sees of rendered text, without zero-width spaces."""
    kinds = {"text", "code_inline", "softbreak"}
    parts = (one.content for one in tokens(text) if one.type in kinds)
    return "".join(parts).replace("\u200b", "")


@pytest.mark.parametrize(
    "text",
    [
        "@everyone",
        "mail ada@example.org",
        "#12",
        "owner/repo#12",
        "GH-12",
        "http://evil.example",
        "www.evil.example",
        "mailto:ada@example.org",
        ":tada:",
        "4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b",
    ],
)
def test_what_github_links_after_rendering_is_parted(text: str) -> None:
    rendered = "\n".join(one.content for one in tokens(markdown(text)))
    linked = re.compile(r"@\w|#\d|\bGH-\d|://|\bwww\.|mailto:|:\w+:|\b[0-9a-f]{7,40}\b")
    assert not linked.search(rendered)
    assert shown(markdown(text)) == text


def test_what_a_sentence_has_in_backticks_is_code_and_the_rest_is_text() -> None:
    said = prose("Raise `budget.trials` in *the* policy, not `a`b` or `` c ``.")
    kinds = [(one.type, one.content) for one in tokens(said) if one.type in KINDS]
    assert ("code_inline", "budget.trials") in kinds
    assert ("code_inline", "a") in kinds
    assert shown(said) == "Raise budget.trials in *the* policy, not ab` or `` c ``."
    assert prose("- no item") == markdown("- no item")


def test_where_nothing_is_shown_as_code_it_stands_in_quotes() -> None:
    assert unquoted("Raise `budget.trials` here.") == "Raise 'budget.trials' here."
    assert unquoted("a ` b ` c") == "a ` b ` c"


@given(some.text("`a@#|\\[]()<>*_ /-:1", max_size=40))
def test_nothing_acts_in_a_sentence_whatever_is_in_backticks(text: str) -> None:
    found = {one.type for one in tokens(f"x {prose(text)}")}
    assert not found & ACTING
    table = f"| a | b |\n|:--|:--|\n| {prose(text)} | x |"
    assert sum(one.type == "td_open" for one in tokens(table)) == 2


@pytest.mark.parametrize(
    "text",
    ["/gate run", "- item", "+ item", "1. item", "2) item", "---", "===", "--- x"],
)
def test_a_line_start_is_no_command_list_or_rule(text: str) -> None:
    written = markdown(text)
    assert written.startswith("\u200b")
    assert {one.type for one in tokens(written)} <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
    }


def test_plain_numbers_and_words_stay_as_they_are() -> None:
    for text in ("0.3949", "-0.0426", "+0.01", "5 seeds", "model.py", "1234567"):
        assert markdown(text) == text


def test_a_hostile_name_is_only_text() -> None:
    assert not ACTING & {one.type for one in tokens(markdown(HOSTILE))}


@given(some.text(alphabet=some.characters(codec="utf-8"), max_size=60))
def test_no_text_ever_acts(text: str) -> None:
    assert not ACTING & {one.type for one in tokens(markdown(text))}
    assert shown(markdown(text)) == one_line(text, 2000).replace("\u200b", "")


@given(some.text(alphabet="`|\\ ab<>@[]()", max_size=30))
def test_inline_code_in_a_table_stays_one_cell_of_code(text: str) -> None:
    table = f"| a | b |\n|--|--|\n| {code(text)} | x |"
    kinds = [one.type for one in tokens(table)]
    assert kinds.count("td_open") == 2
    assert not ACTING & set(kinds)


def test_empty_code_is_a_dash() -> None:
    assert code(" \n ") == "-"


@given(some.text(alphabet="`~\n a<", max_size=40))
def test_a_log_cannot_close_its_block(text: str) -> None:
    kinds = [one.type for one in tokens(block(text))]
    assert kinds == ["fence"]


def test_only_the_end_of_a_long_log_is_kept() -> None:
    assert block("first\n" + "x" * 50 + "\nlast", most=8) == "```text\nxxx\nlast\n```"


def test_control_and_direction_characters_are_dropped() -> None:
    assert plain("a\x1b[31mb\u202ec\x00\td\ne") == "a[31mbc\td\ne"


def test_a_long_line_is_cut_with_dots() -> None:
    assert one_line("a b  c\nd" * 10, 10) == "a b c d..."


def test_text_in_an_element_is_neither_a_tag_nor_a_link() -> None:
    said = element("<b>@ada</b> #1 www.evil.example 9e8d7c6b5a & more", 100)
    assert "<" not in said
    assert "@ada" not in said
    assert "www." not in said
    assert "9e8d7c6b5a" not in said
    assert said.endswith("&amp; more")
