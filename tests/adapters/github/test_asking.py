"""Asking, with answers on paper: pages without end, strange redirects, GraphQL."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from bot.adapters.github.asking import Ask, Asker
from bot.adapters.github.connected import ConnectedGitHub, Identity
from bot.adapters.github.lines import Answered, Lines, Request
from bot.adapters.github.wire import Numbered
from bot.domain.github import (
    Account,
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


@pytest.mark.parametrize("links", [{}, NEXT], ids=["last", "next"])
@pytest.mark.parametrize(
    "text",
    [items(1, 100)[:700], '{"message": "soon"}', "<html>"],
    ids=["cut", "another shape", "a proxy's"],
)
def test_what_cannot_be_read_is_asked_for_anew(
    text: str, links: dict[str, str]
) -> None:
    """Its tag is that of the whole page: with it GitHub would say that all is known."""
    lines = OnPaper(Answered(200, TAG | links, text), Answered(200, TAG, items(1, 3)))
    asker, shape = Asker(lines, lambda: NOW), TypeAdapter(list[Numbered])
    ask = replace(ASK, polled=True)
    with pytest.raises(GitHubError) as raised:
        list(asker.pages(Anybody(), ask, shape))
    assert isinstance(raised.value.failure, Odd)
    (found,) = asker.pages(Anybody(), ask, shape)
    assert [one.id for one in found] == [1, 2, 3]
    assert [one.etag for one in lines.asked] == ["", ""]


def test_one_thing_that_cannot_be_read_is_asked_for_anew_too() -> None:
    lines = OnPaper(Answered(200, TAG, '{"id": "7"}'), Answered(200, TAG, '{"id": 7}'))
    asker, ask = Asker(lines, lambda: NOW), replace(ASK, polled=True)
    with pytest.raises(GitHubError):
        asker.read(Anybody(), ask, TypeAdapter(Numbered))
    assert asker.read(Anybody(), ask, TypeAdapter(Numbered)).id == 7
    assert [one.etag for one in lines.asked] == ["", ""]


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
        ("RATE_LIMIT", RateLimited(NOW + 60)),
        ("RATE_LIMITED", RateLimited(NOW + 60)),
        (None, Odd("the comment was not folded away")),
    ],
)
def test_graphql_fails_with_a_good_status(kind: str | None, expected: Failure) -> None:
    errors = [{"type": kind, "message": "m"}] if kind else []
    github = answering({"data": None, "errors": errors})
    assert failing(lambda: github.minimise(Place(1, 2), "IC_7")) == expected


def answering(body: object, **headers: str) -> ConnectedGitHub:
    """GitHub, where GraphQL answers this by status 200."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    minted = Answered(201, {}, '{"token": "ghs_x"}')
    github = ConnectedGitHub(Identity(7, Secret(keys()[0])), lambda: NOW)
    answer = Answered(200, named, json.dumps(body))
    github._desk.asker._lines = OnPaper(minted, answer)
    return github


def failing(call: Callable[[], object]) -> Failure:
    with pytest.raises(GitHubError) as raised:
        call()
    return raised.value.failure


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"message": SECONDARY}]},
        {"data": None, "errors": [{"type": "OTHER", "message": "m"}] * 2},
        {"message": SECONDARY, "documentation_url": "https://docs.github.com/x"},
        {"errors": [{"message": "m"}], "message": None},
    ],
    ids=["words", "a time alone", "beside the errors", "no words"],
)
def test_a_secondary_limit_of_graphql_has_a_good_status_too(body: object) -> None:
    """It is obeyed for as long as it says, and by every later call."""
    github = answering(body, retry_after="90")
    for _ in range(2):
        failure = failing(lambda: github.minimise(Place(1, 2), "IC_7"))
        assert failure == RateLimited(NOW + 90)
    assert failing(lambda: github.comment(Place(1, 2), 7)) == RateLimited(NOW + 90)


def test_the_words_of_a_limit_are_enough() -> None:
    github = answering({"errors": [{"message": SECONDARY}]})
    asked = failing(lambda: github.review_edited(Place(1, 2), "PRR_7"))
    assert asked == RateLimited(NOW + 60)


def test_an_answer_that_says_no_fault_is_good_whatever_its_headers() -> None:
    folded = {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}
    github = answering({"data": folded}, retry_after="90")
    github.minimise(Place(1, 2), "IC_7")


INSTALLED = {"id": 1, "permissions": {}, "events": [], "suspended_at": None}
ORGANIZATION = {"id": 3, "login": "acme", "type": "Organization"}
ENTERPRISE = {"id": 9, "slug": "big", "name": "Big", "avatar_url": "x"}


def listing(*items: object) -> ConnectedGitHub:
    """GitHub, where the App is installed like this."""
    github = ConnectedGitHub(Identity(7, Secret(keys()[0])), lambda: NOW)
    github._desk.asker._lines = OnPaper(Answered(200, {}, json.dumps(items)))
    return github


@pytest.mark.parametrize(
    ("account", "seen"),
    [(ENTERPRISE, Account(9, "big")), (None, None)],
    ids=["an enterprise", "nobody"],
)
def test_who_has_no_login_may_have_the_app_like_others(
    account: object, seen: Account | None, caplog: pytest.LogCaptureFixture
) -> None:
    usual = {**INSTALLED, "account": ORGANIZATION}
    other = {**INSTALLED, "id": 2, "account": account}
    first, second = listing(usual, other).installations()
    assert first.account == Account(3, "acme", "Organization")
    assert (second.id, second.account, second.suspended) == (2, seen, False)
    assert not caplog.records


def test_an_installation_that_cannot_be_read_ends_no_list_and_is_not_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What it reaches would be left, were it not in the list."""
    usual = {**INSTALLED, "account": ORGANIZATION}
    odd = {"id": 2, "account": {"id": "nine"}, "permissions": "all"}
    found = listing(odd, usual).installations()
    assert [one.id for one in found] == [2, 1]
    assert (found[0].account, found[0].suspended) == (None, False)
    (line,) = caplog.messages
    assert line == "Installation 2 cannot be read but for its number"


def test_a_list_with_what_has_no_number_is_odd() -> None:
    """Nobody knows what is missing in it, so nothing may be taken for gone."""
    usual = {**INSTALLED, "account": ORGANIZATION}
    failure = failing(listing(usual, {"message": "soon"}).installations)
    assert isinstance(failure, Odd)


def test_a_line_is_lent_to_one_thread_at_a_time_and_serves_again() -> None:
    lines = Lines("http://127.0.0.1:9")
    with lines._lent() as first, lines._lent() as second:
        assert first is not second
    with lines._lent() as again:
        assert again in (first, second)
    lines.close()
