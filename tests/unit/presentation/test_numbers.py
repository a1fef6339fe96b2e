"""Numbers carry as many digits as their evidence does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.presentation import numbers

ANY = some.none() | some.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ((0.0123,), 3),
        ((0.0028, 0.01), 4),
        ((12.0,), 0),
        ((1.5,), 1),
        ((250.0, None), 0),
        ((1e-30,), 9),
        ((None,), 4),
        ((0.0, math.inf), 4),
    ],
)
def test_the_smallest_amount_gets_two_significant_digits(
    amounts: tuple[float | None, ...], expected: int
) -> None:
    assert numbers.places(*amounts) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (2.30117, 3, "2.301"),
        (-0.0001, 2, "0.00"),
        (17_000_000, 0, "17,000,000"),
        (1e-9, 4, "1e-09"),
        (2.5e18, 0, "2.5e+18"),
        (None, 3, "not known"),
        (math.nan, 3, "not known"),
    ],
)
def test_a_value_is_written_with_fixed_places_unless_that_misleads(
    value: float | None, digits: int, expected: str
) -> None:
    assert numbers.fixed(value, digits) == expected


def test_a_sign_is_always_written_but_on_zero() -> None:
    written = [numbers.signed(one, 2) for one in (0.051, -0.051, 0.0, -0.001, None)]
    assert written == ["+0.05", "-0.05", "0.00", "0.00", "not known"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.28, "3.28"),
        (0.01, "0.01"),
        (0.0534123, "0.05341"),
        (16_000_000.0, "16,000,000"),
        (4321.98, "4322.0"),
        (0.99999999, "1"),
        (600, "600"),
        (0, "0"),
        (1e-12, "1e-12"),
        (1.5e-12, "1.5e-12"),
        (None, "not known"),
        (math.inf, "not known"),
    ],
)
def test_a_lone_number_has_four_significant_digits(
    value: float | None, expected: str
) -> None:
    assert numbers.number(value) == expected


def test_an_estimate_of_an_estimate_has_two_digits() -> None:
    assert [numbers.rough(one) for one in (0.003716, 12.0, None)] == [
        "0.0037",
        "12",
        "not known",
    ]


def test_an_interval_may_be_open_at_one_end_or_not_known() -> None:
    assert numbers.interval(-0.02, 0.01, 2) == "[-0.02, +0.01]"
    assert numbers.interval(None, 0.01, 2) == "[open, +0.01]"
    assert numbers.interval(-0.02, None, 2) == "[-0.02, open]"
    assert numbers.interval(None, None, 2) == "not known"
    assert numbers.plain_interval(3.271, 3.275, 3) == "[3.271, 3.275]"


def test_small_p_values_are_written_as_a_bound() -> None:
    assert [numbers.p_value(one) for one in (0.0385, 0.00004, None, math.nan)] == [
        "0.038",
        "< 0.0001",
        "not known",
        "not known",
    ]


def test_shares_are_written_in_percent() -> None:
    shares = (0.45, 0.014, 0.02, 1.0, None, math.nan)
    assert [numbers.percent(one) for one in shares] == [
        "45 %",
        "1.4 %",
        "2 %",
        "100 %",
        "not known",
        "not known",
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (4.23, "4.2 s"),
        (-1.0, "0.0 s"),
        (45.4, "45 s"),
        (200.0, "3 min 20 s"),
        (7500.0, "2 h 5 min"),
        (None, "not known"),
        (math.inf, "not known"),
    ],
)
def test_a_duration_is_written_as_people_say_it(
    seconds: float | None, expected: str
) -> None:
    assert numbers.duration(seconds) == expected


def test_long_lists_are_counted_after_the_first_few() -> None:
    assert numbers.joined([]) == ""
    assert numbers.joined(["a"]) == "a"
    assert numbers.joined(["a", "b", "c"]) == "a, b and c"
    assert numbers.some(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert numbers.counted(1, "seed") == "1 seed"
    assert numbers.counted(2, "seed") == "2 seeds"


@given(ANY)
def test_no_float_is_ever_written_as_nan_or_infinity(value: float | None) -> None:
    written = [
        numbers.number(value),
        numbers.rough(value),
        numbers.fixed(value, 3),
        numbers.signed(value, 3),
        numbers.p_value(value),
        numbers.percent(value),
        numbers.duration(value),
    ]
    assert not any("nan" in one or "inf" in one for one in written)


@given(some.floats(-1e12, 1e12))
def test_a_lone_number_keeps_its_value(value: float) -> None:
    written = float(numbers.number(value).replace(",", ""))
    assert written == pytest.approx(value, rel=5e-3, abs=1e-300)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (31.4, "31 to 1"),
        (0.21, "0.21 to 1"),
        (20.0, "20 to 1"),
        (123_456.0, "120,000 to 1"),
        (3e9, "over 1,000,000 to 1"),
        (math.inf, "over 1,000,000 to 1"),
        (1e-5, "below 0.01 to 1"),
        (math.nan, numbers.UNKNOWN),
        (None, numbers.UNKNOWN),
    ],
)
def test_evidence_is_said_as_the_odds_of_a_bet(
    value: float | None, expected: str
) -> None:
    assert numbers.odds(value) == expected
