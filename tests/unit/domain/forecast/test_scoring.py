"""Forecasts against the interval that the verdict rests on."""

from dataclasses import replace

import pytest

from bot.domain.forecast import Claim, Held, LeftOut, score, scores
from bot.domain.policy import Direction, Role
from bot.domain.verdict import (
    Forecast,
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    Verdict,
)
from workers.contract import SourceKind


def measured(
    low: float | None, high: float | None, name: str = "loss", **given: object
) -> MetricVerdict:
    """A loss whose oriented effect has this interval; positive is better."""
    known = [end for end in (low, high) if end is not None]
    plain = MetricVerdict(
        name=name,
        role=Role.PRIMARY,
        direction=Direction.MINIMIZE,
        source=SourceKind.STDOUT,
        state=Ruling.PASS,
        d=sum(known) / len(known) if known else None,
        low=low,
        high=high,
        tolerance=0.05,
        baseline_mean=-2.0,
    )
    return replace(plain, **given)


def verdict(*modes: ModeVerdict) -> Verdict:
    return Verdict(Ruling.PASS, (), modes)


def mode(*metrics: MetricVerdict, name: str = "mlp", targeted: bool = False):
    return ModeVerdict(name, Ruling.PASS, targeted, metrics, ())


def claims(*forecasts: Forecast) -> list[Claim]:
    """Each in a text of its own, the latest first."""
    return [
        Claim(one, f"Expected: {number}", number, number)
        for number, one in enumerate(forecasts)
    ]


def rows(forecasts: list[Forecast], judged: Verdict) -> tuple[Forecast, ...]:
    scored = score(claims(*forecasts), judged)
    return tuple(row for one in scored if isinstance(one, Held) for row in one.rows)


def outcome(expected: float, one: MetricVerdict, *, relative: bool = False) -> str:
    forecast = Forecast("loss", expected, relative=relative)
    (scored,) = rows([forecast], verdict(mode(one)))
    return scored.outcome


@pytest.mark.parametrize(
    ("expected", "low", "high", "said"),
    [
        (-0.02, 0.01, 0.03, "met"),  # a loss that falls by 0.01 to 0.03
        (-0.02, 0.03, 0.05, "met"),  # it fell by more
        (-0.02, 0.01, 0.02, "met"),  # the far end just reaches it
        (-0.02, 0.001, 0.019, "missed"),  # it fell, but by less
        (-0.02, -0.01, 0.01, "missed"),
        (-0.02, -0.05, -0.03, "missed"),  # it rose
        (-0.02, -0.01, 0.03, "open"),
        (-0.02, 0.0, 0.03, "open"),
        (-0.02, 0.01, None, "met"),
        (-0.02, None, 0.03, "open"),
        (+0.02, -0.03, -0.01, "met"),  # a loss that was expected to rise, and did
        (+0.02, -0.01, 0.01, "missed"),
        (+0.02, -0.03, 0.01, "open"),
        (0.0, -0.04, 0.05, "met"),  # within the tolerance on both sides
        (0.0, 0.01, 0.04, "met"),
        (0.0, -0.06, 0.01, "open"),
        (0.0, 0.01, 0.06, "missed"),
        (0.0, -0.06, -0.01, "missed"),
    ],
)
def test_the_interval_alone_decides(
    expected: float, low: float | None, high: float | None, said: str
) -> None:
    assert outcome(expected, measured(low, high)) == said


def test_without_a_tolerance_no_change_means_exactly_none() -> None:
    assert outcome(0.0, measured(0.0, 0.0, tolerance=None)) == "met"
    assert outcome(0.0, measured(-0.01, 0.01, tolerance=None)) == "open"


def test_a_percent_change_is_taken_of_the_size_of_the_baseline() -> None:
    assert outcome(-0.01, measured(0.015, 0.025), relative=True) == "met"
    assert outcome(-0.02, measured(0.015, 0.025), relative=True) == "missed"
    unknown = measured(0.015, 0.025, baseline_mean=None)
    assert outcome(-0.01, unknown, relative=True) == "open"


def test_a_metric_where_more_is_better_is_met_when_it_rises() -> None:
    rising = measured(0.01, 0.03, direction=Direction.MAXIMIZE)
    assert outcome(+0.02, rising) == "met"
    assert outcome(-0.02, rising) == "missed"


@pytest.mark.parametrize(
    "given",
    [{"d": None}, {"role": Role.TARGET}, {"role": Role.LIMIT, "direction": None}],
)
def test_what_has_no_effect_stays_open(given: dict[str, object]) -> None:
    (scored,) = rows(
        [Forecast("loss", -0.02)], verdict(mode(measured(0.01, 0.03, **given)))
    )
    assert (scored.outcome, scored.d, scored.mode) == ("open", None, "mlp")


def test_a_forecast_speaks_of_the_modes_that_are_meant_to_change() -> None:
    fell, rose = measured(0.01, 0.03), measured(-0.03, -0.01)
    modes = [mode(fell, targeted=True), mode(rose, name="gru")]
    plain = Forecast("loss", -0.02)
    assert [one.mode for one in rows([plain], verdict(*modes))] == ["mlp"]
    named = replace(plain, mode="gru")
    assert [one.mode for one in rows([named], verdict(*modes))] == ["gru"]
    untargeted = verdict(replace(modes[0], targeted=False), modes[1])
    told = rows([plain], untargeted)
    assert [(one.mode, one.outcome) for one in told] == [
        ("mlp", "met"),
        ("gru", "missed"),
    ]


