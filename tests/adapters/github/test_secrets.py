"""Tokens: narrow, renewed in time, minted once, and seen by nobody."""

import logging
import re
import threading
import traceback

import pytest

from bot.adapters.github import ConnectedGitHub, Identity
from bot.domain.errors import UserFault
from bot.domain.github import (
    GitHubError,
    Reaction,
    Secret,
    Transient,
    Unauthorised,
)
from tests.adapters.github.stage import OnFake, draft, keys

MINTED = "apps/create-installation-access-token"


def test_a_token_reaches_one_repository_and_no_more_than_is_needed(
    real: OnFake,
) -> None:
    other = real.ann.founds("secret", {"a.py": "1\n"})
    real.github.repository(real.place)
    real.github.git_token(real.place)
    work, fetch = real.world.tokens.values()
    assert work.repository_ids == fetch.repository_ids == {real.digits.id}
    assert other.id not in work.repository_ids
    assert fetch.permissions == {"contents": "read", "metadata": "read"}
    assert "merge_queues" not in work.permissions


def test_a_token_is_kept_for_fifty_minutes(real: OnFake) -> None:
    for wait, minted in ((0, 1), (2990, 1), (20, 2), (2990, 2)):
        real.passes(wait)
        real.github.repository(real.place)
        assert real.count(MINTED) == minted


def test_a_token_that_ends_too_soon_by_githubs_clock_is_minted_again(
    real: OnFake,
) -> None:
    real.github.repository(real.place)
    for token in real.world.tokens.values():
        token.revoked = True
    real.github.repository(real.place)
    assert real.count(MINTED) == 2


def test_a_token_revoked_in_the_middle_is_replaced_once(real: OnFake) -> None:
    _, sha = real.opens("idea")
    real.strikes("checks/create", "revoked_401")
    real.github.create_check(real.place, draft(sha), again=False)
    assert real.count(MINTED) == 2
    assert len(real.digits.runs) == 1


def test_a_token_that_is_never_taken_is_not_minted_for_ever(real: OnFake) -> None:
    real.strikes("repos/get", "revoked_401", times=9)
    with pytest.raises(GitHubError) as raised:
        real.github.repository(real.place)
    assert isinstance(raised.value.failure, Unauthorised)
    assert real.count(MINTED) == 2


def test_sixteen_threads_mint_one_token(real: OnFake) -> None:
    start = threading.Barrier(16)

    def asks() -> None:
        start.wait(10)
        real.github.repository(real.place)

    threads = [threading.Thread(target=asks) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert real.count(MINTED) == 1


def test_what_was_not_accepted_is_not_asked_for(real: OnFake) -> None:
    real.installation.permissions["checks"] = "read"
    real.installation.permissions.pop("issues")
    real.github.repository(real.place)
    (token,) = real.world.tokens.values()
    assert token.permissions["checks"] == "read"
    assert "issues" not in token.permissions


def test_what_was_accepted_since_is_had_within_a_minute(real: OnFake) -> None:
    number, _ = real.opens("idea")
    comment = real.says(number, "/gate run")
    real.installation.permissions.pop("issues")
    real.github.repository(real.place)
    real.ann.accepts_permissions(real.installation)
    real.passes(61)
    real.github.react(real.place, comment, Reaction.SEEN)
    assert real.reactions(comment) == {"eyes"}


@pytest.mark.parametrize(
    "kind", ["502", "html_200", "truncated_json", "reset_mid_body"]
)
def test_secrets_are_in_no_log_and_no_fault(
    real: OnFake, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="github.Requester")
    real.strikes(MINTED, kind, when="after")
    real.strikes("repos/get", kind, nth=2)
    told = []
    for _ in range(3):
        try:
            real.github.repository(real.place)
        except GitHubError as fault:
            told += [repr(fault), "".join(traceback.format_exception(fault))]
            told += [repr(held) for held in _held(fault)]
    assert len(told) >= 4
    seen = caplog.text + "\n".join(told) + repr(vars(real.github._desk.tokens))
    assert "access_tokens" in caplog.text  # it did look at the log
    for token in real.world.tokens:
        assert token not in seen
    assert "BEGIN" not in seen
    assert not re.search(r"ghs_[A-Za-z0-9._-]{8}|eyJ[A-Za-z0-9_-]{8}", seen)


def _held(fault: BaseException) -> list[BaseException]:
    """Everything that a fault carries along."""
    found: list[BaseException] = []
    while (below := fault.__context__ or fault.__cause__) is not None:
        found.append(below)
        fault = below
    return found


def test_a_fault_carries_nothing_of_the_library_along(real: OnFake) -> None:
    real.strikes("repos/get", "reset_before")
    with pytest.raises(GitHubError) as raised:
        real.github.repository(real.place)
    assert isinstance(raised.value.failure, Transient)
    assert _held(raised.value) == []


def test_no_secret_is_in_an_address(real: OnFake) -> None:
    real.github.repository(real.place)
    paths = [one.path for one in real.fake.gateway.log]
    assert not [path for path in paths if "ghs_" in path]


def test_a_key_that_is_none_is_named_without_its_words() -> None:
    words = "-".join(["BEGIN", "secret", "words"])
    with pytest.raises(UserFault) as raised:
        ConnectedGitHub(Identity(1, Secret(words)))
    assert words not in "".join(traceback.format_exception(raised.value))
    assert _held(raised.value) == []
    assert "PEM" in raised.value.mend


def test_an_identity_does_not_show_its_key() -> None:
    identity = Identity(1, Secret(keys()[0]))
    assert "BEGIN" not in f"{identity} {identity!r}"


def test_a_server_that_is_not_there_is_a_fault_of_the_network() -> None:
    identity = Identity(1, Secret(keys()[0]), "http://127.0.0.1:9")
    github = ConnectedGitHub(identity)
    with pytest.raises(GitHubError) as raised:
        github.app()
    assert raised.value.failure == Transient("no whole answer: ConnectionError")
    github.close()


def test_a_slow_answer_ends_with_the_time_allowed(
    real: OnFake,
) -> None:
    real.strikes("apps/get-authenticated", "504", seconds=1.2)
    identity = Identity(real.app, Secret(keys()[0]), real.world.api_url, 1)
    github = ConnectedGitHub(identity, real.now)
    with pytest.raises(GitHubError) as raised:
        github.app()
    assert isinstance(raised.value.failure, Transient)
    assert "Timeout" in raised.value.failure.said
    github.close()
