"""Runs of one arm that come from several machines fall into groups, and are noticed."""

import math

import numpy as np
import pytest

from bot.domain.stats.mixture import Mixture, groups, other_machine

ONE_MACHINE = (
    [86.694, 86.743, 86.702, 86.821, 86.697, 86.796, 86.701, 86.766],
    [88.281, 88.559, 88.32, 88.35, 88.35, 88.4],
    [53.98, 53.98, 53.98, 53.98, 54.02],
)


@pytest.mark.parametrize("times", ONE_MACHINE)
def test_runs_of_one_machine_are_one_group(times: list[float]) -> None:
    assert groups(times) is None


def test_two_machines_in_one_arm_are_told_apart() -> None:
    times = [106.4, 831.4, 106.3, 106.5, 812.8, 106.3, 106.4]
    found = groups(times)
    assert found is not None
    assert (found.n, found.n_high) == (7, 2)
    assert found.low == pytest.approx(106.38)
    assert found.high == pytest.approx(822.1)


def test_machines_one_per_cent_apart_are_told_apart_if_each_is_steady() -> None:
    steady = [98.02, 98.03, 98.06, 98.11, 99.15, 99.2]
    assert groups(steady) == Mixture(
        pytest.approx(98.055), pytest.approx(99.175), n=6, n_high=2
    )
    noisy = [97.4, 98.0, 98.3, 98.7, 99.15, 99.9]
    assert groups(noisy) is None


def test_a_group_of_many_needs_a_narrower_gap_than_a_single_run() -> None:
    steady = [100.0, 100.1, 100.2, 100.3]
    assert groups([*steady, 101.2, 101.3, 101.4, 101.5]) is not None
    assert groups([*steady, *steady, 101.2]) is None


def test_a_gap_too_small_to_change_a_verdict_is_left_alone() -> None:
    assert groups([100.0, 100.001, 100.002, 100.4, 100.401, 100.402]) is None


def test_one_run_that_took_twice_as_long_is_enough() -> None:
    assert groups([700.0, 1500.0]) == Mixture(700.0, 1500.0, 2, 1)
    assert groups([705.5, 722.8, 912.7, 1532.2]) == Mixture(
        pytest.approx(780.33, abs=0.01), 1532.2, n=4, n_high=1
    )


def test_whole_seconds_are_no_groups() -> None:
    assert groups([100.0, 100.0, 100.0, 101.0, 101.0, 101.0, 101.0]) is None


def test_equal_runs_and_a_clear_second_group_are_told_apart() -> None:
    assert groups([100.0] * 6 + [150.5] * 6) == Mixture(100.0, 150.5, 12, 6)


@pytest.mark.parametrize(
    "values",
    [[], [3.0], [0.0, 1.0, 1.0, 1.0], [-1.0, -2.0, -50.0], [5.0, 5.0, 5.0, 5.0]],
)
def test_too_little_and_what_is_no_duration_is_no_mixture(values: list[float]) -> None:
    assert groups(values) is None


@pytest.mark.parametrize("unit", [1e-12, 1e-300, 1.0, 1e12, 1e300])
def test_the_unit_does_not_matter(unit: float) -> None:
    times = [106.4, 106.3, 106.5, 831.0, 812.0]
    found = groups([unit * one for one in times])
    assert found is not None
    assert found.n_high == 2
    assert math.isfinite(found.high)


def test_the_order_of_the_runs_does_not_matter() -> None:
    times = [98.02, 99.15, 98.03, 98.06, 99.2, 98.11]
    assert groups(times) == groups(sorted(times)) == groups(times[::-1])


def test_arms_three_times_apart_ran_on_other_machines() -> None:
    assert other_machine([594.0, 593.0, 595.0], [79.1, 79.3])
    assert other_machine([79.1], [594.0])
    assert not other_machine([100.0, 101.0, 102.0], [290.0, 300.0, 310.0])
    assert not other_machine([0.0], [1.0])


def draw(kind: str, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Noise of mean 0 and SD 1."""
    if kind == "normal":
        return rng.standard_normal(shape)
    if kind == "t3":
        return rng.standard_t(3, shape) / math.sqrt(3.0)
    variance = math.expm1(0.64) * math.exp(0.64)
    noise = rng.lognormal(0.0, 0.8, shape)
    return (noise - math.exp(0.32)) / math.sqrt(variance)


@pytest.mark.parametrize("kind", ["normal", "skewed", "t3"])
@pytest.mark.parametrize("spread", [0.002, 0.03])
def test_one_machine_is_hardly_ever_taken_for_two(kind: str, spread: float) -> None:
    rng = np.random.default_rng(20_240_101)
    alarms = runs = 0
    for n in (4, 5, 6, 8, 12, 20, 40):
        times = 100.0 * (1.0 + spread * draw(kind, rng, (500, n)))
        alarms += sum(groups(arm) is not None for arm in times.tolist())
        runs += 500
    assert alarms <= 0.01 * runs