def test_a_forecast_of_what_was_not_judged_stays_as_it_was() -> None:
    strange = Forecast("speed", 3.0, mode="mlp")
    assert rows([strange], verdict(mode(measured(0.0, 0.1)))) == (strange,)


def test_findings_carry_all_that_is_said_and_decide_nothing() -> None:
    judged = verdict(mode(measured(0.01, 0.03), measured(0.0, 0.1, "error")))
    forecasts = [Forecast("loss", -0.02, 0.6, "2h"), Forecast("speed", 3.0)]
    first, second = scores(score(claims(*forecasts), judged), judged)
    assert (first.reason, first.state) == (Reason.HYPOTHESIS_SCORED, Ruling.INFO)
    assert (first.mode, first.metric) == ("mlp", "loss")
    assert first.evidence == {
        "expected": -0.02,
        "relative": False,
        "likelihood": 0.6,
        "effort": "2h",
        "outcome": "met",
        "d": 0.02,
        "low": 0.01,
        "high": 0.03,
        "orientation": -1,
        "tolerance": 0.05,
    }
    assert "orientation" not in second.evidence
    bare = verdict(mode(measured(0.0, 0.1, direction=None, tolerance=None)))
    (third,) = scores(score(claims(Forecast("loss", 0.1, mode="mlp")), bare), bare)
    assert "tolerance" not in third.evidence


FELL = mode(measured(0.01, 0.03), targeted=True)
ROSE = mode(measured(-0.03, -0.01), name="gru", targeted=True)
UNSURE = mode(measured(-0.01, 0.03), name="gru", targeted=True)


@pytest.mark.parametrize(
    ("other", "whole"), [(ROSE, "missed"), (UNSURE, "open"), (FELL, "met")]
)
def test_a_line_of_several_modes_counts_once_and_is_met_where_all_are(
    other: ModeVerdict, whole: str
) -> None:
    judged = verdict(FELL, replace(other, name="gru"))
    plain = Forecast("loss", -0.02, 0.6)
    (held,) = score(claims(plain), judged)
    assert isinstance(held, Held)
    assert [row.mode for row in held.rows] == ["mlp", "gru"]
    assert held.whole == replace(plain, outcome=whole)
    found = scores([held], judged)
    assert [one.mode for one in found] == ["mlp", "gru"]
    assert {one.evidence["modes"] for one in found} == {("mlp", "gru")}


def test_a_line_of_one_mode_is_kept_as_it_was_measured_there() -> None:
    judged = verdict(FELL, replace(ROSE, targeted=False))
    (held,) = score(claims(Forecast("loss", -0.02)), judged)
    assert isinstance(held, Held)
    assert held.whole == held.rows[0]
    assert (held.whole.mode, held.whole.d) == ("mlp", 0.02)
    assert "modes" not in scores([held], judged)[0].evidence


def test_of_two_lines_on_a_metric_the_later_text_counts_and_the_other_is_named() -> (
    None
):
    later, earlier = Forecast("loss", -0.02), Forecast("loss", -0.01)
    held, left = score(claims(later, earlier), verdict(FELL))
    assert isinstance(held, Held)
    assert isinstance(left, LeftOut)
    assert (held.claim.forecast, left.by) == (later, held.claim)
    found = scores([held, left], verdict(FELL))
    assert [one.reason for one in found] == [
        Reason.HYPOTHESIS_SCORED,
        Reason.HYPOTHESIS_LEFT_OUT,
    ]
    assert found[1].state is Ruling.INFO
    assert found[1].evidence == {
        "text": "Expected: 1",
        "by": "Expected: 0",
        "named": False,
    }


def test_of_two_lines_in_one_text_the_last_counts() -> None:
    first = Claim(Forecast("loss", -0.01), "a", 0, 0)
    last = Claim(Forecast("loss", -0.02), "b", 0, 1)
    assert score([first, last], verdict(FELL)) == (
        LeftOut(first, last),
        Held(last, rows([last.forecast], verdict(FELL))),
    )


def test_a_line_that_names_its_mode_is_an_exception_from_one_that_does_not() -> None:
    own = Claim(Forecast("loss", 0.02, mode="gru"), "gru", 0, 0)
    plain = Claim(Forecast("loss", -0.02), "plain", 0, 1)
    both = score([own, plain], verdict(FELL, ROSE))
    assert [(row.mode, row.outcome) for one in both for row in one.rows] == [
        ("gru", "met"),
        ("mlp", "met"),
    ]
    only = score([own, plain], verdict(ROSE))
    assert only[1] == LeftOut(plain, own)
    assert scores(only, verdict(ROSE))[1].evidence["named"] is True


def test_a_line_that_says_the_same_again_is_not_spoken_of() -> None:
    plain = Forecast("loss", -0.02, 0.6)
    same = replace(plain, mode="mlp")
    (held,) = score(claims(plain, same, plain), verdict(FELL))
    assert held.claim.forecast == plain


def test_two_lines_on_what_was_not_judged_are_one_too() -> None:
    one, other = Forecast("speed", 1.0, mode="mlp"), Forecast("speed", 2.0, mode="mlp")
    held, left = score(claims(one, other), verdict(FELL))
    assert isinstance(held, Held)
    assert held.rows == (one,)
    assert isinstance(left, LeftOut)
