"""The `primary` role: stories of two arms."""

import math

import pytest

from bot.domain.errors import UserFault
from bot.domain.policy import (
    AutoTolerance,
    Decision,
    Direction,
    Metric,
    RelativeTolerance,
)
from bot.domain.stats.boundaries import level_at
from bot.domain.stats.method import Method
from bot.domain.trials import Measured
from bot.domain.verdict import FindingKind, ModeVerdict, Reason, Ruling
from tests.fakes.looks import columns, judge, losing, metric, noise, of, reasons, trials
from tests.fakes.policies import LOSS, mode, primary
from workers.contract import MetricSource, SourceKind


def test_a_branch_like_its_baseline_passes_at_the_first_look() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)))
    assert (verdict.state, verdict.decided, verdict.look) == (Ruling.PASS, True, 4)
    found = verdict.metrics[0]
    assert found.reason is Reason.NOT_WORSE
    assert found.p_ni <= found.level < found.p_harm
    assert found.low > -found.tolerance
    assert found.method is Method.PAIRED_T


def test_a_clearly_worse_branch_is_blocked_with_the_loss_and_its_interval() -> None:
    worse = [v + 0.3 for v in noise(2)]
    verdict = judge(trials(noise(1)), trials(worse))
    assert verdict.state is Ruling.BLOCK
    found = of(verdict, Reason.HARM_SHOWN)
    assert found.kind is FindingKind.REGRESSION
    assert found.evidence["high"] < 0
    assert found.evidence["d"] == pytest.approx(-0.3, abs=0.05)


def test_a_small_proven_loss_within_the_tolerance_passes_and_says_so() -> None:
    base = noise(1)
    verdict = judge(
        trials(base), trials([v + 0.03 + 1e-4 * i for i, v in enumerate(base)])
    )
    assert verdict.state is Ruling.PASS
    assert Reason.TOLERATED_LOSS in reasons(verdict)


def test_a_better_branch_earns_the_improvement_badge() -> None:
    verdict = judge(trials(noise(1)), trials([v - 0.3 for v in noise(2)]))
    assert verdict.state is Ruling.PASS
    assert of(verdict, Reason.BETTER).state is Ruling.INFO


def test_direction_decides_what_worse_means() -> None:
    source = MetricSource("loss", SourceKind.REPORTED)
    up = Metric("loss", source, direction=Direction.MAXIMIZE, tolerance=LOSS.tolerance)
    higher = [v + 0.3 for v in noise(2)]
    verdict = judge(trials(noise(1)), trials(higher), mode("mlp", up))
    assert verdict.state is Ruling.PASS


def test_noise_wider_than_the_tolerance_ends_undecided_at_the_last_look() -> None:
    wide = [v + 0.06 for v in noise(4, sd=0.2)]
    verdict = judge(trials(noise(3, sd=0.2)), trials(wide))
    assert (verdict.state, verdict.decided) == (Ruling.UNDECIDED, True)
    assert verdict.look == 20
    assert Reason.NOT_SHOWN in reasons(verdict)
    assert of(verdict, Reason.DETECTABLE).evidence["detectable"] > 0.1


def test_a_relative_tolerance_follows_the_baseline() -> None:
    source = MetricSource("loss", SourceKind.REPORTED)
    percent = Metric(
        "loss", source, direction=Direction.MINIMIZE, tolerance=RelativeTolerance(0.1)
    )
    verdict = judge(trials(noise(1)), trials(noise(2)), mode("mlp", percent))
    assert verdict.state is Ruling.PASS
    assert verdict.metrics[0].tolerance == pytest.approx(0.1, rel=0.1)


def test_identical_streams_on_different_seeds_pass_as_bit_identical() -> None:
    same = [Measured(i, {"loss": v}, f"digest-{v}") for i, v in enumerate(noise(1))]
    verdict = judge(same, same)
    assert verdict.look == 4
    assert Reason.BIT_IDENTICAL in reasons(verdict)


def test_equal_values_without_streams_pass_only_at_the_last_look() -> None:
    same = trials(noise(1))
    verdict = judge(same, same)
    assert (verdict.state, verdict.look) == (Ruling.PASS, 20)
    found = of(verdict, Reason.NO_DIFFERENCE)
    assert 0.1 < found.evidence["may_differ"] < 0.2


def test_a_seed_without_effect_is_noticed() -> None:
    flat = trials([0.5] * 20)
    verdict = judge(flat, flat)
    assert of(verdict, Reason.SEED_HAS_NO_EFFECT).evidence["value"] == 0.5
    assert (verdict.state, verdict.look) == (Ruling.PASS, 20)


def test_one_stream_for_all_seeds_is_no_proof_of_identity() -> None:
    flat = [Measured(i, {"loss": 0.5}, "always") for i in range(20)]
    assert Reason.BIT_IDENTICAL not in reasons(judge(flat, flat))


def test_values_too_large_to_subtract_end_in_a_verdict_without_infinities() -> None:
    low = trials([1.7e308 - i * 1e300 for i in range(20)])
    high = trials([-1.7e308 + i * 1e300 for i in range(20)])
    verdict = judge(low, high)
    numbers = [v for f in verdict.findings for v in f.evidence.values()]
    assert all(math.isfinite(v) for v in numbers if isinstance(v, float))


