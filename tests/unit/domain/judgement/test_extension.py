"""Past the last look: seeds that somebody asked for, judged by e-values alone."""

import dataclasses

import pytest

from bot.domain.policy import Mode, RelativeTolerance
from bot.domain.stats.method import Method
from bot.domain.trials import Measured, Observation
from bot.domain.verdict import ModeVerdict, Reason, Ruling
from bot.domain.verdict.counting import extendable
from tests.fakes.looks import columns, crash, judge, metric, noise, of, reasons
from tests.fakes.policies import guardrail, improve, limit, mode, primary

LOOKS, MORE = (4, 6), (12, 24)
WIDE = primary("loss", 0.2)
RUNS = mode("mlp", WIDE)


def arms(
    later: float = 0.0, n: int = 24, **others: list[float]
) -> tuple[list[Observation], list[Observation]]:
    """Six seeds that decide nothing; a branch that is worse by `later` after them."""
    wild = [0.5, -0.5, 0.6, -0.6, 0.4, -0.4]
    base = noise(1, n)
    branch = [one + (wild[i] if i < 6 else later) for i, one in enumerate(noise(2, n))]
    plain = {name: noise(9, n) for name in others}
    changed = {name: many[:n] for name, many in others.items()}
    return columns(loss=base, **plain), columns(loss=branch, **changed)


def extended(
    baseline: list[Observation], branch: list[Observation], runs: Mode = RUNS
) -> ModeVerdict:
    return judge(baseline, branch, runs, looks=LOOKS, beyond=MORE)


def test_without_more_seeds_the_last_look_is_the_end() -> None:
    verdict = judge(*arms(), RUNS, looks=LOOKS)
    assert (verdict.state, verdict.look, verdict.decided) == (Ruling.UNDECIDED, 6, True)


def test_seeds_that_were_asked_for_are_wanted_until_they_are_there() -> None:
    verdict = extended(*arms(n=11))
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 6)
    assert not verdict.decided
    assert verdict.looks == (4, 6, 12, 24)


def test_no_loss_in_more_seeds_passes_by_an_e_value() -> None:
    verdict = extended(*arms())
    assert (verdict.state, verdict.look, verdict.decided) == (Ruling.PASS, 24, True)
    found = metric(verdict, "loss")
    assert (found.reason, found.method) == (Reason.NOT_WORSE, Method.E_VALUE)
    assert found.e_ni >= 20.0 > found.e_harm
    assert found.p_ni == pytest.approx(1 / found.e_ni)
    assert found.low >= -found.tolerance
    assert of(verdict, Reason.NOT_WORSE).evidence["e_ni"] == found.e_ni


def test_a_loss_in_more_seeds_blocks_by_an_e_value() -> None:
    verdict = extended(*arms(later=0.5))
    assert verdict.state is Ruling.BLOCK
    found = metric(verdict, "loss")
    assert found.e_harm >= 20.0
    assert found.high < 0.0


def test_a_real_loss_within_the_tolerance_passes_and_is_told() -> None:
    runs = mode("mlp", primary("loss", 0.45))
    verdict = judge(*arms(later=0.3, n=60), runs, looks=(6,), beyond=(60,))
    assert verdict.state is Ruling.PASS
    found = of(verdict, Reason.TOLERATED_LOSS)
    assert min(found.evidence["e_ni"], found.evidence["e_harm"]) >= 20.0


def test_between_both_the_evaluation_ends_undecided_at_the_last_of_them() -> None:
    verdict = extended(*arms(later=0.1))
    assert (verdict.state, verdict.look, verdict.decided) == (
        Ruling.UNDECIDED,
        24,
        True,
    )
    found = metric(verdict, "loss")
    assert found.reason is Reason.NOT_SHOWN
    assert max(found.e_ni, found.e_harm) < 20.0


def test_what_was_decided_within_the_schedule_asks_for_nothing_more() -> None:
    verdict = judge(
        columns(loss=noise(1)), columns(loss=noise(2)), RUNS, looks=LOOKS, beyond=MORE
    )
    assert (verdict.state, verdict.look, verdict.decided) == (Ruling.PASS, 4, True)


def test_failures_that_forbade_a_pass_are_not_outrun_by_more_seeds() -> None:
    baseline, branch = arms()
    branch[2] = crash(2)
    verdict = extended(baseline, branch)
    assert (verdict.state, verdict.look, verdict.decided) == (Ruling.UNDECIDED, 6, True)


def test_a_broken_baseline_is_nothing_that_seeds_mend() -> None:
    baseline = [crash(i) for i in range(24)]
    branch = [crash(i) for i in range(24)]
    for one in (RUNS, mode("mlp", WIDE, guardrail("seconds", 0.1))):
        verdict = judge(baseline, branch, one, looks=(6,), beyond=MORE)
        assert Reason.BASELINE_BROKEN in reasons(verdict)
        assert (verdict.look, verdict.decided) == (6, True)


