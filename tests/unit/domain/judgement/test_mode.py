"""One mode at its looks: when it goes on, and when it ends."""

import itertools

from bot.domain.judgement import ArmEvidence, Evidence, Look, judge_look
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import (
    Decision,
    Direction,
    Metric,
)
from bot.domain.trials import Measured
from bot.domain.verdict import Reason, Ruling
from tests.fakes.looks import LOOKS, judge, noise, of, trials
from tests.fakes.policies import LOSS, mode
from workers.contract import MetricSource, SourceKind


def test_while_a_look_is_incomplete_nothing_is_decided() -> None:
    verdict = judge(trials(noise(1, 3)), trials(noise(2, 3)))
    assert (verdict.decided, verdict.look, verdict.findings) == (False, 0, ())


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
