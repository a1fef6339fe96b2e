"""Check runs under any mixture of lost, late and interrupted calls, by seed."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from bot.app.pulls.ports import PostState
from bot.domain.github import Conclusion, GitHubError
from tests.unit.app.pulls.test_sending import LOST, Desk, conclusions

SAYS = {
    "all": (None, Conclusion.SUCCESS, Conclusion.FAILURE),
    "two ends": (Conclusion.SUCCESS, Conclusion.FAILURE),
    "one end": (None, Conclusion.SUCCESS),
}
LATE_S = (2.0, 5.0, 9.0, 14.0)


class KilledError(BaseException):
    """The process is gone: nothing of it catches this."""


class Storm:
    """A desk whose calls go wrong every other time, while it rages."""

    def __init__(self, seed: int) -> None:
        self.draw, self.desk, self.rages = random.Random(seed), Desk(), True
        github = self.desk.github
        make, change, annotate = (
            github._make_check,
            github.change_check,
            github.annotate,
        )

        def create(place: Any, draft: Any, *, again: bool) -> Any:
            there = github._made_check(place, draft)
            if again and there is not None:
                return there
            try:
                return self._strikes(lambda: make(place, draft))
            except GitHubError:
                there = github._made_check(place, draft)
                if there is None:
                    raise
                return there

        github.create_check = create  # type: ignore[method-assign]
        github.change_check = lambda *asked: self._strikes(lambda: change(*asked))  # type: ignore[method-assign]
        github.annotate = lambda *asked, again: self._strikes(  # type: ignore[method-assign]
            lambda: annotate(*asked, again=again)
        )

    def _strikes(self, effect: Callable[[], Any]) -> Any:
        """Do it; but it, its answer, or we may be lost, and it may come late."""
        draw = self.draw.random() if self.rages else 1.0
        if draw < 0.15:
            raise GitHubError(LOST)
        if draw < 0.28:
            effect()
            raise GitHubError(LOST)
        if draw < 0.42:
            self._comes_late(effect)
            raise GitHubError(LOST)
        if draw < 0.46:
            effect()
            raise KilledError
        if draw < 0.5:
            self._comes_late(effect)
            raise KilledError
        return effect()

    def _comes_late(self, effect: Callable[[], Any]) -> None:
        def late() -> None:
            try:
                effect()
            except GitHubError:
                return

        self.desk.coming.append((self.desk.now + self.draw.choice(LATE_S), late))

    def works(self, steps: int) -> None:
        """Somebody else goes on where we are killed."""
        for _ in range(steps):
            try:
                self.desk.step()
            except KilledError:
                self._follows()

    def _follows(self) -> None:
        desk = self.desk
        desk.begins()
        rows = desk.store.outbox.items()
        waiting = [k for k, r in rows if r.state is PostState.WAITING and r.tried]
        desk.sender.inherit(waiting)
        desk.now += 1.0

    def passes(self) -> None:
        self.rages = False
        self.works(60)


@pytest.mark.parametrize("says", SAYS)
def test_once_a_storm_is_over_the_newest_run_says_what_was_said_last(says: str) -> None:
    for seed in range(400):
        storm = Storm(seed)
        desk, last = storm.desk, None
        for _ in range(6):
            last = storm.draw.choice(SAYS[says])
            desk.puts(desk.check(last))
            storm.works(storm.draw.choice([1, 2, 3, 6, 12]))
        storm.passes()
        assert conclusions(desk)[-1] == last, f"seed {seed}"
        known = desk.row(desk.check()).remote
        assert known is not None, f"seed {seed}"
        assert known.id == max(desk.town.checks), f"seed {seed}"
