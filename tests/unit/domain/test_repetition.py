"""A trial against its repetition."""

import math

import pytest

from bot.domain.invasiveness.quantities import Quantity
from bot.domain.repetition import Repetition, Sameness, Steps, repetition
from tests.unit.domain.invasiveness import runs
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Ok,
    ProbeEnd,
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


def looked_at(
    before: TrialResult, after: TrialResult, why: str = ""
) -> tuple[Sameness, Steps]:
    """A run without metrics beside which the probe was, and its repetition."""
    found = repetition((), before, after, {})
    assert found.steps is not None
    assert found.steps.blind == why
    return found.same, found.steps


def test_runs_that_were_only_looked_at_are_compared_step_by_step() -> None:
    same, steps = looked_at(runs.BASE, runs.ran())
    assert (same, steps.seen, steps.first) == (Sameness.BITWISE, 20, None)
    other = runs.ran(runs.steps(since=7, loss=(0.5).hex()))
    same, steps = looked_at(runs.BASE, other)
    assert steps.first is not None
    assert (same, steps.first.step) == (Sameness.UNKNOWN, 7)
    assert steps.first.quantity is Quantity.LOSS


def test_how_a_run_ends_that_the_probe_ended_says_nothing() -> None:
    killed = Failed(FailureReason.EXCEPTION, "A worker was killed.")
    same, _ = looked_at(runs.BASE, runs.result(runs.probed(), killed))
    assert same is Sameness.BITWISE
    crashed = repetition((), runs.BASE, runs.crashed(), {})
    assert (crashed.same, crashed.ends) == (Sameness.DIFFERS, ("ok", "exception"))


def test_steps_that_nobody_saw_are_not_called_the_same() -> None:
    blind = runs.ran(end=ProbeEnd.BLIND, faults=("Something is in the way.",))
    for one, other in ((blind, runs.BASE), (runs.BASE, blind)):
        same, _ = looked_at(one, other, "Something is in the way")
        assert same is Sameness.UNKNOWN
    idle = runs.ran((), end=ProbeEnd.NO_STEPS)
    why = "it makes no optimizer step that the probe sees"
    assert looked_at(idle, idle, why)[0] is Sameness.UNKNOWN
    unseen = "the probe left no word"
    assert looked_at(runs.BASE, runs.result(), unseen)[0] is Sameness.UNKNOWN
    assert looked_at(runs.result(), runs.BASE, unseen)[0] is Sameness.UNKNOWN


def test_tests_that_pass_again_have_nothing_else_to_compare() -> None:
    found = repetition((), result(None), result(None), {})
    assert (found.same, found.steps, found.metrics) == (Sameness.BITWISE, None, ())
