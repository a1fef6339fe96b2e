"""GitHub's clock, learnt from its answers."""

from dataclasses import dataclass, field
from email.utils import formatdate

import pytest
from pydantic import TypeAdapter

from bot.adapters.github.asking import Ask, Asker
from bot.adapters.github.lines import Answered, Lines, Request
from bot.adapters.github.their_clock import TOLD_S, TheirClock
from bot.adapters.github.wire import Numbered
from bot.domain.github import Secret

NOW = 1_790_000_000.3


@dataclass
class Two:
    """Our clock, and one that is `ahead` of it."""

    ahead: float
    at: float = NOW
    clock: TheirClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = TheirClock(lambda: self.at)

    def asks(self, there_s: float = 0.1, back_s: float = 0.1) -> None:
        asked_at, self.at = self.at, self.at + there_s
        headers = {"date": formatdate(self.at + self.ahead, usegmt=True)}
        self.at += back_s
        self.clock.hear(headers, asked_at)

    def error(self) -> float:
        """How much later than it is we take it for."""
        return self.clock.now() - (self.at + self.ahead)


@pytest.mark.parametrize("ahead", [-30.0, -3.0, 3.0, 30.0, 86_400.0])
def test_it_is_never_taken_for_earlier_than_it_is(ahead: float) -> None:
    two = Two(ahead)
    for _ in range(3):
        two.asks(back_s=0.9)
        assert 0.0 <= two.error() <= TOLD_S + 0.1


@pytest.mark.parametrize("ahead", [-0.2, 0.0, 0.2])
def test_clocks_that_may_agree_are_one(ahead: float) -> None:
    two = Two(ahead)
    two.asks()
    assert two.clock.now() == two.at


def test_a_clock_that_was_set_is_learnt_anew() -> None:
    two = Two(0.0)
    two.asks()
    two.ahead = 30.0
    two.asks()
    assert 0.0 <= two.error() <= TOLD_S + 0.1


@pytest.mark.parametrize("headers", [{}, {"date": "soon"}])
def test_an_answer_without_a_time_tells_nothing(headers: dict[str, str]) -> None:
    two = Two(0.0)
    two.clock.hear(headers, two.at)
    assert two.clock.now() == two.at


class Ahead(Lines):
    """Answers half a minute ahead of us."""

    def send(self, credential: Secret, request: Request) -> Answered:
        date = formatdate(NOW + 30.0, usegmt=True)
        return Answered(200, {"date": date}, "[]")


class Anybody:
    caller = "somebody"

    def show(self) -> Secret:
        return Secret("x")

    def spoilt(self, used: Secret) -> bool:
        return False


def test_whatever_is_asked_tells_the_time() -> None:
    asker = Asker(Ahead("http://127.0.0.1:9"), lambda: NOW)
    ask = Ask(Request("GET", "/repositories/1/things"))
    asker.read(Anybody(), ask, TypeAdapter(list[Numbered]))
    assert NOW + 30.0 <= asker.their_now() <= NOW + 30.0 + TOLD_S
