"""A trial against its repetition."""

import math

import pytest

from bot.domain.repetition import Repetition, Sameness, repetition
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Ok,
    TrialResult,
)
from workers.contract import SourceKind as Kind

LOSS = MetricSource("loss", Kind.STDOUT, "loss (?P<value>.*)")
TIME = MetricSource("time", Kind.WALL_CLOCK)
OTHERS = {"loss": (1.0, 1.1, 0.9, 1.0), "time": (10.0, 10.1, 9.9)}


def result(loss: float | None, digest: str | None = "d", time: float = 10.0):
    metrics = {"time": time} | ({} if loss is None else {"loss": loss})
    return TrialResult(Ok(), metrics, stream_digest=digest)


def compared(before: TrialResult, after: TrialResult, others=OTHERS) -> Repetition:
    return repetition((LOSS, TIME), before, after, others)


def test_equal_values_of_equal_streams_are_the_same_bit_for_bit() -> None:
    found = compared(result(1.0), result(1.0))
    assert (found.same, found.digests) == (Sameness.BITWISE, True)


def test_where_no_stream_is_known_the_values_speak() -> None:
    found = compared(result(1.0, None), result(1.0))
    assert (found.same, found.digests) == (Sameness.BITWISE, None)


def test_equal_ends_of_different_streams_are_not_the_same_bits() -> None:
    assert compared(result(1.0), result(1.0, "e")).same is Sameness.WITHIN_NOISE


def test_noise_is_how_far_two_runs_of_other_seeds_lie_apart() -> None:
    found = compared(result(1.0), result(1.1, "e"))
    loss, time = found.metrics
    sd = math.sqrt(0.02 / 3)
    assert loss.sd == pytest.approx(sd)
    assert loss.room == pytest.approx(3.182446 * math.sqrt(2) * sd, rel=1e-6)
    assert (loss.n, found.same) == (4, Sameness.WITHIN_NOISE)
    assert compared(result(1.0), result(2.0, "e")).same is Sameness.DIFFERS
    assert not time.decides


def test_what_the_machine_measures_decides_nothing() -> None:
    found = compared(result(1.0, time=10.0), result(1.0, time=99.0))
    assert found.same is Sameness.BITWISE
    assert found.metrics[1].same is Sameness.DIFFERS
    only = repetition((TIME,), result(1.0), result(1.0), OTHERS)
    assert only.same is Sameness.UNKNOWN


def test_too_few_other_seeds_do_not_say_what_noise_is() -> None:
    found = compared(result(1.0), result(1.1, "e"), {"loss": (1.0, 1.1)})
    assert found.same is Sameness.UNKNOWN
    assert (found.metrics[0].n, found.metrics[0].sd) == (2, None)
    assert compared(result(1.0), result(1.1, "e"), {}).same is Sameness.UNKNOWN


def test_seeds_without_effect_leave_no_room() -> None:
    still = {"loss": (1.0, 1.0, 1.0)}
    assert compared(result(1.0), result(1.0001, "e"), still).same is Sameness.DIFFERS


def test_a_metric_that_is_missing_now_differs() -> None:
    assert compared(result(1.0), result(None)).same is Sameness.DIFFERS


def test_a_failure_is_repeated_by_the_same_failure_alone() -> None:
    raised = TrialResult(Failed(FailureReason.EXCEPTION, "no"))
    late = TrialResult(Failed(FailureReason.TIMEOUT, "late"))
    assert compared(raised, raised).same is Sameness.BITWISE
    assert compared(raised, late) == Repetition(
        Sameness.DIFFERS, ends=("exception", "timeout")
    )
    assert compared(raised, result(1.0)).ends == ("exception", "ok")


def test_what_our_machinery_lost_says_nothing() -> None:
    lost = TrialResult(Infra(InfraReason.NODE_LOST, "The node is gone."))
    found = compared(result(1.0), lost)
    assert (found.same, found.lost) == (Sameness.UNKNOWN, "The node is gone.")
    assert compared(lost, result(1.0)).ends == ("node_lost", "ok")
