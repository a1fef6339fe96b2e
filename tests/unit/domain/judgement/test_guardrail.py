"""The `guardrail` role, and slices: never shown worse beyond the tolerance."""

import dataclasses

import pytest

from bot.domain.errors import UserFault
from bot.domain.policy import AutoTolerance, Direction, RelativeTolerance, Role
from bot.domain.verdict import FindingKind, ModeVerdict, Reason, Ruling
from tests.fakes.looks import columns, crash, judge, losing, metric, noise, of, reasons
from tests.fakes.policies import (
    LOSS,
    guardrail,
    improve,
    limit,
    mode,
    primary,
    shown,
    target,
)

SLICED = primary("loss", 0.1, "day", "night")


def with_slices(night: float = 0.0, sd: float = 0.02) -> list[object]:
    """A branch whose loss is that of the baseline, but not at night."""
    return columns(
        loss=noise(4), loss__day=noise(5), loss__night=noise(6, sd=sd, mean=1 + night)
    )


BASE = columns(loss=noise(1), loss__day=noise(2), loss__night=noise(3))


def test_a_guardrail_that_is_proven_worse_blocks_though_the_primary_passes() -> None:
    runs = mode("mlp", LOSS, guardrail("seconds", 0.05))
    base = columns(loss=noise(1), seconds=noise(2))
    slow = columns(loss=noise(3), seconds=noise(4, mean=1.3))
    verdict = judge(base, slow, runs)
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 4)
    assert metric(verdict, "loss").state is Ruling.PASS
    found = of(verdict, Reason.GUARDRAIL_BROKEN)
    assert (found.kind, found.metric) == (FindingKind.REGRESSION, "seconds")
    assert found.evidence["high"] < -0.05
    assert found.evidence["p_beyond"] <= found.evidence["level"]
    assert found.evidence["family"] == 1


def test_a_loss_within_its_tolerance_keeps_the_guardrail_and_says_what_was_seen() -> (
    None
):
    runs = mode("mlp", LOSS, guardrail("seconds", 0.05))
    base = columns(loss=noise(1), seconds=noise(2))
    verdict = judge(base, columns(loss=noise(3), seconds=noise(4, mean=1.03)), runs)
    assert (verdict.state, verdict.look) == (Ruling.PASS, 4)
    found = of(verdict, Reason.GUARDRAIL_KEPT)
    assert found.evidence["detectable"] > 0.01
    assert found.evidence["high"] >= -0.05
    assert metric(verdict, "seconds").state is Ruling.PASS


def test_without_a_tolerance_any_proven_loss_breaks_a_guardrail() -> None:
    runs = mode("mlp", LOSS, guardrail("seconds"))
    base = columns(loss=noise(1), seconds=noise(2, sd=0.001))
    slow = columns(loss=noise(3), seconds=noise(4, mean=1.03, sd=0.001))
    assert judge(base, slow, runs).state is Ruling.BLOCK
    assert metric(judge(base, slow, runs), "seconds").tolerance == 0.0


def test_the_tolerance_of_a_guardrail_may_be_a_share_of_the_baseline() -> None:
    tenth = dataclasses.replace(guardrail("seconds"), tolerance=RelativeTolerance(0.1))
    runs = mode("mlp", LOSS, tenth)
    base = columns(loss=noise(1), seconds=noise(2, mean=100))
    for seconds, state in ((105, Ruling.PASS), (120, Ruling.BLOCK)):
        branch = columns(loss=noise(3), seconds=noise(4, mean=seconds))
        assert judge(base, branch, runs).state is state


def test_a_noisy_guardrail_asks_for_no_more_seeds() -> None:
    runs = mode("mlp", LOSS, guardrail("seconds"))
    base = columns(loss=noise(1), seconds=noise(2, sd=5.0))
    verdict = judge(base, columns(loss=noise(3), seconds=noise(4, sd=5.0)), runs)
    assert (verdict.state, verdict.look) == (Ruling.PASS, 4)


def test_while_looks_are_left_a_guardrail_is_not_said_to_be_kept() -> None:
    runs = mode("mlp", primary("loss", 1e-6), guardrail("seconds"))
    base = columns(loss=noise(1, 6), seconds=noise(2, 6))
    verdict = judge(base, columns(loss=noise(3, 6), seconds=noise(4, 6)), runs)
    assert not verdict.decided
    assert metric(verdict, "seconds").state is Ruling.UNDECIDED
    assert Reason.GUARDRAIL_KEPT not in reasons(verdict)