def test_a_relative_tolerance_of_a_mean_around_zero_is_never_decided() -> None:
    source = MetricSource("loss", SourceKind.REPORTED)
    percent = Metric(
        "loss", source, direction=Direction.MINIMIZE, tolerance=RelativeTolerance(0.1)
    )
    around = trials([(-1.0) ** i for i in range(20)])
    verdict = judge(around, trials(noise(1)), mode("mlp", percent))
    assert (verdict.state, verdict.decided) == (Ruling.UNDECIDED, True)
    assert verdict.look == 4
    assert of(verdict, Reason.TOLERANCE_UNCLEAR).metric == "loss"


def test_unpaired_arms_are_compared_by_welch() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)), paired=False)
    assert verdict.metrics[0].method is Method.WELCH_T
    assert verdict.state is Ruling.PASS


def test_a_tolerance_that_nobody_has_measured_is_refused() -> None:
    source = MetricSource("loss", SourceKind.REPORTED)
    auto = Metric(
        "loss", source, direction=Direction.MINIMIZE, tolerance=AutoTolerance()
    )
    with pytest.raises(UserFault, match="auto"):
        judge(trials(noise(1)), trials(noise(2)), mode("mlp", auto))


STRICT = 1e-6
"""A tolerance that no noise here can be shown to keep within."""


def two_primaries(
    p_loss: float, p_error: float, tolerance: float = STRICT, n: int = 10
) -> ModeVerdict:
    """Two metrics at one single look, each with that p of harm."""
    base = noise(1, n)
    arms = columns(loss=base, error=base)
    worse = columns(loss=losing(base, p_loss), error=losing(base, p_error))
    runs = mode("mlp", primary("loss", tolerance), primary("error", tolerance))
    return judge(arms, worse, runs, looks=(n,))


def test_one_primary_alone_is_held_to_the_full_level_on_both_sides() -> None:
    base = noise(1, 10)
    runs = mode("mlp", primary("loss", STRICT))
    verdict = judge(trials(base), trials(losing(base, 0.04)), runs, looks=(10,))
    found = verdict.metrics[0]
    assert verdict.state is Ruling.BLOCK
    assert (found.level, found.family) == (pytest.approx(0.05), 1)


def test_of_two_primaries_a_loss_must_be_shown_at_half_the_error() -> None:
    verdict = two_primaries(0.04, 0.5)
    assert verdict.state is Ruling.UNDECIDED
    found = metric(verdict, "loss")
    assert found.reason is Reason.NOT_SHOWN
    assert found.family == 2
    assert found.p_harm == pytest.approx(0.04)
    assert found.high > 0


def test_once_one_harm_is_shown_the_next_is_held_to_the_full_level() -> None:
    verdict = two_primaries(0.02, 0.04)
    levels = {one.name: one.level for one in verdict.metrics}
    assert reasons(verdict).count(Reason.HARM_SHOWN) == 2
    assert levels["loss"] == pytest.approx(0.025)
    assert levels["error"] == pytest.approx(0.05)
    assert all(one.high < 0 for one in verdict.metrics)


def test_a_loss_is_called_tolerated_only_at_its_boundary_in_the_family() -> None:
    alone = judge(
        trials(noise(1, 10)),
        trials(losing(noise(1, 10), 0.04)),
        mode("mlp", primary("loss", 9.0)),
        looks=(10,),
    )
    assert Reason.TOLERATED_LOSS in reasons(alone)
    assert Reason.TOLERATED_LOSS not in reasons(two_primaries(0.04, 0.5, 9.0))
    assert Reason.TOLERATED_LOSS in reasons(two_primaries(0.02, 0.5, 9.0))


def test_a_tolerated_loss_leaves_the_family_and_a_plain_pass_does_not() -> None:
    """The second look tests the other metric, with a p between both boundaries."""
    looks = (10, 20)
    full = level_at(20, (10,), 20, 0.05, Decision().spending)
    half = level_at(20, (10,), 20, 0.025, Decision().spending)
    base = noise(1)
    later = losing(base, (full + half) / 2)
    runs = mode("mlp", primary("loss", 9.0), primary("error", STRICT))
    for p_first, state in ((1e-6, Ruling.BLOCK), (0.5, Ruling.UNDECIDED)):
        first = losing(base[:10], p_first) + base[10:]
        branch = columns(loss=first, error=later)
        verdict = judge(columns(loss=base, error=base), branch, runs, looks=looks)
        assert (verdict.state, verdict.look) == (state, 20)
        assert metric(verdict, "loss").look == 10


def test_three_primaries_pass_only_if_all_of_them_do() -> None:
    runs = mode("mlp", LOSS, primary("error"), primary("gap"))
    arms = [noise(i) for i in range(6)]
    base = columns(loss=arms[0], error=arms[1], gap=arms[2])
    good = columns(loss=arms[3], error=arms[4], gap=arms[5])
    wide = columns(loss=arms[3], error=arms[4], gap=noise(6, sd=1.0))
    assert judge(base, good, runs).state is Ruling.PASS
    assert judge(base, wide, runs).state is Ruling.UNDECIDED
    assert [one.family for one in judge(base, good, runs).metrics] == [3, 3, 3]


def test_arms_without_seeds_that_are_equal_prove_no_difference_by_chance() -> None:
    """Equal lists of unpaired runs say nothing of what each seed does."""
    same = trials(noise(1, sd=0.3))
    verdict = judge(same, same, paired=False)
    assert Reason.NO_DIFFERENCE not in reasons(verdict)
