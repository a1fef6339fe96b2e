"""The baseline alone: how it varies, and what the rule does where nothing changed."""

import dataclasses
import math

import numpy as np
import pytest

from bot.domain.calibration import (
    Calibrated,
    Calibration,
    PilotRuns,
    Trouble,
    calibrate,
)
from bot.domain.history import MetricHistory, Pilot
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Decision,
    Metric,
    Mode,
    Policy,
    RelativeTolerance,
    Role,
)
from bot.domain.trials import Crashed, Measured, Observation
from tests.fakes.policies import LOSS, limit, mode, policy, shown, target

LOOKS = tuple(range(4, 21))
AUTO = dataclasses.replace(LOSS, tolerance=AutoTolerance())


def metric(name: str, role: Role, tolerance: object = None, *slices: str) -> Metric:
    return dataclasses.replace(
        LOSS, name=name, role=role, tolerance=tolerance, slices=slices
    )


def drawn(seed: int, n: int = 20, mean: float = 1.0, sd: float = 0.05) -> list[float]:
    return [float(x) for x in np.random.default_rng(seed).normal(mean, sd, n)]


def runs(one: Mode, failed: tuple[int, ...] = (), **columns: list[float]) -> PilotRuns:
    def seen(place: int) -> Observation:
        if place in failed:
            return Crashed(place, "exception")
        values = {name.replace("__", "/"): c[place] for name, c in columns.items()}
        return Measured(place, values)

    n = len(next(iter(columns.values())))
    return PilotRuns(one, tuple(seen(place) for place in range(n)))


def told(*many: PilotRuns, **decision: object) -> Calibration:
    rules = planned([one.mode for one in many], **decision)
    return calibrate(rules, rules.stages[0], many, {})


def planned(modes: list[Mode], **decision: object) -> Policy:
    return policy(*modes, looks=LOOKS, decision=Decision(**decision))


def only(found: Calibration) -> Calibrated:
    (one,) = found.metrics
    return one


def test_a_metric_is_described_over_its_seeds() -> None:
    values = drawn(1)
    one = only(told(runs(mode(), loss=values)))
    assert (one.place, one.n, one.failed) == (("mlp", "loss"), 20, 0)
    assert one.mean == pytest.approx(np.mean(values))
    assert one.sd == pytest.approx(np.std(values, ddof=1))
    assert one.auto == pytest.approx(1.5 * np.std(values, ddof=1))
    assert one.skew is not None
    assert one.troubles == ()


def test_arms_are_half_of_the_runs_and_looks_are_cut_there() -> None:
    found = told(runs(mode(), loss=drawn(1)))
    assert found.looks == (4, 5, 6, 7, 8, 9, 10)
    odd = told(runs(mode(), loss=drawn(1, 11)))
    assert (odd.looks, odd.seeds) == ((4, 5), 11)
    late = policy(mode(), looks=(15, 20))
    one = runs(mode(), loss=drawn(1))
    assert calibrate(late, late.stages[0], [one], {}).looks == (10,)


def test_realised_rates_stand_beside_the_promised_ones() -> None:
    found = [only(told(runs(mode(), loss=drawn(seed)))) for seed in range(12)]
    blocked = [one.declared.rates.blocked for one in found if one.declared]
    assert len(blocked) == 12
    assert 0.01 < np.mean(blocked) <= 0.055
    for one in found:
        assert one.automatic is not None
        rates = one.automatic.rates
        assert rates.passed + rates.blocked + rates.undecided == pytest.approx(1.0)
        assert one.automatic.tolerance == one.auto


def test_a_declared_tolerance_is_shown_in_units_of_the_metric() -> None:
    share = mode("mlp", metric("loss", Role.PRIMARY, RelativeTolerance(0.1)))
    one = only(told(runs(share, loss=drawn(1, mean=-3.0))))
    assert one.declared is not None
    assert one.declared.tolerance == pytest.approx(0.1 * abs(one.mean or 0.0))


