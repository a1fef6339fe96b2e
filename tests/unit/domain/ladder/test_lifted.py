"""Rungs without what somebody accepted: the climb goes on from there."""

import dataclasses

from bot.domain.ladder import Climbed, fingerprinted, lifted, next_rung, trained
from bot.domain.verdict import (
    Behaviour,
    Fingerprint,
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    Rung,
    Verdict,
)
from bot.domain.verdict.findings import finding
from tests.fakes.policies import LOSS
from tests.unit.domain.ladder.test_climbed import FAST, FULL

FAILED = finding(Reason.TESTS_FAILED, Ruling.BLOCK, {"exit_status": 1})
LOST = finding(Reason.TRIALS_LOST, Ruling.UNDECIDED, {"lost": 1})
HARM = finding(Reason.HARM_SHOWN, Ruling.BLOCK, {"d": -1.0}, mode="mlp", metric="loss")
SPENT = finding(Reason.BUDGET_SPENT, Ruling.UNDECIDED, {"spent": 4})
LEFT_OUT = finding(Reason.NARROWED, Ruling.UNDECIDED, {"narrowed": ("ablation",)})
ALIEN = finding(Reason.MODE_INVASIVE, Ruling.BLOCK, {"step": 0}, mode="conv")


def stage(*more: object) -> Climbed:
    metric = MetricVerdict(
        LOSS.name,
        LOSS.role,
        LOSS.direction,
        LOSS.source.kind,
        Ruling.BLOCK,
        Reason.HARM_SHOWN,
    )
    mode = ModeVerdict("mlp", Ruling.BLOCK, True, (metric,), (HARM,), decided=True)
    return trained("fast", Verdict(Ruling.BLOCK, (HARM, *more), (mode,)))  # type: ignore[arg-type]


def test_the_next_stage_is_climbed_past_an_accepted_regression() -> None:
    left = lifted(stage(), {HARM.digest})
    assert left.rung == Rung("fast", "training", Ruling.PASS)
    assert left.findings == (dataclasses.replace(HARM, state=Ruling.INFO),)
    assert next_rung([FAST, FULL], [stage().rung]) is None
    assert next_rung([FAST, FULL], [left.rung]) == FULL


def test_a_budget_that_was_spent_still_holds_the_rung() -> None:
    assert (
        lifted(stage(SPENT), {HARM.digest, SPENT.digest}).rung.state is Ruling.UNDECIDED
    )


def test_what_the_caller_left_out_still_stops_nobody() -> None:
    left = lifted(stage(LEFT_OUT), {HARM.digest})
    assert left.rung.state is Ruling.PASS
    assert left.verdict is not None
    assert left.verdict.state is Ruling.UNDECIDED


def test_tests_that_fail_can_be_accepted_and_lost_runs_cannot() -> None:
    rung = Climbed(Rung("tests", "tests", Ruling.BLOCK), (FAILED,))
    assert lifted(rung, {FAILED.digest}).rung.state is Ruling.PASS
    assert lifted(rung, {"tests-00000000"}) is rung
    gone = Climbed(Rung("tests", "tests", Ruling.UNDECIDED), (LOST,))
    assert lifted(gone, {LOST.digest}) is gone


def test_one_of_two_failed_checks_accepted_is_not_enough() -> None:
    two = [
        finding(Reason.SANITY_FAILED, Ruling.BLOCK, {"check": name})
        for name in ("gradients", "overfits")
    ]
    rung = Climbed(Rung("sanity", "sanity", Ruling.BLOCK), tuple(two))
    assert lifted(rung, {two[0].digest}).rung.state is Ruling.BLOCK
    assert lifted(rung, {one.digest for one in two}).rung.state is Ruling.PASS


def test_a_mode_that_changed_unnamed_lets_the_climb_go_on_once_accepted() -> None:
    seen = {"conv": Behaviour(Fingerprint.CHANGED)}
    rung = fingerprinted(seen, [ALIEN], [])
    left = lifted(rung, {ALIEN.digest})
    assert (rung.rung.state, left.rung.state) == (Ruling.BLOCK, Ruling.PASS)
    assert left.verdict is not None
    assert [one.state for one in left.verdict.modes] == [Ruling.INFO]
    assert left.verdict.state is Ruling.PASS


def test_without_acceptances_a_rung_is_what_it_was() -> None:
    rung = stage()
    assert lifted(rung, ()) is rung
