"""The promised error rates, realised in short simulations.

The benchmark `tests.benchmarks.error_rates` makes the same with many more repetitions.
"""

import pytest

from tests.unit.domain.stats.harness import disagreements
from tests.unit.domain.stats.promises import PROMISES, Rate, peeking
from tests.unit.domain.stats.reference import HSD3

REPETITIONS = 4000
ERRORS = 4.0


@pytest.mark.parametrize("rule", PROMISES)
def test_no_rule_errs_more_often_than_it_promises(rule):
    rates = list(PROMISES[rule](REPETITIONS))
    assert [one for one in rates if not one.held(ERRORS)] == []


def test_the_simulation_finds_the_known_error_of_naive_peeking():
    error = (0.182 * 0.818 / REPETITIONS) ** 0.5
    assert peeking(REPETITIONS) == pytest.approx(0.182, abs=ERRORS * error)


@pytest.mark.parametrize("effect", [0.0, -0.75, -1.5])
def test_the_simulation_judges_as_the_gate_does_path_by_path(effect):
    assert disagreements(seed=5, paths=12, effect=effect, spending=HSD3) == 0


def test_a_rate_above_its_promise_is_told():
    assert not Rate("broken", 0.07, REPETITIONS, 0.05, 0.006).held(ERRORS)
    assert Rate("a figure only", 0.9, REPETITIONS).held(ERRORS)
