"""What a test set hides: metrics near a bound, tolerances of too few examples."""

import dataclasses
import math
from collections.abc import Sequence

import pytest

from bot.domain.policy import (
    Direction,
    Metric,
    RelativeTolerance,
    Share,
)
from bot.domain.stats.choice import Choice, Chosen, Scale
from bot.domain.trials import Crashed, Observation
from bot.domain.verdict import FindingKind, ModeVerdict, Reason, Ruling
from tests.fakes.looks import columns, judge, noise, of, reasons, trials
from tests.fakes.policies import LOSS, guardrail, improve, mode, primary, shown, target

UNIT = (0.0, 1.0)
SMALL, NEAR = Reason.TEST_SET_SMALL, Reason.NEAR_BOUND


def accuracy(tolerance: float = 0.01, **parts: object) -> Metric:
    """A primary accuracy over 1000 examples."""
    plain = dataclasses.replace(primary("loss", tolerance), examples=1000)
    higher = dataclasses.replace(plain, direction=Direction.MAXIMIZE)
    return dataclasses.replace(higher, **parts)  # type: ignore[arg-type]


def after(
    rules: Metric,
    mean: float = 0.9,
    sd: float = 0.001,
    chosen: dict[str, Chosen] | None = None,
) -> ModeVerdict:
    """The verdict on a branch that is as good as its baseline."""
    arms = (trials(noise(i, sd=sd, mean=mean)) for i in (1, 2))
    return judge(*arms, mode("mlp", rules), chosen=chosen)


def alike(rules: Metric, values: Sequence[float]) -> ModeVerdict:
    """The verdict where both arms show the same values."""
    return judge(trials(values), trials(values), mode("mlp", rules))


def test_a_tolerance_below_what_the_choice_of_examples_does_is_warned_of() -> None:
    verdict = after(accuracy(0.009))
    found = of(verdict, SMALL)
    assert (found.kind, found.state) == (FindingKind.SATURATION, Ruling.INFO)
    assert (found.mode, found.metric) == ("mlp", "loss")
    assert (found.evidence["examples"], found.evidence["resolution"]) == (1000, 0.001)
    se = found.evidence["se"]
    assert se == pytest.approx(math.sqrt(0.09 / 1000), rel=0.01)
    assert (found.evidence["asked"], found.evidence["tolerance"]) == (
        "tolerance",
        0.009,
    )


def test_the_warning_leaves_the_verdict_as_it_is() -> None:
    quiet = after(accuracy(0.009, examples=None))
    warned = after(accuracy(0.009))
    assert (warned.state, warned.look, warned.metrics) == (
        quiet.state,
        quiet.look,
        quiet.metrics,
    )
    assert SMALL not in reasons(quiet)


def test_a_tolerance_above_that_is_not() -> None:
    assert SMALL not in reasons(after(accuracy(0.0101)))


def test_where_all_answers_are_right_three_examples_count() -> None:
    assert SMALL in reasons(alike(accuracy(0.002), [1.0] * 20))
    assert SMALL not in reasons(alike(accuracy(0.003), [1.0] * 20))


@pytest.mark.parametrize("scale", [1e-12, 100.0, 1e12])
def test_an_accuracy_in_points_has_examples_in_points(scale: float) -> None:
    points = accuracy(0.009 * scale, bounds=(0.0, scale))
    found = of(after(points, 0.9 * scale, 0.001 * scale), SMALL)
    assert found.evidence["resolution"] == pytest.approx(scale / 1000)
    enough = accuracy(0.0101 * scale, bounds=(0.0, scale))
    assert SMALL not in reasons(after(enough, 0.9 * scale, 0.001 * scale))


def test_a_share_may_begin_at_another_end_than_zero() -> None:
    assert SMALL in reasons(after(accuracy(0.018, bounds=(-1.0, 1.0)), 0.8))
    assert SMALL not in reasons(after(accuracy(0.020, bounds=(-1.0, 1.0)), 0.8))


def test_a_relative_tolerance_is_taken_of_the_baseline_mean() -> None:
    for fraction, warned in ((0.010, True), (0.0115, False)):
        share = RelativeTolerance(fraction)
        relative = dataclasses.replace(accuracy(), tolerance=share)
        assert (SMALL in reasons(after(relative))) is warned


