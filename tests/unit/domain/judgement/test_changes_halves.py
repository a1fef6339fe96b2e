"""Halves of a group in the family of all changes: they inherit its place."""

import dataclasses

import pytest

from bot.domain.judgement.changes import ChangeArms, JudgedChanges, with_changes
from bot.domain.policy import AbsoluteTolerance
from bot.domain.verdict import Reason, Ruling, Verdict
from tests.fakes.policies import LOSS, mode
from tests.unit.domain.judgement.branches import (
    arm,
    change,
    crashes,
    effect,
    judge,
    reasons,
    with_error,
)

HALVES = {"G1": "G", "G2": "G"}


def grouped(g: float = 0.7, g1: float = 0.7, g2: float = 0.9, h: float = 0.9):
    """Mean losses without each; the whole branch has 0.9."""
    without = {"G": arm(g, 2), "G1": arm(g1, 3), "G2": arm(g2, 4), "H": arm(h, 5)}
    return ChangeArms(
        arm(0.9, 1),
        without=without,
        order=("G", "G1", "G2", "H"),
        groups={"G": ("g", "h")},
        inside=HALVES,
    )


def first_cut(arms: ChangeArms) -> ChangeArms:
    kept = {name: one for name, one in arms.without.items() if name not in HALVES}
    return dataclasses.replace(arms, without=kept, order=("G", "H"), inside={})


def in_turn(arms: ChangeArms) -> JudgedChanges:
    return judge(arms, earlier=judge(first_cut(arms)))


def test_the_guilty_half_of_a_guilty_group_is_found() -> None:
    found = [name for reason, name in reasons(in_turn(grouped()))]
    assert found == ["G", "G1"]


def test_a_half_is_held_to_its_share_of_the_place_of_its_group() -> None:
    judged = in_turn(grouped())
    level = {name: effect(judged, name).level for name in ("G", "H", "G1", "G2")}
    assert level["G"] == level["H"]
    assert level["G1"] == level["G2"]
    assert level["G1"] == pytest.approx((level["G"] or 0) / 2, rel=0.15)


def test_a_group_frees_no_place_for_others_and_a_single_change_does() -> None:
    arms = first_cut(grouped())
    single = dataclasses.replace(arms, groups={})
    kept, freed = (effect(judge(one), "H").level for one in (arms, single))
    assert kept is not None
    assert freed is not None
    assert freed == pytest.approx(2 * kept, rel=0.15)


def test_halves_free_no_place_either() -> None:
    before = in_turn(grouped())
    after = judge(grouped(), earlier=before)
    assert effect(after, "H").level == effect(before, "H").level


def test_quarters_share_the_place_of_their_half() -> None:
    arms = grouped()
    deeper = dataclasses.replace(
        arms,
        without={**arms.without, "Q1": arm(0.7, 6), "Q2": arm(0.9, 7)},
        order=("G", "G1", "Q1", "Q2", "G2", "H"),
        groups={"G": ("g1", "g2", "h"), "G1": ("g1", "g2")},
        inside={**HALVES, "Q1": "G1", "Q2": "G1"},
    )
    before = in_turn(grouped())
    judged = judge(deeper, earlier=before)
    ratio = (effect(judged, "Q2").level or 0) / (effect(judged, "G2").level or 1)
    assert ratio == pytest.approx(0.5, rel=0.15)
    assert [name for _, name in reasons(judged)] == ["G", "G1", "Q1"]


def test_a_half_of_a_group_that_was_not_flagged_is_never_harmful() -> None:
    judged = judge(grouped(g=0.9, g1=0.5))
    assert reasons(judged) == []
    assert effect(judged, "G1").state is Ruling.UNDECIDED


def test_a_half_is_judged_on_the_metric_that_flagged_its_group_alone() -> None:
    error = dataclasses.replace(LOSS, name="error", tolerance=AbsoluteTolerance(0.3))
    arms = grouped()
    both = dataclasses.replace(
        arms,
        full=with_error(arms.full),
        without={name: with_error(one) for name, one in arms.without.items()},
    )
    runs = mode("mlp", LOSS, error)
    judged = judge(both, runs=runs, earlier=judge(first_cut(both), runs=runs))
    told = [one.reason for one in change(judged, "G1").effects]
    assert told == [Reason.CHANGE_HARMFUL, Reason.CHANGE_TOLERATED]
    quiet = dataclasses.replace(both, without={**both.without, "G": both.full})
    judged = judge(quiet, runs=runs, earlier=judge(first_cut(quiet), runs=runs))
    assert Reason.CHANGE_HARMFUL not in [reason for reason, _ in reasons(judged)]


def test_crashes_are_followed_into_the_halves_of_a_group_that_crashes_alone() -> None:
    arms = grouped()
    broken = dataclasses.replace(
        arms,
        full=crashes(9) + arm(0.9, 1)[9:],
        without={
            **arms.without,
            "G2": crashes(9) + arm(0.9, 1)[9:],
            "H": crashes(9) + arm(0.9, 1)[9:],
        },
    )
    judged = in_turn(broken)
    shown = [name for reason, name in reasons(judged) if reason is Reason.MORE_FAILURES]
    assert shown == ["G", "G1"]
    closed = dataclasses.replace(broken, without={**broken.without, "G": broken.full})
    assert Reason.MORE_FAILURES not in [
        reason for reason, _ in reasons(in_turn(closed))
    ]


def test_lost_trials_leave_a_change_in_its_family() -> None:
    arms = first_cut(grouped())
    lost = dataclasses.replace(arms, lost={"H": "its trials got lost"})
    gone = dataclasses.replace(arms, not_estimable={"H": "does not apply"})
    assert change(judge(lost), "H").why_not == "its trials got lost"
    assert effect(judge(lost), "G").level == effect(judge(arms), "G").level
    assert (effect(judge(gone), "G").level or 0) > (effect(judge(lost), "G").level or 0)


def test_a_change_has_the_effects_of_all_modes_that_it_was_judged_in() -> None:
    verdict = Verdict(Ruling.PASS, ())
    for name in ("mlp", "conv"):
        judged = judge(first_cut(grouped()), runs=mode(name))
        verdict = with_changes(verdict, judged)
    assert verdict.state is Ruling.BLOCK
    assert [one.id for one in verdict.changes] == ["G", "H"]
    assert [one.mode for one in verdict.changes[0].effects] == ["mlp", "conv"]


@pytest.mark.parametrize("turned", [False, True])
def test_a_change_that_is_estimable_in_one_mode_is_estimable(turned: bool) -> None:
    arms = first_cut(grouped())
    gone = dataclasses.replace(arms, lost={"G": "its trials got lost"})
    answers = [judge(arms, runs=mode("mlp")), judge(gone, runs=mode("conv"))]
    verdict = Verdict(Ruling.PASS, ())
    for one in answers[::-1] if turned else answers:
        verdict = with_changes(verdict, one)
    first = next(one for one in verdict.changes if one.id == "G")
    assert (first.estimable, first.why_not, len(first.effects)) == (True, "", 1)
    nowhere = with_changes(
        with_changes(Verdict(Ruling.PASS, ()), answers[1]), answers[1]
    )
    assert nowhere.changes[0].why_not == "its trials got lost"