def test_auto_has_one_check_and_what_the_seeds_can_police() -> None:
    one = only(told(runs(mode("mlp", AUTO), loss=drawn(1))))
    assert one.declared is None
    assert one.automatic is not None
    assert one.policed is not None
    assert 0.9 < (one.sd or 0.0) / one.policed.smallest < 1.2
    assert one.policed.tolerance == one.auto


def test_the_price_of_an_estimated_sd_is_told_where_the_policy_says_auto() -> None:
    ten = only(told(runs(mode("mlp", AUTO), loss=drawn(1, 10)))).price
    many = only(told(runs(mode("mlp", AUTO), loss=drawn(1, 200)))).price
    assert ten is not None
    assert many is not None
    assert ten.passed == pytest.approx(0.91, abs=0.02)
    assert ten.missed == pytest.approx(0.06, abs=0.01)
    assert many.passed > ten.passed
    assert many.missed < ten.missed
    assert only(told(runs(mode(), loss=drawn(1)))).price is None


def test_history_says_how_pairs_correlate_and_so_what_can_be_policed() -> None:
    rules = planned([mode("mlp", AUTO)])
    pilots = [runs(mode("mlp", AUTO), loss=drawn(1))]
    known = {("mlp", "loss"): MetricHistory(pairs=40, correlation=0.9)}
    close = only(calibrate(rules, rules.stages[0], pilots, known)).policed
    apart = only(calibrate(rules, rules.stages[0], pilots, {})).policed
    assert close is not None
    assert apart is not None
    assert close.smallest < 0.6 * apart.smallest


def test_guardrails_and_slices_only_block_and_count_as_one_family() -> None:
    several = mode(
        "mlp",
        metric("loss", Role.PRIMARY, AbsoluteTolerance(0.1), "night"),
        metric("memory", Role.GUARDRAIL),
        metric("f1", Role.IMPROVE, None, "rare"),
    )
    found = told(
        runs(
            several,
            loss=drawn(1),
            loss__night=drawn(2),
            memory=drawn(3),
            f1=drawn(4),
            f1__rare=drawn(5),
        )
    )
    guards = {one.place[1]: one.guards for one in found.metrics}
    assert guards == {
        "loss": False,
        "loss/night": True,
        "memory": True,
        "f1": False,
        "f1/rare": True,
    }
    checked = {one.place[1] for one in found.metrics if one.declared}
    assert checked == {"loss", "loss/night", "memory", "f1/rare"}
    rails = [one.declared for one in found.metrics if one.guards]
    assert all(one is not None and one.rates.undecided == 0.0 for one in rails)
    memory = found.metrics[2].declared
    assert memory is not None
    assert memory.tolerance == 0.0
    assert memory.rates.blocked < 0.05 / 2


def test_a_slice_has_the_amount_of_its_metric() -> None:
    sliced = mode("mlp", metric("loss", Role.PRIMARY, AutoTolerance(), "night"))
    found = told(runs(sliced, loss=drawn(1), loss__night=drawn(2, sd=0.5)))
    whole, night = found.metrics
    assert night.automatic is not None
    assert night.automatic.tolerance == whole.auto != night.auto


def test_everything_together_blocks_at_least_as_often_as_the_worst_of_it() -> None:
    first = runs(mode("mlp"), loss=drawn(1))
    second = runs(mode("conv"), loss=drawn(2))
    found = told(first, second)
    alone = [told(one).total for one in (first, second)]
    assert found.total is not None
    assert all(one is not None for one in alone)
    assert found.total.blocked >= max(one.blocked for one in alone if one)
    assert found.total.blocked <= sum(one.blocked for one in alone if one)


