"""Asking, with answers on paper: pages without end, strange redirects, GraphQL."""

import json
from collections.abc import Sequence

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
