"""Stories about one metric's values: which one counts, and what is remembered."""

import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workers.bench import printed
from workers.contract import Failed, FailureReason, Point, Take
from workers.metrics.numbers import read_number, shown
from workers.metrics.record import Curve, Record

LAST, FIRST, MIN, MAX, MEAN = Take.LAST, Take.FIRST, Take.MIN, Take.MAX, Take.MEAN


def record(take: Take, *texts: str) -> Record:
    made = Record(printed(take))
    for text in texts:
        made.add(text)
    return made


@pytest.mark.parametrize(
    ("take", "value"), [(LAST, 2.0), (FIRST, 3.0), (MIN, 1.0), (MAX, 4.0), (MEAN, 2.5)]
)
def test_the_taken_value_is_the_one_asked_for(take: Take, value: float) -> None:
    assert record(take, "3", "1", "4", "2").taken() == value


@pytest.mark.parametrize("take", Take)
def test_a_metric_never_seen_has_no_value(take: Take) -> None:
    assert record(take).taken() is None


@pytest.mark.parametrize(
    ("texts", "take", "reason"),
    [
        (("1", "nan"), LAST, FailureReason.NAN_METRIC),
        (("NaN", "1"), FIRST, FailureReason.NAN_METRIC),
        (("1", "nan", "2"), MIN, FailureReason.NAN_METRIC),
        (("1", "nan", "2"), MAX, FailureReason.NAN_METRIC),
        (("1", "nan", "2"), MEAN, FailureReason.NAN_METRIC),
        (("1", "inf"), LAST, FailureReason.INFINITE_METRIC),
        (("1", "1e400"), LAST, FailureReason.INFINITE_METRIC),
        (("1", "-Infinity"), MIN, FailureReason.INFINITE_METRIC),
        (("1", "inf"), MAX, FailureReason.INFINITE_METRIC),
        (("1", "inf"), MEAN, FailureReason.INFINITE_METRIC),
        (("inf", "-inf"), MEAN, FailureReason.INFINITE_METRIC),
        (("1", "tensor(2.)"), LAST, FailureReason.UNPARSABLE_METRIC),
        (("1", "high", "2"), MEAN, FailureReason.UNPARSABLE_METRIC),
        (("1", "1_000"), LAST, FailureReason.UNPARSABLE_METRIC),
        (("1", "٣"), LAST, FailureReason.UNPARSABLE_METRIC),
        (("1", ""), LAST, FailureReason.UNPARSABLE_METRIC),
    ],
)
def test_a_taken_value_that_is_no_finite_number_fails_by_name(
    texts: tuple[str, ...], take: Take, reason: FailureReason
) -> None:
    failed = record(take, *texts).taken()
    assert isinstance(failed, Failed)
    assert (failed.reason, failed.metric) == (reason, "loss")
    assert failed.detail.startswith(f"The {take} value of loss was ")


@pytest.mark.parametrize(
    ("texts", "take", "value"),
    [
        (("nan", "x", "2"), LAST, 2.0),
        (("2", "nan"), FIRST, 2.0),
        (("inf", "2"), MIN, 2.0),
        (("-inf", "2"), MAX, 2.0),
    ],
)
def test_an_odd_value_that_is_not_taken_decides_nothing(
    texts: tuple[str, ...], take: Take, value: float
) -> None:
    assert record(take, *texts).taken() == value


def test_the_sentence_quotes_what_was_read() -> None:
    failed = record(LAST, "\x1b[31moops\x1b[0m").taken()
    assert isinstance(failed, Failed)
    assert failed.detail == 'The last value of loss was "oops", which is not a number.'
    assert len(shown("x" * 1000)) == 122


def test_points_are_finite_and_numbered_in_the_order_seen() -> None:
    seen = record(LAST, "1", "nan", "3").curve.points()
    assert list(seen) == [Point(0.0, 1.0), Point(2.0, 3.0)]


@given(st.integers(0, 5000))
def test_a_curve_keeps_its_ends_and_never_more_than_500_points(count: int) -> None:
    curve = Curve()
    for index in range(count):
        curve.add(Point(float(index), 0.0))
    steps = [point.step for point in curve.points()]
    assert len(steps) <= 500
    assert steps == sorted(set(steps))
    assert steps[:1] == ([0.0] if count else [])
    assert steps[-1:] == ([count - 1.0] if count else [])
    assert len(steps) >= min(count, 249)


def test_the_digest_is_over_the_exact_text() -> None:
    assert record(LAST, "1.0", "2").digest == hashlib.sha256(b"1.0\n2\n").hexdigest()
    assert record(LAST, "1.0").digest != record(LAST, "1.00").digest


@given(st.floats())
def test_a_float_that_python_wrote_is_read_back(value: float) -> None:
    back = read_number(repr(value))
    assert back == value or (math.isnan(value) and back is not None)
