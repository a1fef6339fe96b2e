"""A command is found where a reader sees one at the start of a line, nowhere else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from bot.adapters.commonmark import LONGEST_BODY, command_lines
from bot.domain.commands import CommandLine


def found(body: str) -> list[str]:
    return [line.text for line in command_lines(body)]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("/gate run", ["/gate run"]),
        ("/gate", ["/gate"]),
        ("Looks good.\n/gate run\nThanks!", ["/gate run"]),
        ("/gate run  \n/gate why", ["/gate run", "/gate why"]),
        ("/gate why\\\n/gate help", ["/gate why\\", "/gate help"]),
        ("a\r\n/gate run\r/gate why\r\n", ["/gate run", "/gate why"]),
        ("   /gate run", ["/gate run"]),
        ("a\n        /gate run", ["/gate run"]),
        ("\t\n/gate\trun", ["/gate\trun"]),
        ("/gate run\n---\nsignature", ["/gate run"]),
        ("/gate target mode=_a_,*b*", ["/gate target mode=_a_,*b*"]),
        ('/gate x reason="a \\*b* &amp; c"', ['/gate x reason="a \\*b* &amp; c"']),
        ("*so\n/gate run\nbe it*", ["/gate run"]),
        ("[a]: http://x.example\n/gate run", ["/gate run"]),
        ("Vec<int>\n\n/gate run", ["/gate run"]),
        ("<img src=x>\n\n/gate run", ["/gate run"]),
        ("<details>\n\nx\n\n</details>\n\n/gate run", ["/gate run"]),
        ("</details>\n\n/gate run", ["/gate run"]),
        ("<!-- <code> -->\n\n/gate run", ["/gate run"]),
        ("/gate\u00a0run", ["/gate\u00a0run"]),
        ("/gate\u200brun", ["/gate\u200brun"]),
        ("/Gate why\n/GATE run", ["/Gate why", "/GATE run"]),
        ("\ufeff/gate run", ["\ufeff/gate run"]),
    ],
)  # fmt: skip
def test_a_line_that_begins_so_is_found_as_it_was_typed(
    body: str, lines: list[str]
) -> None:
    assert found(body) == lines


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Please /gate run",
        "/gateway run",
        "/gates",
        "//gate run",
        "\uff0fgate run",
        "/g\u0430te run",
        "\u200b/gate run",
        "\u00a0/gate run",
        "\\/gate run",
        "&#47;gate run",
        "**/gate run**",
        "# /gate run",
        "| /gate run |\n|--|\n| /gate ok |",
        "a | b\n--|--\n/gate run | x",
    ],
)
def test_what_only_looks_like_a_command_is_not_found(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "```\n/gate run\n```",
        "~~~text\n/gate run",
        "````\n```\n/gate run\n```\n````",
        "    /gate run",
        "\t/gate run",
        "- x\n\n      /gate run",
        "`/gate run`",
        "``a\n/gate run\nb``",
        "> /gate run",
        "> a\n/gate run",
        "> > a\n> /gate run",
        "- > a\n/gate run",
        "> - a\n>\n>   /gate run",
        "<!-- a\n/gate run\n-->",
        "a <!--\n/gate run\n--> b",
        "<div>\n/gate run\n</div>",
        "<pre>\n\n/gate run\n\n</pre>",
        "<details>\n<summary>How</summary>\n\n/gate run\n\n</details>",
        "<blockquote>\n\n/gate run\n\n</blockquote>",
        "so: <code>\n/gate run\n</code>",
        "so: <KBD class='x'>\n/gate run\n</kbd>",
        "<a href='x'>\n\n/gate run\n\n</a>",
        "<img alt='\n/gate run\n'>",
        "so <b title='\n/gate run\n'>x</b>",
        "[a\n/gate run\n](http://x.example)",
        "[a](http://x.example '\n/gate run\n')",
        "[a\n/gate run\n]\n\n[a /gate run]: http://x.example",
        "![a\n/gate run\n](http://x.example)",
        "[a]:\n/gate",
        "~~a\n/gate run\nb~~",
        "- /gate run",
        "1. /gate run",
        "- [ ] /gate run",
        "* - /gate run",
        "# /gate run",
    ],
)
def test_code_quotes_html_links_images_and_list_marks_are_never_read(body: str) -> None:
    assert found(body) == []
    assert found(f"{body}\n\n`end`") == []


def test_what_stands_around_a_hidden_line_is_still_found() -> None:
    body = "/gate why\n\n> /gate run\n\n```\n/gate ok\n```\n/gate help\n`\n/gate x`"
    assert found(body) == ["/gate why", "/gate help"]
    body += "\n/gate y"
    assert found(body) == ["/gate why", "/gate help", "/gate y"]


@pytest.mark.parametrize(
    "body", ["- a\n/gate run", "- a\n  /gate run", "1. a\n\n   /gate run"]
)
def test_a_line_of_its_own_inside_a_list_is_found(body: str) -> None:
    assert found(body) == ["/gate run"]


@pytest.mark.parametrize(
    "line",
    [
        "/gate ok `4f1c9a7`",
        "/gate run <b>now</b>",
        "/gate run <!-- stage=full -->",
        "/gate run [x](http://x.example)",
        "/gate run <http://x.example>",
        "/gate run ![x](http://x.example)",
        "/gate run `a\nb`",
    ],
)
def test_a_line_with_something_unreadable_in_it_is_marked(line: str) -> None:
    (only,) = command_lines(line)
    assert not only.plain


def test_a_line_is_marked_for_what_is_in_it_alone() -> None:
    body = "see `x` and <b>y</b>\n/gate run\nand [z](http://x.example)"
    assert command_lines(body) == (CommandLine("/gate run", 2),)


def test_lines_are_counted_in_the_whole_comment() -> None:
    body = "a\r\n\r\n- b\r\n- c\r/gate run\n\n```\n```\n\n\n/gate why"
    assert [one.number for one in command_lines(body)] == [5, 11]


def test_a_text_longer_than_any_comment_holds_none() -> None:
    body = "/gate run\n".ljust(LONGEST_BODY, "x")
    assert found(body) == ["/gate run"]
    assert found(f"{body}x") == []


PIECES = some.one_of(
    some.sampled_from(
        ["/gate run", "\n", "\r\n", "\r", " ", "    ", "`", "```", "> ", "- ", "1. "]
    ),
    some.sampled_from(["<b", ">", "<!--", "-->", "[", "](", ")", "!", "*", "~~", "|"]),
    some.sampled_from(["\\", "&", "#", "=", "---", "<code>", "</code>", "[a]: ", "\t"]),
    some.text(max_size=3),
)
BODIES = some.lists(PIECES, max_size=40).map("".join)


@given(BODIES)
@example("\ud800\n/gate run")
@example("/gate \x00")
@example("/gate\n[a]: <\n/gate [](http://[)")
def test_whatever_is_found_is_a_line_of_the_comment(body: str) -> None:
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in command_lines(body):
        assert lines[line.number - 1].strip(" \t").startswith("/gate")
        assert line.text == lines[line.number - 1].lstrip(" \t").rstrip()
    numbers = [line.number for line in command_lines(body)]
    assert numbers == sorted(set(numbers))


@given(some.text(max_size=200))
def test_a_fence_hides_whatever_does_not_close_it(text: str) -> None:
    inside = text.replace("~", "")
    assert command_lines(f"~~~\n{inside}\n/gate run\n~~~") == ()


@given(BODIES)
def test_nothing_in_a_quote_is_ever_found(body: str) -> None:
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert command_lines("\n".join(f"> {one}" for one in lines)) == ()
