"""Pauses that double, for as many pull requests as are remembered."""

from bot.app.pulls.looking.pausing import LONGEST_S, Pauses
from bot.domain.pulls.acts import PullKey


def test_pauses_double_up_to_the_longest_until_it_is_over() -> None:
    pauses, pull = Pauses(lambda: 100.0), PullKey(1, 7)
    waits = [pauses.failed(pull).again_at - 100 for _ in range(2_000)]
    assert waits[:9] == [2, 4, 8, 16, 32, 64, 128, 256, LONGEST_S]
    assert waits[-1] == LONGEST_S
    pauses.over(pull)
    pauses.over(pull)
    assert pauses.failed(pull).again_at == 102


def test_it_is_known_since_when_it_fails() -> None:
    now = 100.0
    pauses, pull = Pauses(lambda: now), PullKey(1, 7)
    pauses.failed(pull)
    now = 500.0
    assert pauses.failed(pull).since == 100
    assert pauses.failed(PullKey(1, 8)).since == 500


def test_only_so_many_are_remembered_and_the_first_is_forgotten_first() -> None:
    pauses = Pauses(lambda: 0.0, most=3)
    for number in (1, 2, 3, 4):
        pauses.failed(PullKey(1, number))
    assert pauses.failed(PullKey(1, 2)).count == 2
    assert pauses.failed(PullKey(1, 1)).count == 1
