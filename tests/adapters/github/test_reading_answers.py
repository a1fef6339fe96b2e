"""Answers by status, headers and shape, without a server."""

import json

import pytest
from pydantic import TypeAdapter

from bot.adapters.github.asking import parsed
from bot.adapters.github.failing import LONGEST_REST_S, failure_of
from bot.adapters.github.graphql import MINIMIZED
from bot.adapters.github.lines import Answered, Request
from bot.adapters.github.owner_wire import BRANCH, RULES, ChecksRuleWire
from bot.adapters.github.pages import SeenPages, next_page
from bot.adapters.github.wire import CHECK_RUN, PULL, Numbered
from bot.domain.github import (
    CheckStatus,
    Conclusion,
    Failure,
    Forbidden,
    GitHubError,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    RequiredCheck,
    Transient,
    Unauthorised,
)
from bot.presentation.words.troubles import trouble

NOW = 1_790_000_000.0


def said(status: int, text: str = "{}", **headers: str) -> Failure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure_of(Answered(status, named, text), NOW)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (401, {}, Unauthorised("")),
        (404, {}, NotFound("")),
        (410, {}, NotFound("")),
        (408, {}, Transient("408")),
        (409, {}, Transient("409")),
        (503, {"retry_after": "9"}, Transient("503")),
        (400, {}, Refused("")),
        (302, {}, Odd("status 302")),
        (204, {}, Odd("status 204")),
        (403, {}, Forbidden((), "")),
        (429, {}, RateLimited(NOW + 60)),
        (403, {"retry_after": "9"}, RateLimited(NOW + 9)),
        (429, {"retry_after": "0"}, RateLimited(NOW + 1)),
        (429, {"retry_after": "soon"}, RateLimited(NOW + 60)),
        (403, {"retry_after": "soon"}, RateLimited(NOW + 60)),
        (403, {"x_ratelimit_remaining": "0"}, RateLimited(NOW + 60)),
        (
            429,
            {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(NOW) + 99)},
            RateLimited(NOW + 99),
        ),
        (
            403,
            {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(NOW) - 99)},
            RateLimited(NOW + 1),
        ),
        (
            403,
            {"x_accepted_github_permissions": "issues=write; pull_requests=write"},
            Forbidden(("issues=write", "pull_requests=write"), ""),
        ),
    ],
)
def test_a_status_with_its_headers_has_one_meaning(
    status: int, headers: dict[str, str], expected: Failure
) -> None:
    assert said(status, **headers) == expected


def test_a_reset_is_told_by_githubs_clock() -> None:
    date = "Mon, 21 Sep 2026 13:00:00 GMT"  # NOW is 13:33:20
    failure = said(
        403, x_ratelimit_remaining="0", x_ratelimit_reset="1789995660", date=date
    )
    assert failure == RateLimited(NOW + 60 + 1789995600 - 1789995600)


@pytest.mark.parametrize(
    "words",
    [
        "You have exceeded a secondary rate limit.",
        "You have triggered an abuse detection mechanism. Please wait a few minutes.",
    ],
)
def test_a_limit_without_headers_is_known_by_its_words(words: str) -> None:
    assert said(403, json.dumps({"message": words})) == RateLimited(NOW + 60)


@pytest.mark.parametrize("status", [403, 429])
def test_a_rest_may_be_told_as_a_moment_by_githubs_clock(status: int) -> None:
    date = "Mon, 21 Sep 2026 13:00:00 GMT"  # NOW is 13:33:20
    after = "Mon, 21 Sep 2026 13:02:00 GMT"
    assert said(status, retry_after=after, date=date) == RateLimited(NOW + 120)
    assert said(status, retry_after=date, date=after) == RateLimited(NOW + 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "999999999999"},
        {"retry_after": "9" * 5_000},
        {"retry_after": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9" * 13},
        {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9" * 400},
    ],
)
def test_no_number_has_us_rest_longer_than_an_hour_and_a_little(
    headers: dict[str, str],
) -> None:
    """A proxy's, or one in milliseconds: nobody could take the rest back."""
    limited = said(429, **headers)
    assert limited == RateLimited(NOW + LONGEST_REST_S)
    assert "has us rest until" in trouble(limited, "https://api.github.com")


def test_a_clock_that_is_none_of_this_world_is_no_clock() -> None:
    date = "Mon, 21 Sep 2026 13:00:00 +99999999999999999"
    reset = str(int(NOW) + 99)
    found = said(403, x_ratelimit_remaining="0", x_ratelimit_reset=reset, date=date)
    assert found == RateLimited(NOW + 99)


def test_a_refusal_is_told_in_short_whatever_its_form() -> None:
    words = '{"message": "No", "errors": ["a", {"field": "b", "code": "c"}]}'
    assert said(422, words) == Refused("No", ("a", "b c"))
    assert said(422, '{"message": 1, "errors": "x"}') == Refused("")
    assert said(422, "[]") == Refused("")
    assert said(422, "<html>") == Refused("")