def test_alpha_is_shared_by_the_attempts_of_a_branch() -> None:
    once = told(runs(mode("mlp", AUTO), loss=drawn(1)))
    five = told(runs(mode("mlp", AUTO), loss=drawn(1)), attempts=5)
    assert (once.alpha, five.alpha) == (0.05, pytest.approx(0.01))
    assert once.total is not None
    assert five.total is not None
    assert five.total.blocked < once.total.blocked


def test_failed_runs_are_counted_and_can_forbid_a_pass() -> None:
    found = told(runs(mode(), failed=(3, 11), loss=drawn(1)))
    one = only(found)
    assert (one.n, one.failed) == (18, 2)
    sound = told(runs(mode(), loss=drawn(1)))
    assert found.total is not None
    assert sound.total is not None
    assert found.total.passed < sound.total.passed
    assert found.pilots == {
        ("mlp", "loss"): Pilot(18, one.mean, one.sd, failed=2)  # type: ignore[arg-type]
    }


def test_fewer_than_ten_values_are_shown_and_not_kept() -> None:
    one = only(found := told(runs(mode("mlp", AUTO), failed=(1,), loss=drawn(1, 10))))
    assert (one.n, one.auto, one.troubles) == (9, None, (Trouble.TOO_FEW,))
    assert one.sd is not None
    assert (one.automatic, found.pilots, found.total) == (None, {}, None)


def test_runs_that_all_agree_are_a_trouble_and_pass() -> None:
    one = only(found := told(runs(mode(), loss=[0.1] * 20)))
    assert one.troubles == (Trouble.NO_SPREAD,)
    assert (one.sd, one.skew, one.auto) == (0.0, None, None)
    assert found.pilots == {}
    assert one.declared is not None
    assert one.declared.rates.passed == 1.0


def test_a_share_of_a_mean_around_zero_is_a_trouble() -> None:
    share = mode("mlp", metric("loss", Role.PRIMARY, RelativeTolerance(0.1)))
    one = only(told(runs(share, loss=drawn(1, mean=0.0))))
    assert one.troubles == (Trouble.SIGNS,)
    assert one.declared is None
    assert one.automatic is not None


def test_a_baseline_that_always_fails_is_told_without_a_number() -> None:
    found = told(runs(mode(), failed=tuple(range(20)), loss=drawn(1)))
    one = only(found)
    assert (one.n, one.failed, one.mean, one.sd, one.auto) == (0, 20, None, None, None)
    assert found.total is not None
    assert (found.total.passed, found.total.undecided) == (0.0, 1.0)


def test_one_value_has_a_mean_and_no_spread() -> None:
    one = only(told(runs(mode(), failed=tuple(range(1, 20)), loss=drawn(1))))
    assert (one.n, one.sd, one.troubles) == (1, None, (Trouble.TOO_FEW,))


def test_a_number_that_is_faced_alone_is_described_and_nothing_is_pretended() -> None:
    faced = mode("mlp", target("loss", 3.0), limit("bytes", maximum=1.0), shown("f"))
    columns = {name: drawn(1) for name in ("loss", "bytes", "f")}
    found = told(runs(faced, **columns))
    assert [one.place[1] for one in found.metrics] == ["loss"]
    assert (only(found).automatic, found.total) == (None, None)
    assert only(found).auto is not None


@pytest.mark.parametrize("unit", [1e-12, 1e12, 1e300])
def test_no_unit_changes_a_rate(unit: float) -> None:
    plain = only(told(runs(mode("mlp", AUTO), loss=drawn(1))))
    scaled = only(told(runs(mode("mlp", AUTO), loss=[unit * one for one in drawn(1)])))
    assert scaled.sd == pytest.approx(unit * (plain.sd or math.nan))
    assert plain.automatic is not None
    assert scaled.automatic is not None
    assert scaled.automatic.rates == plain.automatic.rates


def test_the_same_runs_give_the_same_numbers() -> None:
    first, again = (told(runs(mode(), loss=drawn(1))) for _ in range(2))
    assert first == again
