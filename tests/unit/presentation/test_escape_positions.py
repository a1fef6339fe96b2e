"""Foreign text stays text in every position of a comment, also after rendering.

Markdown is parsed with markdown-it; what GitHub links afterwards (mentions, issues,
commits, addresses) is looked for in the text that is left.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.commonmark import command_lines
from bot.presentation.escape import (
    block,
    code,
    element,
    markdown,
    one_line,
    plain,
    prose,
)
from tests.fakes.reports import HOSTILE

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ZERO_WIDTH = "\u200b"
LINKED = re.compile(
    r"@[\w-]|#\d|\bGH-\d|GHSA-|CVE-\d|://|www\.|mailto:|xmpp:|:[\w+-]+:"
    r"|(?<![0-9a-z])(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}(?![0-9a-z])",
    re.IGNORECASE,
)
POSITIONS: dict[str, Callable[[str], str]] = {
    "a paragraph": "{}".format,
    "after a word": "x {}".format,
    "glued to a word": "x{}x".format,
    "after a line": "x\n{}".format,
    "before a line": "{}\nx".format,
    "after a break": "x<br>{}".format,
    "a list": "- {}".format,
    "a heading": "### {}".format,
    "bold": "**x: {} x**".format,
    "a cell": "| a | b |\n|:--|--:|\n| {} | x |".format,
    "a quote": "> {}".format,
    "a folded part": "<details>\n<summary>x</summary>\n\n{}\n\n</details>".format,
}
LINKS = (
    "@ada #12 GH-1 o/r#1 www.x.example _www.x.y http://x.example mailto:a@b.c "
    "xmpp:a@b.c :tada: 4f1c9a7b20d3 _4f1c9a7_ CVE-2024-1"
)
MARKS = (
    "` `` ``` ~~~ ~~ * ** _ [x](y) ![x](y) [x] [^1] <b> </summary> <!-- --> &lt; &#47; "
    "| \\ /gate + --- === = :- > # $"
)
UNSEEN = [
    *"\u200b\u202e\u2066\u00ad\ufeff\u3164\ufe0f\ufffc\ue000\ud800\x00\x1b",
    "\x1b[31m",
]
SPACES = ["\n", "\r", "\t", "\u00a0", "\u2028", "\u3000", " ", "- ", "1. ", "2) "]
NASTY = some.sampled_from(
    [*LINKS.split(), *MARKS.split(), *UNSEEN, *SPACES, "/gate run"]
)
FOREIGN = some.lists(
    some.one_of(NASTY, some.text(max_size=4)), min_size=1, max_size=8
).map("".join)


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def shape(text: str) -> list[str]:
    """The kinds of everything in it but mere text."""
    return [one.type for one in tokens(text) if one.type != "text"]


def left_over(text: str) -> str:
    """The text that GitHub looks for references in."""
    kinds = {"text", "softbreak"}
    return "\n".join(one.content for one in tokens(text) if one.type in kinds)


@pytest.mark.parametrize("place", POSITIONS)
@given(text=FOREIGN)
@example(text=HOSTILE)
@example(text="=")
@example(text="_www.evil.example_ _4f1c9a7_")
@example(text="@\u200badmin /\u3164gate")
def test_foreign_text_changes_nothing_but_the_text(place: str, text: str) -> None:
    put = POSITIONS[place]
    written = markdown(text)
    if not written:
        return
    assert shape(put(written)) == shape(put("x"))
    assert not LINKED.search(left_over(put(written)).replace("x<br>", ""))
    assert command_lines(put(written)) == ()
    assert command_lines(f"/gate why\n{put(written)}")[1:] == ()


@given(FOREIGN)
def test_every_visible_character_is_still_there(text: str) -> None:
    shown = "".join(one.content for one in tokens(markdown(text)) if one.type == "text")
    assert shown.replace(ZERO_WIDTH, "") == one_line(text, 2000)


@pytest.mark.parametrize("place", POSITIONS)
@given(text=some.lists(FOREIGN, max_size=5).map("`".join))
@example(text="`@ada` `#12`@`x`")
@example(text="\\`a`|`b|c`")
def test_foreign_backticks_in_a_sentence_of_ours_make_nothing_but_code(
    place: str, text: str
) -> None:
    put = POSITIONS[place]
    written = prose(text)
    if not written:
        return
    kinds = [one for one in shape(put(written)) if one != "code_inline"]
    assert kinds == shape(put("x"))
    assert not LINKED.search(left_over(put(written)).replace("x<br>", ""))
    assert command_lines(put(written)) == ()


@pytest.mark.parametrize("place", POSITIONS)
@given(text=FOREIGN)
def test_foreign_code_is_one_piece_of_code_everywhere(place: str, text: str) -> None:
    put = POSITIONS[place]
    assert shape(put(code(text))) == shape(put(code("x") if code(text) != "-" else "-"))
    assert command_lines(put(code(text))) == ()


@given(FOREIGN)
def test_a_log_is_one_block_with_no_command_in_it(text: str) -> None:
    assert shape(block(text)) == ["fence"]
    assert command_lines(f"{block(text)}\n\n/gate why")[0].text == "/gate why"


@given(FOREIGN)
def test_foreign_text_in_an_element_makes_no_tag_and_no_link(text: str) -> None:
    written = element(text)
    assert "<" not in written
    assert not LINKED.search(re.sub(r"&[a-z0-9#]+;", " ", written))
    folded = "<details>\n<summary>{}</summary>\n\nx\n\n</details>".format
    assert shape(folded(written)) == shape(folded("x"))


@given(some.text())
def test_nothing_that_cannot_be_seen_is_kept(text: str) -> None:
    kept = plain(text)
    assert all(one in "\n\t" or one.isprintable() for one in kept)
    assert plain(kept) == kept


def test_letters_that_show_nothing_are_dropped_and_odd_spaces_are_spaces() -> None:
    assert plain("a\u3164b\u115fc\ufe0fd\U000e0101e\u2800f") == "abcdef"
    assert plain("1\u00a0000\u2009s\u3000x\u2028y") == "1 000 s x y"


def test_the_hostile_name_is_escaped_in_time_that_grows_with_its_length() -> None:
    long = HOSTILE * 2000
    assert len(markdown(long, 60_000)) < 200_000
    assert len(code(long, 60_000)) < 100_000
    assert len(block(long, 60_000)) < 70_000