@pytest.mark.parametrize("crashed", [(), (2,), (20,), (2, 20), tuple(range(24))])
@pytest.mark.parametrize("broken", [0, 6, 24])
@pytest.mark.parametrize("runs", [RUNS, mode("mlp", WIDE, improve("loss"))])
def test_a_verdict_tells_by_itself_whether_further_seeds_would_be_run(
    crashed: tuple[int, ...], broken: int, runs: Mode
) -> None:
    """Asked of each end, of the schedule or past it, as of the whole story."""
    baseline, branch = arms(later=0.1)
    for i in crashed:
        branch[i] = crash(i)
    baseline[:broken] = [crash(i) for i in range(broken)]
    for last in (LOOKS, (*LOOKS, 12), (*LOOKS, *MORE)):
        beyond = last[len(LOOKS) :]
        verdict = judge(baseline, branch, runs, looks=LOOKS, beyond=beyond)
        if verdict.state is not Ruling.UNDECIDED:
            continue
        more = judge(baseline, branch, runs, looks=LOOKS, beyond=(*beyond, 40))
        assert extendable(verdict, verdict.findings) is not more.decided


def test_a_crash_among_the_seeds_asked_for_keeps_them_from_passing() -> None:
    baseline, branch = arms()
    branch[20] = crash(20)
    verdict = extended(baseline, branch)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 24)
    assert Reason.FAILURES_LEFT in reasons(verdict)


def test_a_limit_holds_for_every_trial_to_the_last() -> None:
    baseline, branch = arms(seconds=noise(8, 24))
    branch[11] = Measured(1011, {**branch[11].metrics, "seconds": 99.0})
    runs = mode("mlp", WIDE, limit("seconds", maximum=10.0))
    verdict = extended(baseline, branch, runs)
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 12)


def test_a_limit_that_was_not_seen_kept_is_nothing_that_seeds_mend() -> None:
    baseline, branch = arms(seconds=noise(8, 24))
    del branch[1].metrics["seconds"]
    runs = mode("mlp", WIDE, limit("seconds", maximum=10.0))
    verdict = extended(baseline, branch, runs)
    assert (verdict.look, verdict.decided) == (6, True)


def test_guardrails_stay_as_the_last_look_left_them() -> None:
    slow = noise(8, 6) + [99.0] * 18
    runs = mode("mlp", WIDE, guardrail("seconds", 0.1))
    verdict = extended(*arms(seconds=slow), runs)
    assert verdict.state is Ruling.PASS
    assert metric(verdict, "seconds").reason is Reason.GUARDRAIL_KEPT
    assert metric(verdict, "seconds").look == 6


def test_an_improvement_that_was_not_shown_cannot_be_extended() -> None:
    runs = mode("mlp", WIDE, improve("bpb"))
    verdict = extended(*arms(bpb=noise(8, 24)), runs)
    assert (verdict.state, verdict.look, verdict.decided) == (Ruling.UNDECIDED, 6, True)


def test_a_primary_that_passed_before_stays_as_it_was() -> None:
    runs = mode("mlp", WIDE, primary("error"))
    verdict = extended(*arms(error=noise(8, 6) + [99.0] * 18), runs)
    assert verdict.state is Ruling.PASS
    assert metric(verdict, "error").look == 4


def test_harm_to_several_stays_one_family_past_the_last_look() -> None:
    runs = mode("mlp", WIDE, primary("error", 0.2))
    baseline, branch = arms(later=0.5)
    both = [
        [
            Measured(one.seed, {**one.metrics, "error": one.metrics["loss"]})
            for one in arm
        ]
        for arm in (baseline, branch)
    ]
    verdict = extended(*both, runs)
    assert verdict.state is Ruling.BLOCK
    assert {one.family for one in verdict.metrics} == {2}
    assert sorted(one.level for one in verdict.metrics) == [0.025, 0.05]
    assert all(one.high < 0.0 for one in verdict.metrics)


def test_a_tolerated_loss_leaves_the_family_past_the_last_look_too() -> None:
    error = [one + 0.1 + 0.001 * i for i, one in enumerate(noise(9, 24))]
    runs = mode("mlp", WIDE, primary("error", 0.5))
    verdict = extended(*arms(later=0.5, error=error), runs)
    assert metric(verdict, "error").reason is Reason.TOLERATED_LOSS
    assert metric(verdict, "loss").level == 0.05


def test_a_tolerance_that_loses_its_meaning_decides_nothing_later_either() -> None:
    """The baseline changes its sign only among the seeds that were asked for."""
    baseline, branch = arms()
    for one in baseline[8:]:
        one.metrics["loss"] *= -1.0
    tenth = dataclasses.replace(WIDE, tolerance=RelativeTolerance(0.2))
    verdict = extended(baseline, branch, mode("mlp", tenth))
    assert (verdict.state, verdict.look, verdict.decided) == (
        Ruling.UNDECIDED,
        12,
        True,
    )
    assert Reason.TOLERANCE_UNCLEAR in reasons(verdict)
