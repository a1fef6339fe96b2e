"""How the App is configured: whole, by half, wrongly, or not at all."""

from dataclasses import replace

import pytest

from bot.domain.errors import UserFault
from bot.domain.github.configuration import (
    GITHUB_API,
    Given,
    Listen,
    configured,
    is_loopback,
    public_address,
    web_address,
    whereabouts,
)
from bot.domain.github.values import Secret

WHOLE = Given(
    app_id="4711",
    private_key=Secret("pem"),
    webhook_secret=Secret("hush"),
    public_url="https://gate.example.com/",
)


def fault(given: Given) -> UserFault:
    with pytest.raises(UserFault) as caught:
        configured(given)
    assert caught.value.mend
    return caught.value


def test_what_is_given_whole_is_an_app() -> None:
    config = configured(WHOLE)
    assert config is not None
    assert (config.app, config.former_secret) == (4711, None)
    assert config.hook_url == "https://gate.example.com/webhook"
    assert (config.api_url, config.web_url) == (GITHUB_API, "https://github.com")
    assert config.listen == Listen("127.0.0.1", 8000)


def test_nothing_given_is_no_app_and_addresses_alone_are_none_either() -> None:
    assert configured(Given()) is None
    assert configured(Given(public_url="https://gate.example.com")) is None


def test_addresses_are_looked_at_before_there_is_an_app() -> None:
    place = whereabouts(Given(listen="0.0.0.0:80"))
    assert (place.public_url, place.listen) == ("", Listen("0.0.0.0", 80))
    with pytest.raises(UserFault, match="public address"):
        configured(Given(public_url="gate"))


@pytest.mark.parametrize(
    ("missing", "name"),
    [
        ("app_id", "SEEDGATE_APP_ID"),
        ("private_key", "SEEDGATE_PRIVATE_KEY_FILE"),
        ("webhook_secret", "SEEDGATE_WEBHOOK_SECRET"),
        ("public_url", "SEEDGATE_PUBLIC_URL"),
    ],
)
def test_half_an_app_is_told_what_it_lacks(missing: str, name: str) -> None:
    said = fault(replace(WHOLE, **{missing: None})).problem
    assert f"({name}) is missing" in said


def test_all_that_is_missing_is_told_at_once() -> None:
    said = fault(Given(app_id="1")).problem
    assert "its private key (SEEDGATE_PRIVATE_KEY_FILE), its webhook secret" in said
    assert said.endswith("and our public address (SEEDGATE_PUBLIC_URL) are missing.")


@pytest.mark.parametrize("number", ["0", "-1", "one", "1.5", "\u0661", ""])
def test_an_id_that_is_no_number_is_refused(number: str) -> None:
    assert "no number" in fault(replace(WHOLE, app_id=number)).problem


@pytest.mark.parametrize("name", ["private_key", "webhook_secret", "former_secret"])
def test_an_empty_secret_is_refused(name: str) -> None:
    assert "is empty" in fault(replace(WHOLE, **{name: Secret(" \n")})).problem


def test_a_former_secret_counts_beside_the_new_one() -> None:
    config = configured(replace(WHOLE, former_secret=Secret("old")))
    assert config is not None
    assert config.former_secret == Secret("old")


def test_the_environment_goes_before_what_is_stored() -> None:
    ours = Given(webhook_secret=Secret("new"), listen="[::1]:9000")
    both = ours.over(WHOLE)
    assert both.webhook_secret == Secret("new")
    config = configured(both)
    assert config is not None
    assert (config.app, config.listen) == (4711, Listen("::1", 9000))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("gate.example.com", "does not begin with https://"),
        ("ftp://gate.example.com", "does not begin with https://"),
        ("https://", "names no host"),
        ("https://ann:pw@gate.example.com", "a user in it"),
        ("https://gate.example.com?x=1", "a query"),
        ("https://gate.example.com/?", "a query"),
        ("https://gate.example.com#x", "a fragment"),
        ("https://gate.example.com:99999", "out of range"),
        ("https://gate.example.com:0", "its port is 0"),
        ("https://[gate", "cannot be read"),
        ("https://gate example.com", "the character ' '"),
        ('https://gate.example.com/"', "the character '\"'"),
        ("https://g\u00e4te.example.com", "not ASCII"),
    ],
)
def test_an_address_that_is_none_is_refused_with_why_and_an_example(
    url: str, why: str
) -> None:
    for api, example in ((False, "gate.example.com"), (True, "api.github.com")):
        wrong = replace(WHOLE, **{"api_url" if api else "public_url": url})
        refused = fault(wrong)
        assert "is none: it" in refused.problem
        assert why in refused.problem
        name = "SEEDGATE_API_URL" if api else "SEEDGATE_PUBLIC_URL"
        assert f"in {name}, such as https://{example}" in refused.mend
    with pytest.raises(UserFault, match="is none"):
        public_address(url)


def test_nothing_secret_goes_over_plain_http_but_on_this_machine() -> None:
    assert "not https" in fault(replace(WHOLE, public_url="http://gate.lab")).problem
    assert "not https" in fault(replace(WHOLE, api_url="http://ghe.lab")).problem
    here = replace(WHOLE, public_url="http://localhost:8000", api_url="http://[::1]:1")
    assert configured(here) is not None


@pytest.mark.parametrize("text", ["8000", "host:", ":80", "host:x", "host:70000"])
def test_a_place_to_listen_that_is_none_is_refused(text: str) -> None:
    assert "127.0.0.1:8000" in fault(replace(WHOLE, listen=text)).mend


@pytest.mark.parametrize(
    ("api", "web"),
    [
        (GITHUB_API, "https://github.com"),
        ("https://ghe.lab/api/v3", "https://ghe.lab"),
        ("https://ghe.lab:8443/api/v3", "https://ghe.lab:8443"),
        ("https://api.lab.ghe.com", "https://lab.ghe.com"),
        ("http://127.0.0.1:7777", "http://127.0.0.1:7777"),
    ],
)
def test_each_api_has_pages_for_people(api: str, web: str) -> None:
    assert web_address(api) == web


def test_this_machine_is_known_by_its_names() -> None:
    hosts = ("localhost", "LOCALHOST", "127.0.0.2", "::1", "10.0.0.1", "gate.example")
    assert [is_loopback(one) for one in hosts] == [True, True, True, True, False, False]


def test_secrets_show_nowhere() -> None:
    config = configured(WHOLE)
    assert "pem" not in f"{WHOLE!r} {config!r}"
    assert "hush" not in f"{WHOLE!r} {config!r}"
