"""How far a fast stage may stand for a full one."""

import dataclasses

import pytest

from bot.domain.arms import Baseline, Branch
from bot.domain.history import StagePair
from bot.domain.ladder import foretold, provisional, speed_up, stage_pairs
from bot.domain.policy import Gate, Role, Stage, StageKind
from bot.domain.trials import Trial
from bot.domain.verdict import (
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    Verdict,
)
from tests.fakes import reports
from tests.fakes.policies import policy
from workers.contract import Ok, SourceKind, TrialState

FAST = Stage("fast")
FULL = Stage("full", when=Gate.LABEL, label="full")
LADDER = policy(
    stages=(
        FAST,
        Stage("tests", StageKind.TESTS),
        Stage("old", when=Gate.NEVER),
        FULL,
        Stage("scale"),
    )
)
PLACE = ("mlp", "loss")


def shown(d: float | None, role: Role = Role.PRIMARY) -> MetricVerdict:
    kind = SourceKind.REPORTED
    return MetricVerdict("loss", role, None, kind, Ruling.PASS, d=d)


def verdict(*metrics: MetricVerdict, mode: str = "mlp") -> Verdict:
    one = ModeVerdict(mode, Ruling.PASS, True, metrics, ())
    return Verdict(Ruling.PASS, (), (one,))


def trials(*walls: float) -> list[Trial]:
    return [
        reports.trial(arm, "mlp", at, Ok(), wall_s=wall)
        for at, wall in enumerate(walls)
        for arm in (Baseline(), Branch())
    ]


def pair(d: float, later_d: float, wall: float = 2.0) -> StagePair:
    return StagePair("mlp", "loss", "fast", "full", d, later_d, wall, 19.0)


def pairs(n: int, sign: float = 1.0) -> list[StagePair]:
    effects = [(at - n / 2 + 0.25) / 10 for at in range(n)]
    return [pair(one, sign * 2 * one) for one in effects]


def test_both_effects_of_each_primary_metric_are_kept_with_the_pace() -> None:
    fast = ("fast", verdict(shown(0.1)), trials(1.0, 2.0, 9.0))
    full = ("full", verdict(shown(0.3)), trials(20.0))
    (kept,) = stage_pairs(fast, full)
    assert kept == StagePair("mlp", "loss", "fast", "full", 0.1, 0.3, 2.0, 20.0)


@pytest.mark.parametrize(
    "later",
    [
        verdict(shown(None)),
        verdict(shown(0.3, Role.GUARDRAIL)),
        verdict(shown(0.3), mode="conv"),
    ],
)
def test_a_metric_that_one_stage_says_nothing_of_makes_no_pair(later: Verdict) -> None:
    fast = ("fast", verdict(shown(0.1)), trials(1.0))
    assert stage_pairs(fast, ("full", later, ())) == ()


def test_trials_that_have_not_ended_have_no_pace() -> None:
    running = [
        dataclasses.replace(one, state=TrialState.RUNNING) for one in trials(1.0)
    ]
    fast = ("fast", verdict(shown(0.1)), running)
    (kept,) = stage_pairs(fast, ("full", verdict(shown(0.3)), trials(20.0)))
    assert kept.wall_s == 0.0
    assert speed_up([kept]) is None


def test_the_speed_up_is_the_median_of_measured_ones() -> None:
    assert speed_up([pair(0, 0, 1.0), pair(0, 0, 1.9), pair(0, 0, 19.0)]) == 10.0


def test_from_ten_branches_on_the_agreement_is_told() -> None:
    assert foretold({PLACE: pairs(9)}) == ()
    (found,) = foretold({PLACE: pairs(20)})
    assert (found.reason, found.state) == (Reason.FIDELITY, Ruling.INFO)
    assert (found.mode, found.metric) == PLACE
    facts = found.evidence
    assert (facts["pairs"], facts["agreement"], facts["tau"]) == (20, 1.0, 1.0)
    assert facts["slope"] == pytest.approx(2.0)
    assert (facts["speed_up"], facts["calibrated"]) == (9.5, True)


def test_branches_that_never_moved_the_metric_agree_on_nothing() -> None:
    (found,) = foretold({PLACE: [pair(0.0, 0.0)] * 10})
    facts = found.evidence
    assert facts["agreement"] is facts["tau"] is facts["slope"] is None


def test_a_fast_pass_is_provisional_until_enough_branches_ran_both() -> None:
    found = provisional(LADDER, FAST, {PLACE: pairs(3)})
    assert found is not None
    assert (found.reason, found.state) == (Reason.PROVISIONAL, Ruling.INFO)
    assert found.evidence == {
        "pairs": 3,
        "needed": 10,
        "speed_up": 9.5,
        "stage": "fast",
        "later": "full",
        "label": "full",
    }
    unknown = provisional(LADDER, FAST, {})
    assert unknown is not None
    assert (unknown.evidence["pairs"], unknown.evidence["speed_up"]) == (0, None)


def test_a_stage_that_foretells_the_next_well_is_trusted_and_a_bad_one_is_not() -> None:
    assert provisional(LADDER, FAST, {PLACE: pairs(20)}) is None
    wrong = provisional(LADDER, FAST, {PLACE: pairs(20, sign=-1.0)})
    assert wrong is not None
    assert wrong.evidence["pairs"] == 20


def test_the_last_stage_is_never_provisional() -> None:
    last = LADDER.stages[-1]
    assert provisional(LADDER, last, {}) is None
