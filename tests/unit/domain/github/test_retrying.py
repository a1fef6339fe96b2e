"""When a failed call is made again."""

import pytest

from bot.domain.github import (
    Again,
    Failure,
    Forbidden,
    GitHubError,
    GiveUp,
    NotFound,
    Odd,
    Operation,
    RateLimited,
    Refused,
    Transient,
    Tried,
    Unauthorised,
    retry,
    uncertain,
)

NOW = 1000.0
LONG = [1, 2, 5, 15, 60, 300, 900, 900, 900, 900, 900]
ALL: list[Failure] = [
    NotFound("x"),
    Forbidden(("checks=write",), "x"),
    RateLimited(NOW + 60),
    Transient("502"),
    Refused("x"),
    Unauthorised("x"),
    Odd("x"),
]


def waits(failure: Failure, operation: Operation, draw: float = 1.0) -> list[float]:
    """How long each try waits for the next, until somebody gives up."""
    found: list[float] = []
    for attempt in range(1, 99):
        match retry(Tried(operation, attempt, NOW), failure, draw):
            case Again(at):
                found.append(at - NOW)
            case GiveUp(said):
                assert said == failure
                return found
    raise AssertionError("for ever")


def test_a_servers_fault_is_waited_out_longer_and_longer() -> None:
    assert waits(Transient("502"), Operation.READ) == [1, 2, 5]
    assert waits(Transient("502"), Operation.CHANGE) == LONG
    assert waits(Transient("502"), Operation.CREATE) == LONG


def test_callers_are_spread() -> None:
    assert waits(Transient("502"), Operation.READ, 0.0) == [0.5, 1, 2.5]


def test_an_odd_answer_is_waited_out_like_a_fault() -> None:
    """Who maintains a proxy shows its page for as long as a server is away."""
    assert waits(Odd("page"), Operation.READ) == [1, 2, 5]
    assert waits(Odd("page"), Operation.CREATE) == LONG


def test_what_is_missing_may_only_flicker() -> None:
    assert waits(NotFound("x"), Operation.CHANGE) == [2, 10]


def test_an_identity_that_is_not_believed_is_shown_once_a_minute_at_most() -> None:
    asked = waits(Unauthorised("x"), Operation.CREATE)
    assert asked == [max(one, 60) for one in LONG]


@pytest.mark.parametrize("failure", [Forbidden((), "x"), Refused("x")])
def test_what_we_may_not_or_did_wrong_is_not_repeated(failure: Failure) -> None:
    assert waits(failure, Operation.CHANGE) == []


def test_a_limit_is_obeyed_and_each_time_longer() -> None:
    asked = waits(RateLimited(NOW + 90), Operation.READ, 0.0)
    assert asked[:6] == [90, 90, 120, 240, 480, 960]
    assert len(asked) == 23
    assert waits(RateLimited(NOW + 90), Operation.READ, 1.0)[0] == 95


def test_only_a_lost_answer_leaves_open_what_happened() -> None:
    assert [one for one in ALL if uncertain(one)] == [Transient("502"), Odd("x")]


@pytest.mark.parametrize("failure", ALL)
def test_an_error_tells_its_failure(failure: Failure) -> None:
    assert type(failure).__name__ in str(GitHubError(failure))
    retry(Tried(Operation.READ, 1, NOW), failure, 0.5)
