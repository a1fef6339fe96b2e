"""What GitHub told lately: asked for again when there may be news, and not before."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.app.pulls.known import KEPT_S, TRUSTED_S, Known
from bot.app.pulls.ports import Due
from bot.app.pulls.reach import Reach
from bot.domain.errors import MachineryFault
from bot.domain.github import Account, Permission, Place, Pull, Side
from bot.domain.pulls.acts import PullKey

KEY = PullKey(7, 3)
ANN = Account(1, "ann", "User")
PULL = Pull(
    3, True, False, False, Side("a", "x", 7), Side("b", "m", 7), None, "", "", 0
)


@dataclass
class Asked:
    """A GitHub that counts how often it is asked."""

    pull_now: Pull = PULL
    role_now: str = "write"
    times: int = 0
    at: float = 1000.0
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = Known(self, lambda: self.at)  # type: ignore[arg-type]

    def pull(self, place: Place, number: int) -> Pull:
        assert place == Place(5, 7)
        self.times += number == KEY.number
        return self.pull_now

    def permission(self, _place: Place, person: Account) -> Permission:
        return Permission(person, self.role_now, self.role_now)

    def looks(self, serial: int) -> Pull:
        return self.known.pull(Due(KEY, 5, serial))


@pytest.fixture
def asked() -> Asked:
    one = Asked()
    assert one.looks(4) == PULL
    return one


def test_what_we_woke_ourselves_is_not_asked_for_again(asked: Asked) -> None:
    asked.known.woke(KEY)
    assert asked.looks(5) == PULL
    assert asked.times == 1


def test_what_somebody_else_woke_is_asked_for(asked: Asked) -> None:
    asked.known.woke(KEY)
    asked.pull_now = replace(PULL, draft=True)
    assert asked.looks(6).draft
    assert asked.times == 2


def test_it_is_asked_for_after_some_minutes_and_where_it_is_doubted(
    asked: Asked,
) -> None:
    asked.at += KEPT_S
    asked.looks(4)
    asked.known.doubt(KEY)
    asked.looks(4)
    asked.known.drop(KEY.repository)
    asked.looks(4)
    assert asked.times == 4


def test_one_that_is_closed_is_asked_for_again_when_somebody_else_wakes_it(
    asked: Asked,
) -> None:
    asked.pull_now = replace(PULL, open=False)
    assert not asked.looks(5).open
    asked.known.woke(KEY)
    asked.looks(6)
    assert asked.times == 2
    asked.pull_now = PULL
    assert asked.looks(7).open


def test_what_github_says_while_we_wake_it_is_not_missed(asked: Asked) -> None:
    asked.known.woke(KEY)
    asked.looks(4)  # before it is woken
    asked.looks(5)
    asked.pull_now = replace(PULL, draft=True)
    assert asked.looks(6).draft


def test_whoever_may_write_is_asked_for_once_an_hour(asked: Asked) -> None:
    def role() -> str:
        return asked.known.role(Place(5, 7), ANN).permission

    asked.role_now = "write"
    assert role() == "write"
    asked.role_now = "none"
    asked.at += TRUSTED_S - 1
    asked.looks(6)  # forgets what is old
    assert role() == "write"
    asked.at += 1
    assert role() == "none"


def test_whoever_may_not_write_is_asked_for_again_soon(asked: Asked) -> None:
    asked.role_now = "read"
    assert asked.known.role(Place(5, 7), ANN).permission == "read"
    asked.role_now = "write"
    asked.at += KEPT_S
    assert asked.known.role(Place(5, 7), ANN).permission == "write"


def test_a_pull_request_that_nobody_asks_for_leaves_nothing_behind(
    asked: Asked,
) -> None:
    asked.known.woke(KEY)
    asked.at += KEPT_S + 1
    asked.known.pull(Due(PullKey(7, 4), 5, 1))
    assert KEY not in asked.known._ours
    assert KEY not in asked.known._pulls


def reached(known: Known, store: object) -> Reach:
    nothing: Any = None
    outside: Any = (None, known, None, store)
    return Reach(*outside, *[nothing] * 6)


def test_it_is_known_that_we_wake_one_before_it_is_woken(asked: Asked) -> None:
    class Store:
        def wake(self, pull: PullKey, _installation: int, _at: float) -> None:
            assert asked.known._ours[pull] == 1

    reached(asked.known, Store()).wake(KEY, 5, asked.at)
    asked.looks(5)
    assert asked.times == 1


def test_one_of_which_it_is_not_known_whether_it_was_woken_is_asked_for(
    asked: Asked,
) -> None:
    class Full:
        def wake(self, *_given: object) -> None:
            raise MachineryFault("The store is full.", "Make room.")

    with pytest.raises(MachineryFault):
        reached(asked.known, Full()).wake(KEY, 5, asked.at)
    asked.looks(4)
    assert asked.times == 2
