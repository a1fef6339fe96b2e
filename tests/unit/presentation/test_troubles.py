"""Every failure of GitHub's but one has its sentence in the log."""

import pytest

from bot.domain.github import (
    Failure,
    Forbidden,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
)
from bot.presentation.words.troubles import trouble, unlisted

API = "https://ghe.lab/api/v3"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Transient("HTTP 502"), "cannot be reached, or fails (HTTP 502)"),
        (Unauthorised("Bad credentials"), "private key is one of this App's"),
        (Forbidden(("checks=write",), "no"), "It takes the permission checks=write."),
        (Forbidden((), "no"), "do something (no). `seedgate doctor`"),
        (Forbidden((), "Invalid app_id"), "what another App made, that one alone can"),
        (RateLimited(3_600.0), "rest until 01:00:00 UTC"),
        (Refused("Validation Failed", ("body",)), "(Validation Failed; body)"),
        (Odd("title: Field required"), "(title: Field required)"),
    ],
)
def test_a_failure_is_told_in_a_sentence(failure: Failure, words: str) -> None:
    assert words in trouble(failure, API)


@pytest.mark.parametrize("failure", [Transient("502"), Unauthorised("no")])
def test_a_wrong_address_is_named_where_it_looks_like_a_github_that_is_away(
    failure: Failure,
) -> None:
    assert f"{API} (SEEDGATE_API_URL)" in trouble(failure, API)


def test_what_is_not_there_is_no_trouble() -> None:
    assert trouble(NotFound("Not Found"), API) == ""


@pytest.mark.parametrize(
    "failure", [NotFound("Not Found"), Odd("no JSON"), Refused("Bad", ())]
)
def test_where_installations_cannot_be_listed_the_address_is_named(
    failure: Failure,
) -> None:
    assert "SEEDGATE_API_URL" in unlisted(failure)


@pytest.mark.parametrize(
    "failure", [Transient("502"), Unauthorised("no"), RateLimited(1.0)]
)
def test_what_is_told_of_every_call_is_not_told_of_the_list_too(
    failure: Failure,
) -> None:
    assert unlisted(failure) == ""