@pytest.mark.parametrize(
    "text", ["", "<html>", '{"id": "7"}', '{"id": 7', '{"message": "Moved"}', "[]"]
)
def test_a_body_of_another_shape_is_odd(text: str) -> None:
    with pytest.raises(GitHubError) as raised:
        parsed(Answered(200, {}, text), TypeAdapter(Numbered))
    assert isinstance(raised.value.failure, Odd)


def test_what_github_may_leave_empty_may_be_empty() -> None:
    text = """{"number": 7, "state": "closed", "merged_at": "2026-01-02T03:04:05Z",
      "head": {"sha": "a", "ref": "b", "repo": null}, "user": null, "body": null,
      "base": {"sha": "c", "ref": "main", "repo": {"id": 1}}, "title": "t",
      "updated_at": "2026-01-02T03:04:05Z", "new_field": {}}"""
    pull = parsed(Answered(200, {}, text), PULL).value()
    assert (pull.head.repository, pull.author, pull.body) == (None, None, "")
    assert pull.merged
    assert not pull.open


def test_a_word_that_is_new_to_us_is_other() -> None:
    text = """{"id": 1, "head_sha": "a", "name": "n", "external_id": null,
      "status": "waiting", "conclusion": "startup_failure", "app": null,
      "output": {"annotations_count": 0}}"""
    run = parsed(Answered(200, {}, text), CHECK_RUN).value()
    assert (run.status, run.conclusion) == (CheckStatus.OTHER, Conclusion.OTHER)
    assert (run.app, run.external_id) == (None, "")


def test_rules_that_are_new_to_us_are_passed_over() -> None:
    text = """[{"type": "deletion"}, {"type": "required_status_checks",
      "parameters": {"strict_required_status_checks_policy": true,
      "required_status_checks": [{"context": "seedgate"}]}}]"""
    other, checks = parsed(Answered(200, {}, text), RULES)
    assert other.type == "deletion"
    assert isinstance(checks, ChecksRuleWire)
    assert checks.parameters.required_status_checks[0].value().app is None


def test_a_rule_of_checks_that_cannot_be_read_is_not_taken_for_another() -> None:
    text = '[{"type": "required_status_checks", "parameters": {"new": 1}}]'
    with pytest.raises(GitHubError):
        parsed(Answered(200, {}, text), RULES)


def test_classic_protection_pins_an_app_or_nobody() -> None:
    text = """{"name": "main", "protection": {"required_status_checks": {"checks":
      [{"context": "a", "app_id": 7}, {"context": "b", "app_id": -1}]}}}"""
    found = parsed(Answered(200, {}, text), BRANCH).required()
    assert found == (RequiredCheck("a", 7), RequiredCheck("b", None))
    assert parsed(Answered(200, {}, '{"name": "main"}'), BRANCH).required() == ()


def test_the_next_page_is_githubs_own_link() -> None:
    links = '<http://x/1>; rel="prev", <http://x/3?cursor=v1_7>; rel="next"'
    assert next_page({"link": links}) == "http://x/3?cursor=v1_7"
    assert next_page({"link": '<http://x/1>; rel="last"'}) is None
    assert next_page({}) is None


def test_pages_seen_make_room_for_newer_ones() -> None:
    seen = SeenPages(most_characters=10)
    a, b = Request("GET", "/a"), Request("GET", "/b")
    seen.keep("me", a, Answered(200, {"etag": "1"}, "1" * 6))
    assert seen.asking("you", a) == (a, None)
    assert seen.asking("me", a)[0].etag == "1"
    seen.keep("me", a, Answered(200, {"etag": "2"}, "1" * 7))
    assert seen.asking("me", a)[0].etag == "2"
    seen.keep("me", b, Answered(200, {"etag": "3"}, "1" * 4))
    assert seen.asking("me", b)[0].etag == "3"
    assert seen.asking("me", a) == (a, None)
    seen.keep("me", a, Answered(200, {"etag": "4"}, "1" * 11))
    assert seen.asking("me", a) == (a, None)
    seen.keep("me", a, Answered(200, {}, "1"))
    assert seen.asking("me", a) == (a, None)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (json.dumps([1] * 99), True),
        (json.dumps([1] * 100), False),
        (json.dumps({"total_count": 100, "check_runs": [1] * 100}), False),
        (json.dumps({"total_count": 2, "check_runs": [1] * 2}), True),
        ('[{"id": 1}, {"i', False),
    ],
)
def test_a_page_is_known_where_its_tag_tells_all(text: str, known: bool) -> None:
    seen, asked = SeenPages(), Request("GET", "/a")
    seen.keep("me", asked, Answered(200, {"etag": "1"}, text))
    assert (seen.asking("me", asked)[1] is not None) == known


def test_graphql_says_data_or_errors() -> None:
    text = '{"data": {"minimizeComment": null}, "errors": [{"type": "X"}]}'
    found = parsed(Answered(200, {}, text), MINIMIZED)
    assert found.errors[0].type == "X"
