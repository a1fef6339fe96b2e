"""What GitHub told lately: asked for again when there may be news, and not before."""

from dataclasses import dataclass, field, replace

import pytest

from bot.app.pulls.known import KEPT_S, Known
from bot.app.pulls.ports import Due
from bot.domain.github import Place, Pull, Side
from bot.domain.pulls.acts import PullKey

KEY = PullKey(7, 3)
PULL = Pull(
    3, True, False, False, Side("a", "x", 7), Side("b", "m", 7), None, "", "", 0
)


@dataclass
class Asked:
    """A GitHub that counts how often it is asked."""

    pull_now: Pull = PULL
    times: int = 0
    at: float = 1000.0
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = Known(self, lambda: self.at)  # type: ignore[arg-type]

    def pull(self, place: Place, number: int) -> Pull:
        assert (place, number) == (Place(5, 7), 3)
        self.times += 1
        return self.pull_now

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


def test_one_that_is_closed_is_not_kept(asked: Asked) -> None:
    asked.pull_now = replace(PULL, open=False)
    asked.looks(5)
    asked.looks(5)
    assert asked.times == 3
