"""What the planned seeds can police, from history or a calibration."""

import dataclasses

import pytest

from bot.domain.errors import UserFault
from bot.domain.history import Knowledge, MetricHistory, Pilot
from bot.domain.policing import (
    Policed,
    chance_finding,
    findings,
    known_of,
    outlooks,
    police,
    prospect,
    refusal,
)
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Decision,
    Metric,
    Mode,
    Policy,
    RelativeTolerance,
    Role,
    Seeding,
    SmallTolerance,
    Stage,
)
from bot.domain.stats.stopping import Planned
from bot.domain.stats.walk import Ends
from bot.domain.verdict import Reason, Ruling
from tests.fakes.policies import LOSS, limit, mode, policy, shown, target

STAGE = Stage("fast")
ALLOW = Decision(tolerance_too_small=SmallTolerance.ALLOW)


def tolerating(tolerance: object, **changes: object) -> Metric:
    return dataclasses.replace(LOSS, tolerance=tolerance, **changes)


def known(sd: float, name: str = "loss", **changes: object) -> Knowledge:
    """A history of 40 runs around 2.0."""
    history = MetricHistory(values=40, mean=2.0, sd=sd, trials=40)
    return Knowledge({("mlp", name): dataclasses.replace(history, **changes)})


def policed(
    tolerance: object, knowledge: Knowledge, stage: Stage = STAGE
) -> tuple[Policed, ...]:
    rules = policy(mode("mlp", tolerating(tolerance)))
    return police(rules, stage, rules.modes, knowledge)


def test_a_tolerance_of_half_an_sd_is_refused_with_one_that_is_not():
    (one,) = policed(AbsoluteTolerance(0.05), known(0.1))
    assert one.refused
    assert one.passing < 0.4
    fault = refusal([one], Decision())
    assert isinstance(fault, UserFault)
    assert "`loss` in the mode `mlp`, 0.05, is too small for 20 seeds" in fault.problem
    assert "single runs vary by 0.1 (SD over 40 runs)" in fault.problem
    assert "on, 90 % of such branches pass." in fault.problem
    assert "tolerance_too_small: allow" in fault.mend
    named = fault.problem.partition("policed is ")[2].partition(". ")[0]
    (again,) = policed(AbsoluteTolerance(float(named)), known(0.1))
    assert not again.refused
    (less,) = policed(AbsoluteTolerance(0.97 * float(named)), known(0.1))
    assert less.refused


def test_an_owner_may_allow_it_and_is_still_told():
    found = policed(AbsoluteTolerance(0.05), known(0.1))
    assert refusal(found, ALLOW) is None
    (note,) = findings(found)
    assert (note.reason, note.state) == (Reason.TOLERANCE_SMALL, Ruling.INFO)
    assert (note.mode, note.metric) == ("mlp", "loss")
    assert note.evidence == {
        "tolerance": 0.05,
        "passing": found[0].passing,
        "smallest": found[0].good,
        "sd": 0.1,
    }


def test_a_tolerance_that_a_fifth_of_clean_branches_miss_is_noted_not_refused():
    (one,) = policed(AbsoluteTolerance(0.1), known(0.1))
    assert 0.7 <= one.passing < 0.9
    assert refusal([one], Decision()) is None
    assert len(findings([one])) == 1
    assert one.smallest < one.tolerance < one.good


def test_one_and_a_half_sds_need_no_word():
    (one,) = policed(AbsoluteTolerance(0.15), known(0.1))
    assert one.passing > 0.93
    assert findings([one]) == ()
    assert refusal([one], Decision()) is None


def test_all_tolerances_that_are_refused_are_named_at_once():
    rules = policy(*(mode(name, tolerating(AbsoluteTolerance(0.01))) for name in "ab"))
    history = MetricHistory(values=40, mean=2.0, sd=0.1)
    past = Knowledge({("a", "loss"): history, ("b", "loss"): history})
    fault = refusal(police(rules, STAGE, rules.modes, past), Decision())
    assert fault is not None
    assert "the mode `a`" in fault.problem
    assert "the mode `b`" in fault.problem


def test_a_share_of_the_baseline_is_refused_and_proposed_as_a_share():
    (one,) = policed(RelativeTolerance(0.01), known(0.1))
    assert one.tolerance == pytest.approx(0.02)
    fault = refusal([one], Decision())
    assert fault is not None
    assert "1.000%, is too small" in fault.problem
    named = fault.problem.partition("policed is ")[2].partition("%")[0]
    assert float(named) / 100 * 2.0 >= one.smallest
    (again,) = policed(RelativeTolerance(float(named) / 100), known(0.1))
    assert not again.refused


