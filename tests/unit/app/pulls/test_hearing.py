"""A flood of commands by people who may not write: what they cost, and what others."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest

from bot.adapters.commonmark import command_lines
from bot.app.pulls.commands.hearing import (
    HOUR_S,
    OF_ALL,
    PER_PERSON,
    PER_PULL,
    ROLE_S,
    Hearing,
)
from bot.app.pulls.ports import Remark
from bot.domain.commands import Cancel, Run
from bot.domain.github import Account, GitHubError, Reaction, Transient
from bot.domain.pulls.acts import PullKey
from tests.unit.app.pulls.test_commanding import Bench


class Flooded(Bench):
    """Everything that is said comes in as a webhook tells of it, and is handled."""

    def comes(self, body: str, by: Account, **given: object) -> Remark:
        remark = self.remark(body, by, **given)
        self.store.put(self.hearing.seen(remark) or ())
        return self._handled(remark)

    def _handled(self, remark: Remark) -> Remark:
        assert self.store.note(remark)
        self.commander().handle(remark)
        assert remark not in self.store.remarks(100)
        return remark

    def floods(self, many: int, by: Account, body: str = "/gate run") -> int:
        """Somebody says the same so often; how many calls it leads to that write."""
        before = len(self.posts())
        for _ in range(many):
            self.comes(body, by)
        return len(self.posts()) - before

    def crowd(self, many: int) -> Sequence[Account]:
        return [self.github.joins(f"crowd-{number}") for number in range(many)]


@pytest.fixture
def bench() -> Flooded:
    return Flooded()


@pytest.mark.parametrize("body", ["/gate run", "/gate status", "/gate nonsense"])
def test_a_stranger_is_answered_a_few_times_an_hour(bench: Flooded, body: str) -> None:
    assert bench.floods(40, bench.eve, body) == 3 * PER_PULL
    bench.time += HOUR_S
    assert bench.floods(40, bench.eve, body) == 3 * PER_PULL


def test_a_flood_costs_hardly_any_questions_to_github(bench: Flooded) -> None:
    bench.floods(200, bench.eve, "/gate status")
    assert bench.github.calls == ["permission"]
    bench.time += ROLE_S
    bench.floods(1, bench.eve, "/gate status")
    assert bench.github.calls == ["permission"] * 2


def test_many_strangers_together_leave_most_of_the_hour_to_others(
    bench: Flooded,
) -> None:
    cost = sum(bench.floods(5, one) for one in bench.crowd(40))
    assert cost == 3 * OF_ALL


def test_a_stranger_who_goes_from_pull_request_to_pull_request_comes_to_an_end(
    bench: Flooded,
) -> None:
    heard = 0
    for number in range(50):
        pull = PullKey(bench.place.repository, number)
        remark = bench.remark("/gate run", bench.eve, pull=pull)
        heard += len(bench.hearing.seen(remark) or ())
    assert heard == PER_PERSON


def test_whoever_may_write_is_always_answered(bench: Flooded) -> None:
    for one in bench.crowd(40):
        bench.floods(5, one)
    assert bench.floods(40, bench.grace, "/gate status") >= 2 * 40
    assert bench.floods(40, bench.grace) >= 40
    assert len(bench.acts()) == 40
    eyes = [one for one in bench.reactions() if one is Reaction.SEEN]
    assert len(eyes) == OF_ALL + 79


def test_who_may_write_takes_nothing_from_those_who_may_not(bench: Flooded) -> None:
    bench.floods(OF_ALL, bench.grace)
    assert bench.floods(1, bench.eve) == 3


def test_somebody_who_lost_the_right_to_write_is_a_stranger_before_long(
    bench: Flooded,
) -> None:
    bench.floods(1, bench.grace)
    bench.github.towns[bench.place].roles[bench.grace.id] = "read"
    bench.floods(1, bench.grace)
    assert bench.commands() == [Run()]
    assert bench.floods(40, bench.grace, "/gate status") <= 3 * PER_PULL


def test_an_author_who_may_not_write_is_obeyed_as_often_as_a_stranger_is_answered(
    bench: Flooded,
) -> None:
    bench.floods(40, bench.ada, "/gate cancel")
    assert bench.commands() == [Cancel()] * PER_PULL


def test_where_github_does_not_say_who_somebody_is_the_remark_waits(
    bench: Flooded,
) -> None:
    bench.floods(PER_PULL, bench.eve, "/gate status")
    bench.github.fails("permission", Transient("away"))
    remark = bench.remark("/gate status", bench.eve)
    assert bench.store.note(remark)
    with pytest.raises(GitHubError):
        bench.commander().handle(remark)
    assert remark in bench.store.remarks(100)
    bench.commander().handle(remark)
    assert remark not in bench.store.remarks(100)


def test_a_remark_that_is_found_twice_counts_once(bench: Flooded) -> None:
    remark = bench.remark("/gate status", bench.eve)
    for _ in range(20):
        assert bench.hearing.seen(remark)
    other = bench.remark("/gate status", bench.eve)
    assert bench.hearing.seen(other)


def test_talk_without_commands_counts_for_nothing(bench: Flooded) -> None:
    assert bench.floods(40, bench.eve, "Nice work.") == 0
    assert bench.floods(1, bench.eve) == 3


def test_memory_stays_flat_however_many_come_by(bench: Flooded) -> None:
    hearing = Hearing(command_lines, lambda: bench.time, nullcontext())
    remark = bench.remark("/gate status", bench.eve)
    for number in range(2_000):
        bench.time += 60.0
        one = replace(remark, key=f"comment:{number}", author=number)
        assert hearing.seen(one)
        hearing.knows(one, None)
    assert len(hearing._heard[bench.place.installation]) <= OF_ALL
    assert len(hearing._roles) <= 61
