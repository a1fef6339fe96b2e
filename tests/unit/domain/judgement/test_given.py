"""Judging results that somebody else has."""

import dataclasses

import numpy as np
import pytest

from bot.domain.errors import UserFault
from bot.domain.judgement import Given, judge_given
from bot.domain.policy import Decision, Mode, RelativeTolerance, Seeding
from bot.domain.stats.choice import Choice, Chosen, Test
from bot.domain.stats.method import Method
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import Reason, Ruling, Verdict
from tests.fakes.looks import alternating, columns, noise, reasons, trials
from tests.fakes.policies import guardrail, improve, limit, mode, primary, target

LOOKS = (5, 10, 15, 20)


def arm(
    seed: int, n: int, shift: float = 0.0, *, seeds: bool = True
) -> tuple[Observation, ...]:
    values = np.random.default_rng(seed).normal(1.0 + shift, 0.02, n)
    return tuple(
        Measured(100 + i if seeds else None, {"loss": float(v)})
        for i, v in enumerate(values)
    )


def judge(
    baseline: tuple[Observation, ...],
    branch: tuple[Observation, ...],
    runs: Mode | None = None,
    made: tuple[int, ...] | None = None,
) -> Verdict:
    return judge_given(runs or mode(), Decision(), LOOKS, Given(baseline, branch, made))


def test_results_that_reach_a_look_are_judged_at_it() -> None:
    verdict = judge(arm(1, 10), arm(2, 10))
    assert (verdict.state, verdict.modes[0].look) == (Ruling.PASS, 10)
    assert Reason.BETWEEN_LOOKS not in reasons(verdict)


def test_arms_with_the_same_seeds_are_paired_in_any_order() -> None:
    baseline, branch = arm(1, 5), arm(2, 5, 0.3)
    straight = judge(baseline, branch).modes[0].metrics[0]
    shuffled = judge(baseline[::-1], branch).modes[0].metrics[0]
    assert straight.method is Method.PAIRED_T
    assert straight.d == pytest.approx(shuffled.d)
    assert straight.p_harm == pytest.approx(shuffled.p_harm)


@pytest.mark.parametrize(
    ("baseline", "branch"),
    [
        (arm(1, 5, seeds=False), arm(2, 5, seeds=False)),
        (arm(1, 5), arm(2, 5, seeds=False)),
        (arm(1, 6), arm(2, 5)),
    ],
)
def test_arms_that_do_not_list_the_same_seeds_are_compared_by_welch(
    baseline: tuple[Observation, ...], branch: tuple[Observation, ...]
) -> None:
    assert judge(baseline, branch).modes[0].metrics[0].method is Method.WELCH_T


def test_a_seed_that_both_arms_list_twice_pairs_nothing() -> None:
    baseline, branch = arm(1, 5), arm(2, 5)
    verdict = judge((*baseline, baseline[0]), (*branch, branch[0]))
    assert verdict.modes[0].metrics[0].method is Method.WELCH_T


def test_a_mode_without_seeding_is_never_paired() -> None:
    verdict = judge(arm(1, 5), arm(2, 5), mode("mlp", seeding=Seeding.NONE))
    assert verdict.modes[0].metrics[0].method is Method.WELCH_T


def test_a_number_between_two_looks_is_an_extra_look_and_says_so() -> None:
    verdict = judge(arm(1, 7), arm(2, 7))
    assert Reason.BETWEEN_LOOKS in reasons(verdict)


def test_an_open_answer_names_the_next_look() -> None:
    wide = tuple(Measured(100 + i, {"loss": 1.0 + 0.3 * (-1) ** i}) for i in range(5))
    verdict = judge(arm(1, 5), wide)
    assert verdict.state is Ruling.UNDECIDED
    found = next(f for f in verdict.findings if f.reason is Reason.MORE_LOOKS_LEFT)
    assert found.evidence["n_next"] == 10


def test_beyond_the_last_look_nothing_is_extended() -> None:
    verdict = judge(arm(1, 21), arm(2, 21))
    assert verdict.state is Ruling.UNDECIDED
    assert reasons(verdict) == [Reason.BEYOND_LAST_LOOK]


def test_beyond_the_last_look_a_reader_sees_what_more_seeds_would_go_by() -> None:
    verdict = judge(arm(1, 25), arm(2, 25, 0.05))
    found = verdict.modes[0].metrics[0]
    assert (found.state, found.reason) == (Ruling.UNDECIDED, Reason.BEYOND_LAST_LOOK)
    assert found.d == pytest.approx(-0.05, abs=0.02)
    assert found.e_harm > 20.0
    assert (found.low, found.high, found.p_ni) == (None, None, None)
    facts = verdict.findings[0].evidence
    assert (facts["n_given"], facts["n_max"], facts["needed"]) == (25, 20, 20.0)
    assert (facts["e_ni"], facts["e_harm"]) == (found.e_ni, found.e_harm)


