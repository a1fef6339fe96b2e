"""How one mode is judged: stories of two arms."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from bot.domain.errors import UserFault
from bot.domain.judgement import (
    ArmEvidence,
    Evidence,
    Look,
    judge_look,
    judge_looks,
)
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import (
    AutoTolerance,
    Decision,
    Direction,
    Metric,
    Mode,
    RelativeTolerance,
    Role,
)
from bot.domain.stats.method import Method
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import Finding, FindingKind, ModeVerdict, Reason, Ruling
from tests.fakes.policies import LOSS, limit, mode, shown, target
from workers.contract import MetricSource, SourceKind

LOOKS = tuple(range(4, 21))


def noise(seed: int, n: int = 20, sd: float = 0.02) -> list[float]:
    return list(np.random.default_rng(seed).normal(1.0, sd, n))


def trials(values: list[float], name: str = "loss") -> list[Observation]:
    return [Measured(1000 + i, {name: v}) for i, v in enumerate(values)]


def crash(position: int, reason: str = "exception") -> Crashed:
    return Crashed(1000 + position, reason, "RuntimeError: it broke")


def judge(
    baseline: list[Observation],
    branch: list[Observation],
    runs: Mode | None = None,
    *,
    looks: tuple[int, ...] = LOOKS,
    paired: bool = True,
) -> ModeVerdict:
    rules = Rulebook(runs or mode(), Decision(), looks)

    def evidence_at(n: int) -> Evidence | None:
        if n > len(branch):
            return None
        arms = ArmEvidence(tuple(baseline[:n])), ArmEvidence(tuple(branch[:n]))
        return Evidence(*arms, paired=paired)

    return judge_looks(rules, evidence_at, targeted=True)


def reasons(verdict: ModeVerdict) -> list[Reason]:
    return [one.reason for one in verdict.findings]


def of(verdict: ModeVerdict, reason: Reason) -> Finding:
    return next(one for one in verdict.findings if one.reason is reason)


def test_a_branch_like_its_baseline_passes_at_the_first_look() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)))
    assert (verdict.state, verdict.decided, verdict.look) == (Ruling.PASS, True, 4)
    metric = verdict.metrics[0]
    assert metric.reason is Reason.NOT_WORSE
    assert metric.p_ni <= metric.level < metric.p_harm
    assert metric.low > -metric.tolerance
    assert metric.method is Method.PAIRED_T


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


def test_while_a_look_is_incomplete_nothing_is_decided() -> None:
    verdict = judge(trials(noise(1, 3)), trials(noise(2, 3)))
    assert (verdict.decided, verdict.look, verdict.findings) == (False, 0, ())


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


def test_a_branch_that_always_fails_is_blocked_at_the_first_look() -> None:
    verdict = judge(trials(noise(1)), [crash(i) for i in range(20)])
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 4)
    found = of(verdict, Reason.MORE_FAILURES)
    assert found.evidence["failed_branch"] == 4
    assert "RuntimeError: it broke" in found.evidence["first"]


def test_a_branch_with_one_diverged_seed_is_never_passed() -> None:
    for position in range(20):
        branch = trials(noise(2))
        branch[position] = crash(position, "nan_metric")
        verdict = judge(trials(noise(1)), branch, looks=(position + 1, 20))
        assert verdict.state is Ruling.UNDECIDED
        assert Reason.FAILURES_LEFT in reasons(verdict)


def test_failures_no_more_than_the_baselines_own_do_not_stop_a_pass() -> None:
    baseline, branch = trials(noise(1)), trials(noise(2))
    baseline[0], branch[2] = crash(0), crash(2)
    verdict = judge(baseline, branch, looks=(8, 20))
    assert verdict.state is Ruling.PASS
    assert verdict.metrics[0].failed_baseline == 1
    assert of(verdict, Reason.FAILURES_SEEN).state is Ruling.INFO


def test_a_baseline_that_fails_half_the_time_cannot_be_compared_with() -> None:
    baseline = [crash(i) if i % 2 else one for i, one in enumerate(trials(noise(1)))]
    verdict = judge(baseline, trials(noise(2)))
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 4)
    assert Reason.BASELINE_BROKEN in reasons(verdict)


def test_a_broken_baseline_proves_no_harm_but_a_limit_still_counts() -> None:
    seconds = limit("seconds", maximum=10)
    both = {"loss": 1.0, "seconds": 5.0}
    baseline = [
        crash(i) if i % 2 else Measured(i, {**both, "loss": v})
        for i, v in enumerate(noise(1))
    ]
    worse = [Measured(i, {**both, "loss": v + 0.5}) for i, v in enumerate(noise(2))]
    runs = mode("mlp", LOSS, seconds)
    verdict = judge(baseline, worse, runs, looks=(8, 20))
    assert verdict.state is Ruling.UNDECIDED
    assert Reason.BASELINE_BROKEN in reasons(verdict)
    slow = [Measured(one.seed, {**one.metrics, "seconds": 11.0}) for one in worse]
    assert judge(baseline, slow, runs, looks=(8, 20)).state is Ruling.BLOCK


def test_one_value_over_the_limit_blocks() -> None:
    runs = mode("mlp", LOSS, limit("seconds", maximum=10))
    fast = [Measured(i, {"loss": v, "seconds": 5.0}) for i, v in enumerate(noise(1))]
    slow = [Measured(i, {"loss": v, "seconds": 5.0}) for i, v in enumerate(noise(2))]
    slow[3] = Measured(3, {"loss": 1.0, "seconds": 10.5})
    verdict = judge(fast, slow, runs)
    assert verdict.state is Ruling.BLOCK
    found = of(verdict, Reason.LIMIT_BROKEN)
    assert (found.evidence["seed"], found.evidence["value"]) == (3, 10.5)
    assert judge(fast, fast[:20], runs).state is Ruling.PASS


def test_a_lower_limit_is_kept_from_above() -> None:
    source = MetricSource("accuracy", SourceKind.REPORTED)
    least = Metric("accuracy", source, role=Role.LIMIT, minimum=0.9)
    good = trials([0.95] * 4, "accuracy")
    bad = [*good[:3], Measured(3, {"accuracy": 0.85})]
    assert judge([], good, mode("mlp", least), looks=(4,)).state is Ruling.PASS
    verdict = judge([], bad, mode("mlp", least), looks=(4,))
    assert of(verdict, Reason.LIMIT_BROKEN).evidence["side"] == "min"


def test_a_limit_that_a_crashed_trial_never_showed_is_not_kept() -> None:
    runs = mode("mlp", limit("seconds", maximum=10))
    branch = [*trials([5.0] * 3, "seconds"), crash(3)]
    verdict = judge([], branch, runs)
    assert (verdict.state, verdict.decided) == (Ruling.UNDECIDED, True)
    assert Reason.LIMIT_UNSEEN in reasons(verdict)


def test_a_target_shown_on_the_right_side_passes_without_a_baseline() -> None:
    runs = mode("mlp", target("loss", 1.2))
    verdict = judge([], trials(noise(1)), runs, paired=False)
    assert verdict.state is Ruling.PASS
    assert of(verdict, Reason.TARGET_SHOWN).evidence["mean"] == pytest.approx(
        1, abs=0.1
    )


def test_a_target_shown_on_the_wrong_side_blocks() -> None:
    verdict = judge(
        [], trials(noise(1)), mode("mlp", target("loss", 0.8)), paired=False
    )
    assert verdict.state is Ruling.BLOCK
    assert Reason.TARGET_MISSED in reasons(verdict)


def test_a_target_in_the_middle_of_the_noise_is_undecided() -> None:
    runs = mode("mlp", target("loss", float(np.mean(noise(5)))))
    verdict = judge([], trials(noise(5)), runs, paired=False)
    assert verdict.state is Ruling.UNDECIDED
    assert Reason.TARGET_NOT_SHOWN in reasons(verdict)


def test_a_failed_trial_keeps_a_target_from_passing() -> None:
    branch = [crash(0), *trials(noise(1))[1:]]
    runs = mode("mlp", target("loss", 1.2))
    verdict = judge([], branch, runs, paired=False)
    assert verdict.state is Ruling.UNDECIDED


def test_one_trial_alone_says_nothing_of_a_target() -> None:
    runs = mode("mlp", target("loss", 1.2))
    verdict = judge([], trials([1.0]), runs, looks=(1,), paired=False)
    assert verdict.state is Ruling.UNDECIDED


def test_a_metric_that_is_only_shown_never_decides() -> None:
    both = [Measured(i, {"loss": v, "gap": v}) for i, v in enumerate(noise(1))]
    worse = [Measured(i, {"loss": v, "gap": 9.0}) for i, v in enumerate(noise(2))]
    gap = dataclasses.replace(shown("gap"), direction=Direction.MINIMIZE)
    verdict = judge(both, worse, mode("mlp", LOSS, gap))
    assert verdict.state is Ruling.PASS
    assert verdict.metrics[1].branch_mean == 9.0
    assert verdict.metrics[1].d == pytest.approx(-8.0, abs=0.1)


def test_without_a_direction_no_effect_is_called_better_or_worse() -> None:
    both = trials(noise(1), "gap")
    verdict = judge(both, both, mode("mlp", shown("gap")))
    assert verdict.metrics[0].branch_mean is not None
    assert verdict.metrics[0].d is None


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


def test_a_mode_with_nothing_but_shown_metrics_passes() -> None:
    verdict = judge(trials([1.0] * 4), trials([9.0] * 4), mode("mlp", shown("loss")))
    assert verdict.state is Ruling.PASS
    empty = [crash(i) for i in range(4)]
    assert judge(empty, empty, mode("mlp", shown("loss"))).state is Ruling.UNDECIDED


def test_a_crash_keeps_even_a_mode_that_judges_nothing_from_passing() -> None:
    branch = [*trials([1.0] * 7), crash(7)]
    baseline, runs = trials([1.0] * 8), mode("mlp", shown("loss"))
    last = judge(baseline, branch, runs, looks=(8,))
    assert (last.state, last.decided) == (Ruling.UNDECIDED, True)
    first = judge(baseline, branch, runs, looks=(8, 9))
    assert (first.state, first.decided) == (Ruling.UNDECIDED, False)


def test_a_schedule_without_looks_decides_nothing() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)), looks=())
    assert (verdict.state, verdict.decided) == (Ruling.UNDECIDED, False)


def test_a_metric_is_final_at_its_first_crossing() -> None:
    """The first metric crosses at 4; the second needs more; neither is tested twice."""
    source = MetricSource("error", SourceKind.REPORTED)
    error = Metric(
        "error", source, direction=Direction.MINIMIZE, tolerance=LOSS.tolerance
    )
    wide = itertools.cycle([0.14, -0.14])
    base = [Measured(i, {"loss": v, "error": 1.0}) for i, v in enumerate(noise(1))]
    branch = [
        Measured(i, {"loss": v, "error": 1.0 + next(wide)})
        for i, v in enumerate(noise(2))
    ]
    verdict = judge(base, branch, mode("mlp", LOSS, error))
    assert verdict.state is Ruling.PASS
    assert verdict.metrics[0].look == 4 < verdict.metrics[1].look == verdict.look


def test_when_one_metric_blocks_the_other_is_said_to_have_been_left_open() -> None:
    source = MetricSource("error", SourceKind.REPORTED)
    error = Metric(
        "error", source, direction=Direction.MINIMIZE, tolerance=LOSS.tolerance
    )
    wide = noise(3, sd=0.3)
    base = [Measured(i, {"loss": v, "error": 1.0}) for i, v in enumerate(noise(1))]
    branch = [
        Measured(i, {"loss": v + 0.5, "error": wide[i]}) for i, v in enumerate(noise(2))
    ]
    verdict = judge(base, branch, mode("mlp", LOSS, error))
    assert verdict.state is Ruling.BLOCK
    assert of(verdict, Reason.STOPPED_EARLY).metric == "error"


def test_unpaired_arms_are_compared_by_welch() -> None:
    verdict = judge(trials(noise(1)), trials(noise(2)), paired=False)
    assert verdict.metrics[0].method is Method.WELCH_T
    assert verdict.state is Ruling.PASS


def test_a_look_alone_is_judged_at_its_own_level() -> None:
    arms = (
        ArmEvidence(tuple(trials(noise(1, 7)))),
        ArmEvidence(tuple(trials(noise(2, 7)))),
    )
    look = Look(7.0, (4.0, 5.0, 6.0), 20, last=False)
    rules = Rulebook(mode(), Decision(), LOOKS)
    verdict = judge_look(rules, Evidence(*arms, paired=True), look, targeted=False)
    assert (verdict.look, verdict.targeted) == (7, False)


def test_a_finding_changes_its_name_when_the_effect_changes() -> None:
    first = judge(trials(noise(1)), trials([v + 0.3 for v in noise(2)]))
    again = judge(trials(noise(1)), trials([v + 0.3 for v in noise(2)]))
    worse = judge(trials(noise(1)), trials([v + 0.4 for v in noise(2)]))
    ids = [of(one, Reason.HARM_SHOWN).id for one in (first, again, worse)]
    assert ids[0] == ids[1] != ids[2]


def test_a_tolerance_that_nobody_has_measured_is_refused() -> None:
    source = MetricSource("loss", SourceKind.REPORTED)
    auto = Metric(
        "loss", source, direction=Direction.MINIMIZE, tolerance=AutoTolerance()
    )
    with pytest.raises(UserFault, match="auto"):
        judge(trials(noise(1)), trials(noise(2)), mode("mlp", auto))