def test_a_calibration_serves_where_history_is_short():
    past = Knowledge(
        {("mlp", "loss"): MetricHistory(values=9, mean=2.0, sd=9.0)},
        {("mlp", "loss"): Pilot(12, 2.0, 0.1)},
    )
    (one,) = policed(AbsoluteTolerance(0.05), past)
    assert one.known.sd == 0.1
    assert one.known.runs == 12
    (auto,) = policed(AutoTolerance(), past)
    assert auto.tolerance == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("tolerance", "knowledge"),
    [
        (AbsoluteTolerance(0.05), Knowledge()),
        (AbsoluteTolerance(0.05), known(0.1, values=9)),
        (AbsoluteTolerance(0.05), known(0.0)),
        (AutoTolerance(), known(0.1)),
        (RelativeTolerance(0.01), known(0.1, mean=None)),
        (RelativeTolerance(0.01), known(0.1, mean=0.0)),
    ],
)
def test_what_is_not_known_or_does_not_vary_is_not_policed(tolerance, knowledge):
    assert policed(tolerance, knowledge) == ()


def test_only_primary_metrics_are_policed():
    rules = policy(mode("mlp", target("loss", 1.0), shown("other")))
    assert police(rules, STAGE, rules.modes, known(0.1)) == ()


def test_correlation_lets_smaller_tolerances_be_policed():
    alone = policed(AbsoluteTolerance(0.05), known(0.1))[0]
    close = policed(AbsoluteTolerance(0.05), known(0.1, pairs=40, correlation=0.9))[0]
    few = policed(AbsoluteTolerance(0.05), known(0.1, pairs=5, correlation=0.9))[0]
    assert close.smallest < 0.6 * alone.smallest
    assert few.smallest == alone.smallest


def test_attempts_share_the_error_rate_and_so_need_a_wider_tolerance():
    rules = policy(mode("mlp", tolerating(AbsoluteTolerance(0.1))))
    five = dataclasses.replace(rules, decision=Decision(attempts=5))
    one, shared = (police(r, STAGE, r.modes, known(0.1))[0] for r in (rules, five))
    assert shared.smallest > 1.2 * one.smallest


@pytest.mark.parametrize("sd", [1e-12, 1e-3, 1.0, 1e12])
def test_the_verdict_on_a_tolerance_does_not_depend_on_the_unit(sd):
    (one,) = policed(AbsoluteTolerance(0.5 * sd), known(sd, mean=20.0 * sd))
    (unit,) = policed(AbsoluteTolerance(0.5), known(1.0))
    assert one.passing == unit.passing
    assert one.smallest == pytest.approx(sd * unit.smallest)
    assert refusal([one], Decision()) is not None


@pytest.mark.parametrize(
    ("changes", "history", "paired"),
    [
        ({}, {}, True),
        ({"seeding": Seeding.NONE}, {}, False),
        ({}, {"pairs": 40, "correlation": 0.01}, False),
        ({}, {"pairs": 40, "correlation": 0.8}, True),
    ],
)
def test_the_test_is_the_one_that_design_or_history_choose(changes, history, paired):
    ours = mode("mlp", LOSS, **changes)
    found = known_of(ours, LOSS, "loss", STAGE, known(0.1, **history))
    assert found is not None
    assert found.paired is paired


def outlook_of(rules: Policy, knowledge: Knowledge, stage: Stage = STAGE):
    return outlooks(rules.decision, stage, rules.modes, knowledge)


def test_slices_are_guardrails_and_other_roles_are_not_simulated():
    ours = mode(
        "mlp",
        dataclasses.replace(LOSS, slices=("night", "day")),
        Metric("time", LOSS.source, Role.GUARDRAIL, LOSS.direction),
        Metric("gain", LOSS.source, Role.IMPROVE, LOSS.direction, slices=("x",)),
        limit("mem", maximum=1.0),
        shown("other"),
        target("loss2", 1.0),
    )
    (one,) = outlook_of(policy(ours), known(0.1))
    assert one.rules.primaries == (Planned(1.0),)
    assert len(one.rules.guardrails) == 4  # night, day, time, gain/x
    assert one.unknown == ("loss/night", "loss/day")  # no tolerance needs no spread
    assert one.improves


def test_a_mode_that_faces_fixed_numbers_only_has_no_outlook():
    rules = policy(mode("mlp", target("loss", 1.0), limit("mem", maximum=1.0)))
    assert outlook_of(rules, Knowledge()) == ()
    assert prospect([()]) is None


