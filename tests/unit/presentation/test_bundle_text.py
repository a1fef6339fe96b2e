"""The answer to `/gate split`: what is in the bundle, and lines that push it."""

import shlex

import pytest
from markdown_it import MarkdownIt

from bot.presentation.bundle_text import offered, push_lines

ADDRESS = "https://gate.example/bundles/ab?until=17&signature=0f"
HOSTILE = "a'b\"$(id)`id`;&|#!\\*\u2603"


def test_the_lines_fetch_look_and_push_and_name_one_branch() -> None:
    assert push_lines(ADDRESS, "idea-without-b") == (
        "curl --fail --location --output seedgate.bundle "
        "'https://gate.example/bundles/ab?until=17&signature=0f'",
        "git fetch origin",
        "git bundle verify seedgate.bundle",
        "git fetch seedgate.bundle refs/heads/idea-without-b:refs/heads/idea-without-b",
        "git log -p -1 refs/heads/idea-without-b",
        "git push origin refs/heads/idea-without-b",
    )


@pytest.mark.parametrize("name", [HOSTILE, "-x", "--all", "a\u00a0b"])
def test_a_shell_reads_names_as_they_are(name: str) -> None:
    words = [shlex.split(line) for line in push_lines(ADDRESS, name)]
    assert words[0][-1] == ADDRESS
    assert words[3] == [
        *("git", "fetch", "seedgate.bundle"),
        f"refs/heads/{name}:refs/heads/{name}",
    ]
    assert words[5] == ["git", "push", "origin", f"refs/heads/{name}"]


def test_the_answer_says_what_is_in_it_and_that_nothing_was_pushed() -> None:
    said = offered("idea-without-b", ["b"], [("a", "Tune a"), ("c", "")], ADDRESS)
    first, how, lines, ends = said.split("\n\n")
    assert first == (
        "`idea-without-b` is this branch without `b`, on the base. It keeps `a` "
        "(Tune a) and `c`."
    )
    assert how.startswith("Nothing was pushed.")
    assert lines.startswith("```sh\ncurl --fail")
    assert lines.endswith("\n```")
    assert "opens for a day" in ends


def test_a_bundle_that_keeps_nothing_by_name_says_no_more() -> None:
    first = offered("x", ["b"], [], ADDRESS).split("\n\n")[0]
    assert first == "`x` is this branch without `b`, on the base."


def test_many_changes_are_counted() -> None:
    names = [f"c{number}" for number in range(20)]
    said = offered("x", names, [(name, "") for name in names], ADDRESS)
    assert said.count("8 more") == 2


def test_names_and_titles_of_others_are_only_text() -> None:
    evil = "</code>\n\n```\n/gate ok 1234567 @ann [x](http://evil) <b>"
    said = offered(f"x{HOSTILE}", [evil], [(evil, evil)], ADDRESS)
    tokens = MarkdownIt("commonmark").parse(said)
    assert [one.type for one in tokens if one.type in {"fence", "html_block"}] == [
        "fence"
    ]
    inline = [child for one in tokens for child in one.children or []]
    kinds = {one.type for one in inline}
    assert kinds <= {"text", "code_inline", "text_special", "softbreak"}
    plain = [one.content for one in inline if one.type == "text"]
    assert not any("@ann" in one or "http://" in one for one in plain)
    assert not any(line.startswith("/gate") for line in said.split("\n"))