def test_a_margin_is_warned_of_as_a_margin() -> None:
    found = of(after(dataclasses.replace(improve("loss", 0.002), examples=1000)), SMALL)
    assert (found.evidence["asked"], found.evidence["tolerance"]) == ("margin", 0.002)


@pytest.mark.parametrize(
    "rules",
    [
        guardrail("loss"),
        improve("loss"),
        dataclasses.replace(improve("loss"), margin=None),
        target("loss", 0.95),
        shown("loss"),
    ],
    ids=["guardrail", "improve", "no margin", "target", "report"],
)
def test_where_nothing_is_tolerated_or_asked_for_nothing_can_be_too_small(
    rules: Metric,
) -> None:
    assert SMALL not in reasons(after(dataclasses.replace(rules, examples=10)))


def test_a_guardrail_with_a_tolerance_is_warned_of_but_not_for_its_slices() -> None:
    rules = dataclasses.replace(guardrail("acc", 0.002, "day"), examples=1000)
    arms = (
        columns(
            loss=noise(i),
            acc=noise(i + 2, sd=0.001, mean=0.5),
            acc__day=noise(i + 4, sd=0.001, mean=0.5),
        )
        for i in (1, 5)
    )
    verdict = judge(*arms, mode("mlp", LOSS, rules))
    assert [one.metric for one in verdict.findings if one.reason is SMALL] == ["acc"]


@pytest.mark.parametrize(
    ("bounds", "mean"), [((None, None), 94.0), (UNIT, -0.5), ((0.0, 100.0), 1e12)]
)
def test_values_that_no_share_can_have_are_no_ground_for_a_warning(
    bounds: tuple[float | None, float | None], mean: float
) -> None:
    verdict = after(accuracy(0.002, bounds=bounds), mean)
    assert {SMALL, NEAR}.isdisjoint(reasons(verdict))


def test_one_single_value_beyond_the_bounds_is_enough() -> None:
    values = [*noise(1, sd=0.001, mean=0.99)]
    values[2] = 1.01
    verdict = alike(accuracy(0.002, bounds=UNIT), values)
    assert {SMALL, NEAR}.isdisjoint(reasons(verdict))


@pytest.mark.parametrize("bounds", [(0.0, None), (None, 1.0), (-1.7e308, 1.7e308)])
def test_without_two_finite_ends_a_metric_is_no_share(
    bounds: tuple[float | None, float | None],
) -> None:
    rules = accuracy(0.002, bounds=bounds)
    assert rules.share is None
    assert SMALL not in reasons(after(rules))


def test_a_share_lies_between_its_ends() -> None:
    assert accuracy().share == Share(1000, 0.0, 1.0)
    assert accuracy(bounds=(0.0, 100.0)).share == Share(1000, 0.0, 100.0)
    assert LOSS.share is None
    whole = Share(10, -1.0, 1.0)
    assert (whole.span, whole.holds(1.0), whole.holds(1.1)) == (2.0, True, False)


def test_a_mode_without_a_baseline_value_has_nothing_to_warn_of() -> None:
    failed: list[Observation] = [Crashed(1000 + i, "exception", "") for i in range(20)]
    rules = mode("mlp", accuracy(0.002, bounds=UNIT))
    verdict = judge(failed, trials(noise(1, sd=0.001, mean=0.99)), rules)
    assert {SMALL, NEAR}.isdisjoint(reasons(verdict))


def test_a_first_evaluation_near_a_bound_is_warned_and_compared_as_it_is() -> None:
    verdict = after(accuracy(0.05, bounds=UNIT), mean=0.98, sd=0.008)
    found = of(verdict, NEAR)
    assert (found.kind, found.state) == (FindingKind.SATURATION, Ruling.INFO)
    assert (found.evidence["bound"], found.evidence["side"]) == (1.0, "best")
    assert found.evidence["scale"] == "raw"
    assert found.evidence["mean"] == pytest.approx(0.98, abs=0.005)
    assert found.evidence["sd"] == pytest.approx(0.008, rel=0.5)


