"""Pages for addresses that open nothing: what they say, and that it is all."""

from html.parser import HTMLParser

import pytest

from bot.presentation.link_pages import (
    AWAY,
    BAD,
    EXPIRED,
    UNSIGNED,
    Notice,
    notice_page,
)
from bot.presentation.words.pages import LOGS, TRIALS, left_out

ALL = [UNSIGNED, EXPIRED, BAD, AWAY]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(notice: Notice) -> Reader:
    reader = Reader()
    reader.feed(notice_page(notice))
    return reader


@pytest.mark.parametrize("notice", [UNSIGNED, EXPIRED, BAD])
def test_who_cannot_see_a_report_is_told_how_to_get_a_link(notice: Notice) -> None:
    text = read(notice).text
    assert "Comment /gate status on the pull request" in text
    assert "<code>/gate status</code>" in notice_page(notice)


def test_an_expired_link_says_so() -> None:
    assert "This link has expired" in read(EXPIRED).text


def test_a_bad_link_may_be_anything() -> None:
    assert "looks the same for all of them" in read(BAD).text


def test_a_store_that_is_away_is_nobodys_fault_here() -> None:
    text = read(AWAY).text
    assert "Try again in a minute" in text
    assert "/gate" not in text


@pytest.mark.parametrize("notice", ALL)
def test_notices_run_nothing_and_load_nothing(notice: Notice) -> None:
    tags = read(notice).tags
    assert tags <= {"html", "head", "meta", "title", "style", "body", "h1", "p", "code"}
    assert "http" not in notice_page(notice)


def test_signs_of_html_are_text() -> None:
    made = notice_page(Notice("<b>", ("a & `<i>`",)))
    assert "<h1>&lt;b&gt;</h1>" in made
    assert "<p>a &amp; <code>&lt;i&gt;</code></p>" in made


def test_what_a_page_left_out_is_said() -> None:
    small = "Left out, to keep this page small: "
    assert left_out(0, 9, "") == ""
    assert left_out(1, 1, "") == f"{small}1 of 1 picture."
    assert left_out(9, 9, LOGS) == f"{small}9 of 9 pictures and the ends of logs."
    assert left_out(0, 0, TRIALS) == f"{small}the table of trials."
