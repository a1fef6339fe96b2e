"""The `improve` role: shown better by more than the margin."""

import dataclasses

import pytest

from bot.domain.judgement.improve import IMPROVEMENT_SPENDING
from bot.domain.policy import Decision
from bot.domain.stats.boundaries import level_at
from bot.domain.stats.choice import Test
from bot.domain.stats.method import Method
from bot.domain.stats.spent import spent_alpha
from bot.domain.verdict import FindingKind, Reason, Ruling
from tests.fakes.looks import (
    LOOKS,
    columns,
    crash,
    hashed,
    judge,
    metric,
    noise,
    of,
    reasons,
    trials,
)
from tests.fakes.policies import LOSS, improve, mode

BPB = mode("gpt", improve("bpb"))
BASE = trials(noise(1), "bpb")


def test_a_gain_beyond_doubt_is_shown_at_the_first_look() -> None:
    verdict = judge(BASE, trials(noise(2, mean=0.7), "bpb"), BPB)
    assert (verdict.state, verdict.look) == (Ruling.PASS, 4)
    found = of(verdict, Reason.IMPROVEMENT_SHOWN)
    assert (found.kind, found.state) == (FindingKind.IMPROVEMENT, Ruling.PASS)
    assert found.evidence["low"] > found.evidence["margin"] == 0.0
    assert found.evidence["p_shown"] <= found.evidence["level"]


def test_a_loss_rules_the_gain_out_and_blocks() -> None:
    verdict = judge(BASE, trials(noise(2, mean=1.3), "bpb"), BPB)
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 4)
    found = of(verdict, Reason.IMPROVEMENT_RULED_OUT)
    assert found.evidence["high"] < 0.0


def test_no_effect_is_neither_and_ends_undecided_at_the_last_look() -> None:
    verdict = judge(BASE, trials(noise(2), "bpb"), BPB)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 20)
    found = of(verdict, Reason.IMPROVEMENT_NOT_SHOWN)
    assert found.evidence["low"] <= 0.0 <= found.evidence["high"]
    assert found.evidence["detectable"] > 0.0


def test_a_gain_below_the_margin_is_not_enough() -> None:
    runs = mode("gpt", improve("bpb", 0.2))
    small = trials(noise(2, mean=0.9), "bpb")
    assert judge(BASE, small, BPB).state is Ruling.PASS
    verdict = judge(BASE, small, runs)
    assert verdict.state is Ruling.BLOCK
    assert metric(verdict, "bpb").margin == 0.2
    large = trials(noise(2, mean=0.7), "bpb")
    assert judge(BASE, large, runs).state is Ruling.PASS


def test_each_look_is_held_to_the_boundary_of_a_spent_alpha() -> None:
    verdict = judge(BASE, trials(noise(2, mean=0.7), "bpb"), BPB)
    alpha = spent_alpha(LOOKS, 0.025, IMPROVEMENT_SPENDING)
    expected = level_at(4, (), 20, alpha, IMPROVEMENT_SPENDING)
    assert metric(verdict, "bpb").level == expected


def test_unpaired_arms_have_a_spent_alpha_of_their_own() -> None:
    verdict = judge(BASE, trials(noise(2, mean=0.7), "bpb"), BPB, paired=False)
    alpha = spent_alpha(LOOKS, 0.025, IMPROVEMENT_SPENDING, test=Test.WELCH)
    expected = level_at(4, (), 20, alpha, IMPROVEMENT_SPENDING)
    assert metric(verdict, "bpb").level == expected
    assert metric(verdict, "bpb").method is Method.WELCH_T


def test_the_alpha_of_the_metric_comes_before_that_of_the_policy() -> None:
    own = mode("gpt", dataclasses.replace(improve("bpb"), alpha=0.001))
    branch = trials(noise(2, mean=0.7), "bpb")
    looks = (10,)
    assert metric(judge(BASE, branch, BPB, looks=looks), "bpb").level == (
        pytest.approx(0.025)
    )
    assert metric(judge(BASE, branch, own, looks=looks), "bpb").level == (
        pytest.approx(0.001)
    )


def test_it_goes_on_to_its_own_stop_after_the_primary_has_passed() -> None:
    base = columns(loss=noise(1), bpb=noise(2))
    branch = columns(loss=noise(3), bpb=noise(4, mean=0.975))
    verdict = judge(base, branch, mode("gpt", LOSS, improve("bpb")))
    assert verdict.state is Ruling.PASS
    assert metric(verdict, "loss").look == 4 < metric(verdict, "bpb").look