def test_far_from_its_bounds_or_without_known_ones_a_metric_is_not_warned_of() -> None:
    assert NEAR not in reasons(after(accuracy(0.05, bounds=UNIT), mean=0.9, sd=0.008))
    assert NEAR not in reasons(after(accuracy(0.05), mean=0.98, sd=0.008))


def test_at_its_worst_value_a_metric_is_saturated_as_well() -> None:
    found = of(after(accuracy(0.05, bounds=UNIT), mean=0.02, sd=0.008), NEAR)
    assert (found.evidence["bound"], found.evidence["side"]) == (0.0, "worst")
    error = dataclasses.replace(LOSS, bounds=(0.0, None))
    found = of(after(error, mean=0.02, sd=0.008), NEAR)
    assert (found.evidence["bound"], found.evidence["side"]) == (0.0, "best")


def test_a_baseline_that_meets_its_bound_in_every_seed_is_near_it() -> None:
    found = of(alike(accuracy(0.05, bounds=UNIT), [1.0] * 20), NEAR)
    assert (found.evidence["bound"], found.evidence["sd"]) == (1.0, 0.0)


def test_a_single_run_has_no_spread_to_be_near_by() -> None:
    rules = mode("mlp", accuracy(0.05, bounds=UNIT))
    for value, warned in ((0.999, False), (1.0, True)):
        one = trials([value])
        verdict = judge(one, one, rules, looks=(1,))
        assert (NEAR in reasons(verdict)) is warned


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_what_is_near_does_not_depend_on_the_unit(scale: float) -> None:
    rules = accuracy(0.05 * scale, bounds=(0.0, scale), examples=None)
    found = of(after(rules, mean=0.98 * scale, sd=0.008 * scale), NEAR)
    assert found.evidence["bound"] == scale
    assert found.evidence["sd"] == pytest.approx(0.008 * scale, rel=0.5)


def test_what_history_says_of_a_bound_is_told_once_with_its_scale() -> None:
    past = Chosen(Choice(scale=Scale.LOGIT), bound=1.0, mean=0.97, sd=0.02)
    rules = accuracy(0.05, bounds=UNIT)
    verdict = after(rules, mean=0.98, sd=0.004, chosen={"loss": past})
    assert reasons(verdict).count(NEAR) == 1
    found = of(verdict, NEAR)
    assert (found.evidence["mean"], found.evidence["scale"]) == (0.97, "logit")
    assert found.evidence["side"] == "best"


def test_a_history_far_from_the_bound_does_not_hide_a_baseline_that_is_near() -> None:
    rules = accuracy(0.05, bounds=UNIT)
    verdict = after(rules, mean=0.98, sd=0.008, chosen={"loss": Chosen()})
    assert of(verdict, NEAR).evidence["scale"] == "raw"


def test_each_slice_has_its_own_distance_from_the_bound() -> None:
    rules = dataclasses.replace(accuracy(0.05, bounds=UNIT), slices=("day", "night"))
    arms = (
        columns(
            loss=noise(i, sd=0.008, mean=0.5),
            loss__day=noise(i + 2, sd=0.008, mean=0.98),
            loss__night=noise(i + 4, sd=0.008, mean=0.5),
        )
        for i in (1, 7)
    )
    verdict = judge(*arms, mode("mlp", rules))
    told = [one.metric for one in verdict.findings if one.reason is NEAR]
    assert told == ["loss/day"]


def test_a_slice_on_the_scale_of_its_metric_has_no_warning_of_its_own() -> None:
    past = Chosen(Choice(scale=Scale.LOGIT), bound=1.0, mean=0.97, sd=0.02)
    rules = dataclasses.replace(accuracy(0.05, bounds=UNIT), slices=("day",))
    arms = (
        columns(
            loss=noise(i, sd=0.004, mean=0.98),
            loss__day=noise(i + 2, sd=0.004, mean=0.98),
        )
        for i in (1, 7)
    )
    verdict = judge(*arms, mode("mlp", rules), chosen={"loss": past})
    told = [one.metric for one in verdict.findings if one.reason is NEAR]
    assert told == ["loss"]
