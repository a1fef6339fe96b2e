"""Asking, with answers on paper: pages without end, strange redirects, GraphQL."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from bot.adapters.github.asking import Ask, Asker
from bot.adapters.github.connected import ConnectedGitHub, Identity
from bot.adapters.github.lines import Answered, Lines, Request
from bot.adapters.github.wire import Numbered
from bot.domain.github import (
    Failure,
    Forbidden,
    GitHubError,
    NotFound,
    Odd,
    Place,
    RateLimited,
    Refused,
    Secret,
    Transient,
)
from tests.adapters.github.stage import keys

NOW = 1_790_000_000.0
ASK = Ask(Request("GET", "/repositories/1/things"))


class OnPaper(Lines):
    """Answers in turn; the last one for ever."""

    def __init__(self, *answers: Answered) -> None:
        super().__init__("http://127.0.0.1:9")
        self.answers: Sequence[Answered] = answers
        self.asked: list[Request] = []

    def send(self, credential: Secret, request: Request) -> Answered:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


class Anybody:
    caller = "somebody"

    def show(self) -> Secret:
        return Secret("x")

    def spoilt(self, used: Secret) -> bool:
        return False


def numbers(lines: Lines, most: int) -> list[int]:
    asker, shape = Asker(lines, lambda: NOW), TypeAdapter(list[Numbered])
    return [one.id for page in asker.pages(Anybody(), ASK, shape, most) for one in page]


def test_pages_without_end_are_odd() -> None:
    endless = Answered(200, {"link": '<http://127.0.0.1:9/x>; rel="next"'}, "[]")
    lines = OnPaper(endless)
    with pytest.raises(GitHubError) as raised:
        numbers(lines, 3)
    assert raised.value.failure == Odd("more than 3 pages")
    assert len(lines.asked) == 3


def items(first: int, count: int) -> str:
    return json.dumps([{"id": first + n} for n in range(count)])


def polled(*answers: Answered) -> tuple[list[int], list[int], OnPaper]:
    """What two rounds through a list gave, and what was asked in them."""
    lines = OnPaper(*answers)
    asker, shape = Asker(lines, lambda: NOW), TypeAdapter(list[Numbered])
    ask = replace(ASK, polled=True)
    rounds = [
        [one.id for page in asker.pages(Anybody(), ask, shape) for one in page]
        for _ in range(2)
    ]
    return rounds[0], rounds[1], lines


NEXT = {"link": '<http://127.0.0.1:9/p2>; rel="next"'}
TAG = {"etag": '"1"'}


def test_a_page_that_has_not_changed_tells_anew_whether_another_one_follows() -> None:
    """The tag is of the page alone: what came to be behind it does not change it."""
    known, same = Answered(200, TAG, items(1, 1)), Answered(304, TAG | NEXT, "")
    two = Answered(200, {}, items(2, 1))
    first, second, _ = polled(known, same, two)
    assert (first, second) == ([1], [1, 2])


def test_a_full_page_that_was_the_last_one_is_read_anew() -> None:
    """An answer that it has not changed might not tell that another one follows."""
    full, more = Answered(200, TAG, items(1, 100)), Answered(200, TAG | NEXT, "[]")
    last = Answered(200, {}, items(101, 1))
    first, second, lines = polled(full, more, last)
    assert (len(first), second) == (100, [101])
    assert [one.etag for one in lines.asked] == ["", "", ""]


def test_a_page_that_has_not_changed_and_says_no_more_leads_where_it_led() -> None:
    full, two = Answered(200, TAG | NEXT, items(1, 100)), Answered(200, {}, "[]")
    same, last = Answered(304, TAG, ""), Answered(200, {}, items(101, 1))
    first, second, lines = polled(full, two, same, last)
    assert (len(first), len(second)) == (100, 101)
    assert [one.etag for one in lines.asked] == ["", "", '"1"', ""]


def test_a_page_that_became_the_last_one_is_not_known_any_more() -> None:
    """It is full, and its end is as little to be trusted as that of any other."""
    full, none = Answered(200, TAG | NEXT, items(1, 100)), Answered(200, {}, "[]")
    ended = Answered(304, TAG | {"link": '<http://127.0.0.1:9/p1>; rel="first"'}, "")
    lines = OnPaper(full, none, ended, Answered(200, TAG, items(1, 100)))
    asker, shape = Asker(lines, lambda: NOW), TypeAdapter(list[Numbered])
    for _ in range(3):
        list(asker.pages(Anybody(), replace(ASK, polled=True), shape))
    assert [one.etag for one in lines.asked] == ["", "", '"1"', ""]


def test_a_redirect_to_anywhere_else_is_not_followed() -> None:
    lines = OnPaper(Answered(301, {"location": "http://portal.example/login"}, ""))
    with pytest.raises(GitHubError) as raised:
        numbers(lines, 3)
    assert raised.value.failure == Odd("status 301")
    assert len(lines.asked) == 1


def test_a_redirect_is_followed_once_with_its_query() -> None:
    there = "http://127.0.0.1:9/repositories/2/things"
    lines = OnPaper(Answered(301, {"location": there}, ""))
    with pytest.raises(GitHubError):
        numbers(lines, 3)
    assert [one.path for one in lines.asked] == [ASK.request.path, there]
    assert lines.asked[1].query == {"per_page": "100"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("NOT_FOUND", NotFound("m")),
        ("FORBIDDEN", Forbidden((), "m")),
        ("INTERNAL", Transient("m")),
        ("UNPROCESSABLE", Refused("m")),
        ("RATE_LIMITED", RateLimited(NOW + 60)),
        (None, Odd("the comment was not folded away")),
    ],
)
def test_graphql_fails_with_a_good_status(kind: str | None, expected: Failure) -> None:
    errors = [{"type": kind, "message": "m"}] if kind else []
    folded = Answered(200, {}, json.dumps({"data": None, "errors": errors}))
    minted = Answered(201, {}, '{"token": "ghs_x"}')
    github = ConnectedGitHub(Identity(7, Secret(keys()[0])), lambda: NOW)
    github._desk.asker._lines = OnPaper(minted, folded)
    with pytest.raises(GitHubError) as raised:
        github.minimise(Place(1, 2), "IC_7")
    assert raised.value.failure == expected


def test_a_line_is_lent_to_one_thread_at_a_time_and_serves_again() -> None:
    lines = Lines("http://127.0.0.1:9")
    with lines._lent() as first, lines._lent() as second:
        assert first is not second
    with lines._lent() as again:
        assert again in (first, second)
    lines.close()
