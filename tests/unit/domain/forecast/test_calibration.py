"""Stated likelihoods against what came true."""

import pytest

from bot.domain.forecast import Stated, calibrated, calibration
from bot.domain.verdict import Forecast, Reason


def settled(likelihood: float | None, outcome: str) -> Forecast:
    return Forecast("loss", -0.1, likelihood, outcome=outcome)


def test_only_settled_forecasts_with_a_likelihood_count() -> None:
    left_out = [settled(0.5, "open"), settled(None, "met")]
    assert calibration(left_out) is None
    found = calibration([*left_out, settled(0.8, "met")])
    assert found is not None
    assert (found.known, found.met, found.reference) == (1, 1, 0.0)


def test_the_brier_score_is_the_mean_square_of_stated_minus_happened() -> None:
    found = calibration([settled(0.8, "met"), settled(0.6, "missed")])
    assert found is not None
    assert found.brier == pytest.approx((0.2**2 + 0.6**2) / 2)
    assert found.reference == 0.25


def test_like_likelihoods_stand_in_one_row() -> None:
    said = [(1.0, "met"), (0.6, "met"), (0.7, "missed"), (0.0, "missed")]
    found = calibration([settled(p, outcome) for p, outcome in said])
    assert found is not None
    assert found.table == (
        Stated(0.0, 1, 0),
        Stated(pytest.approx(0.65), 2, 1),
        Stated(1.0, 1, 1),
    )


def test_something_is_said_from_five_on() -> None:
    four = [settled(0.6, "met")] * 4
    assert calibrated(four) == ()
    assert calibrated([]) == ()
    (said,) = calibrated([*four, settled(0.6, "missed")])
    assert said.reason is Reason.FORECASTS_CALIBRATED
    assert said.evidence["stated"] == (pytest.approx(0.6),)
    assert (said.evidence["counts"], said.evidence["hits"]) == ((5,), (4,))
    assert said.evidence["brier"] == pytest.approx((4 * 0.16 + 0.36) / 5)