def test_a_mode_of_guardrails_alone_blocks_at_any_look_and_passes_at_the_last() -> None:
    runs = mode("mlp", guardrail("seconds", 0.05), limit("bytes", maximum=9))
    base = columns(seconds=noise(2), bytes=noise(1))
    same = judge(base, columns(seconds=noise(4), bytes=noise(5)), runs)
    assert (same.state, same.look) == (Ruling.PASS, 20)
    slow = judge(base, columns(seconds=noise(4, mean=1.3), bytes=noise(5)), runs)
    assert (slow.state, slow.look) == (Ruling.BLOCK, 4)
    waits = judge(base, columns(seconds=noise(4, 9), bytes=noise(5, 9)), runs)
    assert (waits.state, waits.decided) == (Ruling.UNDECIDED, False)


def test_one_slice_that_is_worse_than_the_tolerance_blocks_by_name() -> None:
    verdict = judge(BASE, with_slices(night=0.3), mode("mlp", SLICED))
    assert verdict.state is Ruling.BLOCK
    found = of(verdict, Reason.GUARDRAIL_BROKEN)
    assert (found.metric, found.evidence["tolerance"]) == ("loss/night", 0.1)
    night = metric(verdict, "loss/night")
    assert (night.slice_of, night.role, night.family) == ("loss", Role.GUARDRAIL, 2)
    assert night.d == pytest.approx(-0.3, abs=0.05)
    assert metric(verdict, "loss/day").reason is Reason.GUARDRAIL_KEPT


def test_a_slice_inherits_the_tolerance_of_its_metric() -> None:
    verdict = judge(BASE, with_slices(night=0.05), mode("mlp", SLICED))
    assert verdict.state is Ruling.PASS
    assert metric(verdict, "loss/night").tolerance == 0.1


def test_slices_of_an_improvement_tolerate_nothing() -> None:
    runs = mode("mlp", improve("loss", 0.0, "night"))
    base = columns(loss=noise(1), loss__night=noise(3, sd=0.001))
    branch = columns(loss=noise(2, mean=0.9), loss__night=noise(6, sd=0.001, mean=1.02))
    verdict = judge(base, branch, runs)
    assert verdict.state is Ruling.BLOCK
    assert metric(verdict, "loss/night").tolerance == 0.0


def guarded(*p: float) -> ModeVerdict:
    """Guardrails without tolerance at one single look, each with that p."""
    names = [f"g{i}" for i, _ in enumerate(p)]
    base = noise(1, 10)
    arms = columns(**dict.fromkeys(names, base))
    worse = columns(**{n: losing(base, one) for n, one in zip(names, p, strict=True)})
    runs = mode("mlp", *(guardrail(name) for name in names))
    return judge(arms, worse, runs, looks=(10,))


def broken(verdict: ModeVerdict) -> list[str]:
    return [one.name for one in verdict.metrics if one.state is Ruling.BLOCK]


def test_guardrails_are_one_family_so_that_many_do_not_block_by_chance() -> None:
    assert broken(guarded(0.04)) == ["g0"]
    assert broken(guarded(0.04, 0.5)) == []
    assert broken(guarded(0.02, 0.5)) == ["g0"]
    assert broken(guarded(0.5, 0.02, 0.04)) == []


def test_the_family_steps_down_and_each_is_shown_with_its_own_boundary() -> None:
    verdict = guarded(0.5, 0.01, 0.02)
    assert broken(verdict) == ["g1", "g2"]
    levels = [one.level for one in verdict.metrics]
    assert levels == pytest.approx([0.05, 0.05 / 3, 0.025])
    assert [one.high < 0 for one in verdict.metrics] == [False, True, True]


def test_slices_of_guardrails_and_primaries_are_in_the_same_family() -> None:
    runs = mode("mlp", SLICED, guardrail("seconds", 0.1, "first"))
    arms = [
        columns(
            loss=noise(i),
            loss__day=noise(i + 1),
            loss__night=noise(i + 2),
            seconds=noise(i + 3),
            seconds__first=noise(i + 4),
        )
        for i in (10, 20)
    ]
    verdict = judge(*arms, runs)
    family = [one for one in verdict.metrics if one.role is Role.GUARDRAIL]
    names = ["loss/day", "loss/night", "seconds", "seconds/first"]
    assert [one.name for one in family] == names
    assert {one.family for one in family} == {4}
    assert verdict.metrics[0].family == 1


def test_slices_of_other_roles_are_shown_and_never_judged() -> None:
    sliced = [
        dataclasses.replace(one, slices=("night",))
        for one in (
            dataclasses.replace(shown("gap"), direction=Direction.MINIMIZE),
            limit("seconds", maximum=100.0),
            target("error", 2.0),
        )
    ]
    names = ("loss", "gap", "seconds", "error")
    arms = [
        columns(
            **{n: noise(i) for i, n in enumerate(names)},
            **{f"{n}__night": noise(9 + i, mean=at) for i, n in enumerate(names[1:])},
        )
        for at in (1.0, 50.0)
    ]
    verdict = judge(*arms, mode("mlp", LOSS, *sliced))
    assert verdict.state is Ruling.PASS
    for name in names[1:]:
        night = metric(verdict, f"{name}/night")
        assert (night.state, night.role) == (Ruling.INFO, Role.REPORT)
        assert night.branch_mean == pytest.approx(50.0, abs=0.1)
        assert (night.target, night.maximum) == (None, None)


