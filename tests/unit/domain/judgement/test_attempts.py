"""Several attempts share one error rate."""

import dataclasses

import pytest

from bot.domain.judgement import per_attempt
from bot.domain.policy import Decision
from tests.fakes.policies import improve, mode, target

STRICT = dataclasses.replace(target("loss", 1.0), alpha=0.01)
RUNS = mode("mlp", STRICT, improve("bpb"))


def test_each_of_five_attempts_may_err_a_fifth_as_often() -> None:
    runs, decision = per_attempt(RUNS, Decision(attempts=5))
    assert decision.alpha == pytest.approx(0.01)
    assert decision.improvement_alpha == pytest.approx(0.005)
    assert [one.alpha for one in runs.metrics] == [pytest.approx(0.002), None]


def test_doing_it_twice_changes_nothing_more() -> None:
    once = per_attempt(RUNS, Decision(attempts=5))
    assert per_attempt(*once) == once


def test_without_a_number_of_attempts_nothing_is_shared() -> None:
    assert per_attempt(RUNS, Decision()) == (RUNS, Decision())