def test_what_is_not_known_is_assumed_and_said():
    names = ("a", "b", "c", "d", "e")
    metrics = [dataclasses.replace(LOSS, name=name) for name in names[:3]]
    guards = [
        dataclasses.replace(LOSS, name=name, role=Role.GUARDRAIL) for name in names[3:]
    ]
    gain = Metric("gain", LOSS.source, Role.IMPROVE, LOSS.direction)
    rules = policy(mode("mlp", *metrics, *guards, gain))
    found = prospect([outlook_of(rules, Knowledge())])
    assert found is not None
    assert found.assumed == (
        "tolerances of 1.5 SDs where the spread is not known (a, b, c and 2 more); no "
        "failed trials; metrics that vary independently; improvements that are asked "
        "for are shown"
    )
    assert found.failing is None
    assert found.ends == found.sound


def test_known_failures_are_priced():
    past = known(0.1, trials=200, failed=4)
    rules = policy(mode("mlp", tolerating(AbsoluteTolerance(0.15))))
    found = prospect([outlook_of(rules, past)])
    assert found is not None
    assert found.failing == pytest.approx(0.02)
    assert found.sound.passed == pytest.approx(0.946, abs=0.015)
    assert found.ends.passed == pytest.approx(0.85, abs=0.02)
    assert found.assumed == ""


def test_failures_of_a_calibration_count_too():
    past = Knowledge(pilots={("mlp", "loss"): Pilot(9, 2.0, 0.1, failed=1)})
    (one,) = outlook_of(policy(), past)
    assert one.failing == pytest.approx(0.1)
    assert one.rules.failing == pytest.approx(0.1)


def test_a_metric_without_spread_stops_nobody():
    rules = policy(mode("mlp", LOSS, seeding=Seeding.NONE))
    found = prospect([outlook_of(rules, known(0.0))])
    assert found is not None
    assert found.ends == Ends(1.0, 0.0, 0.0, 8.0)


def test_a_guardrail_without_a_tolerance_is_held_to_none_at_all():
    ours = Metric("time", LOSS.source, Role.GUARDRAIL, LOSS.direction)
    for past in (Knowledge(), known(0.1, "time")):
        (one,) = outlook_of(policy(mode("mlp", ours)), past)
        assert one.rules.guardrails == (Planned(0.0),)
        assert one.unknown == ()


def test_absurd_ratios_of_tolerance_and_spread_stay_finite():
    past = known(1e-300)
    found = prospect([outlook_of(policy(), past)])
    assert found is not None
    assert found.ends.passed == 1.0


def test_stages_and_modes_add_up_to_one_chance():
    rules = policy(mode("mlp"), mode("gru"))
    once = outlook_of(rules, Knowledge())
    one, two = prospect([once]), prospect([once, once])
    assert one is not None
    assert two is not None
    assert two.ends.stopped > one.ends.stopped > 0.05
    assert "metrics that vary independently" in one.assumed


def test_the_chance_is_a_note_with_what_each_rule_promises():
    found = prospect([outlook_of(policy(), Knowledge())])
    assert found is not None
    note = chance_finding(found, Decision(attempts=5))
    assert (note.reason, note.state) == (Reason.CHANCE_OF_STOP, Ruling.INFO)
    assert note.evidence["chance"] == found.ends.stopped
    parts = note.evidence["blocked"], note.evidence["undecided"]
    assert parts == (found.ends.blocked, found.ends.undecided)
    assert note.evidence["promised"] == pytest.approx(0.01)
    assert "1.5 SDs" in str(note.evidence["assumed"])
    assert note.evidence["failing"] is None


def test_the_note_says_what_failed_trials_add_to_the_chance():
    found = prospect([outlook_of(policy(), known(0.1, trials=8, failed=4))])
    assert found is not None
    evidence = chance_finding(found, Decision()).evidence
    assert evidence["failing"] == 0.5
    assert evidence["sound"] == found.sound.stopped < evidence["chance"]


def test_the_mode_is_judged_by_the_stage_that_is_asked_for():
    short = dataclasses.replace(STAGE, looks=(4, 5))
    wide = policed(AbsoluteTolerance(0.1), known(0.1))[0]
    narrow = policed(AbsoluteTolerance(0.1), known(0.1), short)[0]
    assert narrow.seeds == 5
    assert narrow.smallest > 1.5 * wide.smallest
    assert isinstance(outlook_of(policy(), Knowledge(), short)[0].mode, str)


def test_a_mode_is_named_in_its_outlook():
    found = outlook_of(policy(Mode("gru", ("train",), (LOSS,))), Knowledge())
    assert [one.mode for one in found] == ["gru"]
