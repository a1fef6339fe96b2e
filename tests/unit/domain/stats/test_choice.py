"""Which test: told by the history of a metric, never by the data it then judges."""

import dataclasses

import pytest
from scipy.stats import t

from bot.domain.history import MetricHistory
from bot.domain.policy import Direction
from bot.domain.stats.choice import Choice, Chosen, Scale, Test, break_even, choose

UP, DOWN = Direction.MAXIMIZE, Direction.MINIMIZE
PLAIN = MetricHistory(
    pairs=40,
    correlation=0.5,
    values=80,
    mean=0.5,
    sd=0.01,
    skew=0.1,
    kurtosis=0.3,
    lowest=-2.0,
    highest=5.0,
)


def chosen(
    direction: Direction | None = UP, bounds=(None, None), first: int = 5, **known
) -> Chosen:
    return choose(dataclasses.replace(PLAIN, **known), direction, bounds, first)


@pytest.mark.parametrize(("n", "expected"), [(5, 0.24), (10, 0.105), (20, 0.049)])
def test_pairing_pays_from_the_published_correlations_on(n, expected):
    assert break_even(n) == pytest.approx(expected, abs=0.0015)
    ratio = t.ppf(0.95, 2 * n - 2) / t.ppf(0.95, n - 1)
    assert break_even(n) == pytest.approx(1 - ratio**2)


def test_without_history_the_default_stands():
    assert choose(None, UP, (None, None), 4) == Chosen(Choice())
    assert choose(MetricHistory(), DOWN, (None, None), 4).choice == Choice()


def test_what_seeds_share_keeps_the_paired_test():
    assert chosen().choice == Choice()


def test_seeds_that_share_nothing_call_for_welch():
    found = chosen(correlation=0.2)
    assert found.choice.test is Test.WELCH
    assert (found.correlation, found.pairs) == (0.2, 40)
    assert found.break_even == break_even(5)
    assert chosen(correlation=0.0).choice.test is Test.WELCH
    assert chosen(correlation=-0.2).choice.test is Test.WELCH


def test_more_seeds_at_the_first_look_need_less_correlation():
    assert chosen(correlation=0.2, first=10).choice.test is Test.PAIRED
    assert chosen(correlation=0.2, first=1).choice.test is Test.WELCH


@pytest.mark.parametrize("known", [{"pairs": 19}, {"correlation": None}])
def test_a_correlation_that_is_not_known_well_changes_nothing(known):
    assert chosen(**{"correlation": 0.0, **known}).choice.test is Test.PAIRED


@pytest.mark.parametrize(
    "known",
    [{"skew": 2.1}, {"skew": -2.1}, {"kurtosis": 7.5}, {"outliers": 1}],
    ids=str,
)
def test_odd_shapes_call_for_a_guard(known):
    assert chosen(**known).choice.guarded
    assert not chosen(**known, values=19).choice.guarded


@pytest.mark.parametrize(
    "known",
    [{"skew": 2.0}, {"kurtosis": 7.0}, {"skew": None, "kurtosis": None}],
    ids=str,
)
def test_ordinary_shapes_do_not(known):
    assert not chosen(**known).choice.guarded


# Near a bound


def test_an_accuracy_near_one_is_compared_on_the_logit():
    found = chosen(UP, mean=0.98, lowest=0.95, highest=0.99)
    assert found.choice == Choice(scale=Scale.LOGIT, low=0.0, high=1.0)
    assert (found.bound, found.mean, found.sd) == (1.0, 0.98, 0.01)


def test_an_error_near_zero_is_compared_by_its_logarithm():
    found = chosen(DOWN, mean=0.02, lowest=0.01, highest=7.0)
    assert found.choice == Choice(scale=Scale.LOG, low=0.0)
    assert found.bound == 0.0


def test_the_bounds_of_the_policy_come_first():
    found = chosen(UP, (0.0, 100.0), mean=98.0, sd=1.0, lowest=94.0, highest=99.0)
    assert found.choice == Choice(scale=Scale.LOGIT, low=0.0, high=100.0)
    assert found.bound == 100.0
    found = chosen(DOWN, (0.0, 1.0), mean=0.02, lowest=0.01, highest=0.05)
    assert found.choice == Choice(scale=Scale.LOGIT, low=0.0, high=1.0)
    found = chosen(DOWN, (1.5, None), mean=1.52, lowest=1.51, highest=1.6)
    assert found.choice == Choice(scale=Scale.LOG, low=1.5)


@pytest.mark.parametrize(
    ("direction", "bounds", "known"),
    [
        (UP, (None, None), {"mean": 0.96, "lowest": 0.9, "highest": 0.99}),  # 4 SDs off
        (UP, (None, None), {"mean": 0.99, "lowest": -0.1, "highest": 0.99}),
        (UP, (None, None), {"mean": 0.99, "lowest": 0.1, "highest": 1.2}),
        (UP, (None, None), {"mean": 0.01, "lowest": 0.0, "highest": 0.1}),  # far end
        (UP, (None, None), {"mean": 0.99, "lowest": None}),
        (UP, (None, None), {"mean": 0.99, "highest": None}),
        (UP, (None, 1.0), {"mean": 0.99}),  # a logit takes two bounds
        (UP, (0.0, None), {"mean": 0.01}),
        (DOWN, (None, None), {"mean": 0.01, "lowest": 0.0}),
        (DOWN, (None, 1.0), {"mean": 0.01}),
        (None, (0.0, 1.0), {"mean": 0.99, "lowest": 0.9, "highest": 0.995}),
        (None, (None, None), {"mean": 0.99, "lowest": 0.9, "highest": 0.995}),
        (UP, (0.0, 1.0), {"mean": 0.99, "values": 9}),
        (UP, (0.0, 1.0), {"mean": None}),
        (UP, (0.0, 1.0), {"mean": 0.99, "sd": None}),
    ],
    ids=str,
)
def test_elsewhere_values_are_compared_as_they_are(direction, bounds, known):
    found = chosen(direction, bounds, **known)
    assert found.choice == Choice()
    assert found.bound is None


def test_all_of_it_can_come_together():
    found = chosen(
        UP, (0.0, 1.0), correlation=0.0, outliers=2, mean=0.99, sd=0.004, first=8
    )
    assert found.choice == Choice(Test.WELCH, guarded=True, scale=Scale.LOGIT)


def test_a_stray_run_in_many_hundreds_is_what_normal_runs_do():
    assert chosen(values=100, outliers=1).choice.guarded
    assert not chosen(values=400, outliers=2).choice.guarded


def test_seeds_that_work_against_each_other_keep_the_paired_test():
    assert chosen(correlation=-0.6).choice.test is Test.PAIRED
    assert chosen(correlation=-0.05).choice.test is Test.WELCH


def test_the_worse_of_two_known_bounds_bends_the_scale_too():
    near = {"mean": 0.02, "lowest": 0.01, "highest": 0.05}
    found = chosen(UP, (0.0, 1.0), **near)
    assert (found.choice.scale, found.bound) == (Scale.LOGIT, 0.0)
    assert chosen(UP, **near).choice.scale is Scale.RAW  # nobody said that it ends