def test_a_primary_that_passed_stays_final_while_the_improvement_is_open() -> None:
    """The loss is fine at the first look and terrible afterwards: too late to say."""
    later = noise(3)[:4] + [9.0 + one for one in noise(3)[4:]]
    base = columns(loss=noise(1), bpb=noise(2))
    branch = columns(loss=later, bpb=noise(4))
    verdict = judge(base, branch, mode("gpt", LOSS, improve("bpb")))
    assert verdict.state is Ruling.UNDECIDED
    assert metric(verdict, "loss").state is Ruling.PASS


def test_a_primary_that_blocks_leaves_the_improvement_open() -> None:
    base = columns(loss=noise(1), bpb=noise(2))
    branch = columns(loss=noise(3, mean=1.5), bpb=noise(4))
    verdict = judge(base, branch, mode("gpt", LOSS, improve("bpb")))
    assert verdict.state is Ruling.BLOCK
    assert of(verdict, Reason.STOPPED_EARLY).metric == "bpb"


SEQUENCE = mode("gpt", improve("bpb"), improve("error"))


def test_of_several_a_later_one_is_tested_once_those_before_it_are_shown() -> None:
    base = columns(bpb=noise(1), error=noise(2))
    branch = columns(bpb=noise(3, mean=0.985), error=noise(4, mean=0.7))
    verdict = judge(base, branch, SEQUENCE)
    assert verdict.state is Ruling.PASS
    assert metric(verdict, "bpb").look == metric(verdict, "error").look > 4


def test_until_then_it_waits_and_not_even_a_loss_of_it_blocks() -> None:
    base = columns(bpb=noise(1), error=noise(2))
    branch = columns(bpb=noise(3), error=noise(4, mean=1.5))
    verdict = judge(base, branch, SEQUENCE)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 20)
    found = of(verdict, Reason.IMPROVEMENT_WAITS)
    assert (found.metric, found.evidence["waits_for"]) == ("error", "bpb")
    waiting = metric(verdict, "error")
    assert (waiting.low, waiting.p_ni) == (None, None)
    assert waiting.d == pytest.approx(-0.5, abs=0.05)


def test_a_second_improvement_that_is_ruled_out_blocks_after_the_first() -> None:
    base = columns(bpb=noise(1), error=noise(2))
    branch = columns(bpb=noise(3, mean=0.7), error=noise(4, mean=1.5))
    verdict = judge(base, branch, SEQUENCE)
    assert verdict.state is Ruling.BLOCK
    assert metric(verdict, "bpb").state is Ruling.PASS


def test_a_branch_that_crashes_more_often_is_not_shown_to_be_better() -> None:
    branch = [crash(0), *trials(noise(2, mean=0.7), "bpb")[1:]]
    verdict = judge(BASE, branch, BPB)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 20)
    assert Reason.IMPROVEMENT_SHOWN not in reasons(verdict)


def test_a_crash_in_both_arms_does_not_hide_a_gain() -> None:
    baseline = [crash(0), *BASE[1:]]
    branch = [crash(0), *trials(noise(2, mean=0.7), "bpb")[1:]]
    assert judge(baseline, branch, BPB).state is Ruling.PASS


def test_an_identical_branch_can_never_be_better_and_ends_at_once() -> None:
    same = hashed(noise(1), "bpb")
    verdict = judge(same, same, BPB)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 4)
    assert Reason.IMPROVEMENT_NOT_SHOWN in reasons(verdict)
    waiting = judge(same, same, mode("gpt", improve("bpb"), improve("bpb")))
    assert (waiting.state, waiting.look) == (Ruling.UNDECIDED, 4)


def test_an_identical_branch_is_proof_against_any_margin() -> None:
    same = hashed(noise(1), "bpb")
    verdict = judge(same, same, mode("gpt", improve("bpb", 0.01)))
    assert (verdict.state, verdict.look) == (Ruling.BLOCK, 4)


def test_equal_values_of_unknown_streams_wait_for_the_last_look() -> None:
    verdict = judge(BASE, BASE, BPB)
    assert (verdict.state, verdict.look) == (Ruling.UNDECIDED, 20)


def test_too_few_runs_show_nothing() -> None:
    verdict = judge(BASE, trials(noise(2, 3, mean=0.1), "bpb"), BPB, looks=(2, 3))
    assert verdict.state is Ruling.UNDECIDED
    assert metric(verdict, "bpb").d is None


def test_a_fixed_level_is_used_where_there_is_one_look_only() -> None:
    verdict = judge(
        BASE,
        trials(noise(2, mean=0.7), "bpb"),
        BPB,
        looks=(20,),
        decision=Decision(improvement_alpha=0.01),
    )
    assert metric(verdict, "bpb").level == pytest.approx(0.01)
