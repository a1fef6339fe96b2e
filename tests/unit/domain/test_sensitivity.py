"""Values of a parameter against the policy's own."""

import dataclasses
import math

import pytest

from bot.domain.policy import Direction, Seeding
from bot.domain.sensitivity import Sensitivity, Tried, sensitivities
from bot.domain.trials import Crashed, Measured, Observation
from tests.fakes.policies import LOSS, guardrail, limit, mode

OWN = (1.0, 1.2, 0.9, 1.1)


def runs(*values: float | None) -> list[Observation]:
    """The runs of seeds 0, 1, ...; None is a run that failed."""
    return [
        Crashed(seed, "exception") if value is None else Measured(seed, {"loss": value})
        for seed, value in enumerate(values)
    ]


def scanned(*tried: tuple[float | None, ...], one=None) -> Sensitivity:
    here = one or mode()
    values = {f"v{place}": runs(*some) for place, some in enumerate(tried)}
    (only,) = sensitivities(here, ("own", runs(*OWN)), values)
    return only


def less(amount: float, *noise: float) -> tuple[float, ...]:
    noise = noise or (0.001, -0.001, 0.002, -0.002)
    return tuple(o - amount + n for o, n in zip(OWN, noise, strict=True))


def test_the_effect_is_that_of_same_seed_pairs_and_positive_is_better() -> None:
    found = scanned(less(0.1), less(-0.1))
    better, worse = found.tried
    assert better.d == pytest.approx(0.1)
    assert worse.d == pytest.approx(-0.1)
    assert (better.better, better.worse) == (True, False)
    assert (worse.better, worse.worse) == (False, True)
    assert (better.n, found.own.n, found.own.mean) == (4, 4, pytest.approx(1.05))
    assert found.best is better


def test_a_metric_where_more_is_better_turns_the_effect_round() -> None:
    rising = mode("mlp", dataclasses.replace(LOSS, direction=Direction.MAXIMIZE))
    (one,) = scanned(less(0.1), one=rising).tried
    assert one.d == pytest.approx(-0.1)


def test_the_interval_is_student_s_widened_for_the_number_of_values() -> None:
    alone = scanned(less(0.1)).tried[0]
    many = scanned(*[less(0.1)] * 8).tried[0]
    sd = math.sqrt((0.001**2 + 0.001**2 + 0.002**2 + 0.002**2) / 3)
    assert alone.low == pytest.approx(0.1 - 3.182446 * sd / 2, abs=1e-7)
    assert alone.high == pytest.approx(0.1 + 3.182446 * sd / 2, abs=1e-7)
    assert many.low is not None
    assert alone.low is not None
    assert many.low < alone.low


def test_pairs_with_a_failed_run_are_left_out_and_counted() -> None:
    one, two = scanned((0.9, None, 0.8, None), (None, None, None, 1.0)).tried
    assert (one.n, one.failed) == (2, 2)
    assert (two.n, two.failed, two.d, two.mean) == (1, 3, None, 1.0)
    assert (two.better, two.worse) == (False, False)


def test_a_value_that_fails_more_often_is_never_the_best() -> None:
    found = scanned((*less(0.3)[:3], None), less(0.1))
    assert found.best is found.tried[1]
    assert scanned(less(-0.1), (None,) * 4).best is None


def test_without_shared_seeds_the_means_are_compared() -> None:
    unpaired = mode("mlp", seeding=Seeding.NONE)
    (one,) = scanned(less(0.1), one=unpaired).tried
    assert one.d == pytest.approx(0.1)
    assert not one.better  # the spread between seeds is in the way
    (few,) = scanned((1.0, None, None, None), one=unpaired).tried
    assert (few.n, few.d) == (1, None)


def test_equal_values_differ_by_nothing() -> None:
    (one,) = scanned(OWN).tried
    assert (one.d, one.low, one.high) == (0.0, 0.0, 0.0)


def test_primary_metrics_are_shown_and_others_only_where_there_is_none() -> None:
    both = mode("mlp", LOSS, guardrail("loss2"), limit("bytes", maximum=1.0))
    shown = sensitivities(both, ("own", runs(*OWN)), {})
    assert [one.metric for one in shown] == ["loss"]
    none = mode("mlp", guardrail("loss"), limit("bytes", maximum=1.0))
    assert [one.metric for one in sensitivities(none, ("own", runs(*OWN)), {})] == [
        "loss"
    ]
    only_limits = mode("mlp", limit("bytes", maximum=1.0))
    assert sensitivities(only_limits, ("own", runs(*OWN)), {}) == ()


def test_a_metric_that_no_run_showed_has_no_mean() -> None:
    (found,) = sensitivities(mode(), ("own", runs(None, None)), {"v": runs(None, None)})
    assert found.own == Tried("own", 0, 2, first="exception")
    assert found.tried == (Tried("v", 0, 2, first="exception"),)