def test_a_trial_that_lacks_a_slice_has_failed_and_is_not_averaged_around() -> None:
    branch = with_slices()
    del branch[2].metrics["loss/night"]
    verdict = judge(BASE, branch, mode("mlp", SLICED), looks=(8,))
    assert verdict.state is Ruling.UNDECIDED
    found = of(verdict, Reason.FAILURES_LEFT)
    assert "missing_metric: no value of loss/night" in found.evidence["first"]


def test_a_slice_that_the_branch_has_lost_is_a_branch_that_always_fails() -> None:
    branch = columns(loss=noise(4), loss__day=noise(5))
    verdict = judge(BASE, branch, mode("mlp", SLICED))
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 4)
    assert Reason.MORE_FAILURES in reasons(verdict)
    assert metric(verdict, "loss/night").branch_mean is None


def test_a_slice_that_the_baseline_never_had_cannot_be_compared_with() -> None:
    baseline = columns(loss=noise(1), loss__day=noise(2))
    verdict = judge(baseline, with_slices(), mode("mlp", SLICED))
    assert verdict.state is Ruling.UNDECIDED
    assert Reason.BASELINE_BROKEN in reasons(verdict)


def test_a_broken_baseline_breaks_no_guardrail() -> None:
    baseline = [crash(i) if i % 2 else one for i, one in enumerate(BASE)]
    branch = with_slices(night=0.5)
    verdict = judge(baseline, branch, mode("mlp", SLICED), looks=(12,))
    assert verdict.state is Ruling.UNDECIDED


def test_more_crashes_than_the_baseline_keep_guardrails_from_passing() -> None:
    runs = mode("mlp", guardrail("seconds", 0.05))
    branch = [crash(0), *columns(seconds=noise(4))[1:]]
    verdict = judge(columns(seconds=noise(2)), branch, runs)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 20)
    assert Reason.FAILURES_LEFT in reasons(verdict)


def test_a_guardrail_whose_tolerance_has_no_meaning_is_told_and_stays_counted() -> None:
    tenth = dataclasses.replace(guardrail("gap"), tolerance=RelativeTolerance(0.1))
    runs = mode("mlp", LOSS, tenth, guardrail("seconds", 0.1))
    base = columns(loss=noise(1), gap=noise(2, mean=0.0), seconds=noise(3))
    verdict = judge(base, columns(loss=noise(4), gap=noise(5), seconds=noise(6)), runs)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 4)
    gap = metric(verdict, "gap")
    assert (gap.state, gap.reason) == (Ruling.UNDECIDED, Reason.TOLERANCE_UNCLEAR)
    assert metric(verdict, "seconds").family == 2


def test_a_guardrail_that_no_test_has_looked_at_has_not_passed() -> None:
    runs = mode("mlp", guardrail("seconds"))
    base = columns(seconds=noise(1, 3))
    verdict = judge(base, columns(seconds=noise(2, 3, mean=9.0)), runs, looks=(3,))
    assert verdict.state is Ruling.UNDECIDED
    seconds = metric(verdict, "seconds")
    assert (seconds.state, seconds.reason) == (Ruling.UNDECIDED, Reason.NOT_SHOWN)
    assert (seconds.d, seconds.low, seconds.detectable) == (None, None, None)


def test_seeds_are_added_until_a_guardrail_can_be_tested_at_all() -> None:
    """A constant difference is compared from five pairs on."""
    runs = mode("mlp", LOSS, guardrail("seconds", 0.1))
    base = columns(loss=noise(1), seconds=noise(3))
    branch = columns(loss=noise(2), seconds=noise(4))
    constant = columns(loss=noise(1), seconds=[5.0] * 20)
    slower = columns(loss=noise(2), seconds=[5.05] * 20)
    assert judge(base, branch, runs).look == 4
    exact = judge(constant, slower, runs)
    assert (exact.state, exact.look) == (Ruling.PASS, 5)


def test_a_guardrail_whose_tolerance_nobody_has_measured_is_refused() -> None:
    auto = dataclasses.replace(guardrail("seconds"), tolerance=AutoTolerance())
    base = columns(seconds=noise(1))
    with pytest.raises(UserFault, match="auto"):
        judge(base, base, mode("mlp", auto))