def test_of_several_primaries_the_e_values_of_the_worst_are_told() -> None:
    runs = mode("mlp", primary("loss"), primary("error"))
    base = tuple(columns(loss=noise(1, 25), error=noise(2, 25)))
    branch = tuple(columns(loss=noise(3, 25), error=noise(4, 25, sd=3.0)))
    verdict = judge(base, branch, runs)
    assert verdict.findings[0].metric == "error"


def test_beyond_the_last_look_no_other_role_is_tested() -> None:
    runs = mode(
        "mlp",
        target("loss", 1.5),
        improve("bpb", 0.0, "night"),
        guardrail("seconds"),
        limit("bytes", maximum=9.0),
    )
    values = [noise(i, 25) for i in range(1, 6)]
    named = ("loss", "bpb", "bpb__night", "seconds", "bytes")
    both = tuple(columns(**dict(zip(named, values, strict=True))))
    verdict = judge(both, both, runs)
    states = {one.name: one.state for one in verdict.modes[0].metrics}
    assert states == {
        "loss": Ruling.UNDECIDED,
        "bpb": Ruling.UNDECIDED,
        "bpb/night": Ruling.INFO,
        "seconds": Ruling.INFO,
        "bytes": Ruling.PASS,
    }
    assert verdict.state is Ruling.UNDECIDED
    assert verdict.findings[-1].evidence["e_ni"] is None


def test_a_limit_holds_for_every_trial_however_many_there_are() -> None:
    runs = mode("mlp", primary("loss"), limit("seconds", maximum=9.0))
    base = tuple(columns(loss=noise(1, 25), seconds=noise(2, 25)))
    slow = tuple(columns(loss=noise(1, 25), seconds=[10.0] * 25))
    assert judge(base, slow, runs).state is Ruling.BLOCK


def test_a_tolerance_without_meaning_is_told_beyond_the_last_look_too() -> None:
    tenth = dataclasses.replace(primary("loss"), tolerance=RelativeTolerance(0.1))
    around = tuple(trials(alternating(1.0, 25, around=0.0)))
    verdict = judge(around, arm(1, 25), mode("mlp", tenth))
    said = [Reason.TOLERANCE_UNCLEAR, Reason.BEYOND_LAST_LOOK]
    assert reasons(verdict)[:2] == said


def test_each_of_several_attempts_is_held_to_its_share_of_the_error() -> None:
    verdict = judge_given(
        mode(), Decision(attempts=5), (20,), Given(arm(1, 20), arm(2, 20))
    )
    assert verdict.modes[0].metrics[0].level == pytest.approx(0.01)


def test_what_history_chose_holds_for_given_results_too() -> None:
    verdict = judge_given(
        mode(),
        Decision(),
        LOOKS,
        Given(arm(1, 10), arm(2, 10)),
        {"loss": Chosen(Choice(Test.WELCH))},
    )
    assert verdict.modes[0].metrics[0].method is Method.WELCH_T


def test_unequal_arms_count_as_their_harmonic_mean() -> None:
    verdict = judge(arm(1, 30), arm(2, 10))
    assert verdict.modes[0].look == 15
    assert judge(arm(1, 60), arm(2, 15)).modes[0].look == 24


def test_looks_that_were_never_made_leave_more_room_for_this_one() -> None:
    all_made = judge(arm(1, 20), arm(2, 20)).modes[0].metrics[0]
    none_made = judge(arm(1, 20), arm(2, 20), made=()).modes[0].metrics[0]
    assert none_made.level > all_made.level
    assert none_made.level == pytest.approx(0.05)


def test_failures_are_counted_in_results_from_outside_too() -> None:
    broken = tuple(Crashed(100 + i, "nan") for i in range(5))
    assert judge(arm(1, 5), broken).state is Ruling.BLOCK


def test_a_target_needs_no_baseline() -> None:
    verdict = judge((), arm(1, 5), mode("mlp", target("loss", 1.5)))
    assert verdict.state is Ruling.PASS


@pytest.mark.parametrize(
    ("baseline", "branch", "name"),
    [((), arm(2, 5), "baseline"), (arm(1, 5), (), "branch")],
)
def test_an_empty_arm_is_refused_by_name(
    baseline: tuple[Observation, ...], branch: tuple[Observation, ...], name: str
) -> None:
    with pytest.raises(UserFault, match=f"no trials in its arm `{name}`"):
        judge(baseline, branch)


def test_a_slip_in_a_seed_is_told_because_it_costs_the_pairs() -> None:
    slip = (*arm(2, 5)[:4], Measured(9_999, {"loss": 1.0}))
    told = judge(arm(1, 5), slip)
    one = next(x for x in told.findings if x.reason is Reason.SEEDS_DIFFER)
    assert (one.state, one.evidence["unmatched"]) == (Ruling.INFO, 2)
    unlisted = judge(arm(1, 5, seeds=False), arm(2, 5, seeds=False))
    assert Reason.SEEDS_DIFFER not in [x.reason for x in unlisted.findings]
