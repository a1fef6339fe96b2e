"""All values of one metric in one trial: the taken value, the curve, the digest."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from workers.contract import Failed, FailureReason, MetricSource, Point, Take
from workers.metrics.numbers import read_number, shown

MAX_POINTS = 500


@dataclass(frozen=True, slots=True)
class Value:
    """One value as written, and as a number if it is one."""

    text: str
    number: float | None

    @property
    def odd(self) -> bool:
        """Whether no order or mean can include it: text, or NaN."""
        return self.number is None or math.isnan(self.number)


class Curve:
    """A series of points of bounded size: every n-th point, and always the last."""

    def __init__(self, limit: int = MAX_POINTS) -> None:
        """Hold at most `limit` points (3 or more)."""
        self.last: Point | None = None
        self._limit = limit
        self._points: list[Point] = []
        self._stride = 1
        self._seen = 0

    def add(self, point: Point) -> None:
        """Take one more point."""
        if self._seen % self._stride == 0:
            if len(self._points) == self._limit - 1:
                self._points = self._points[::2]
                self._stride *= 2
            if self._seen % self._stride == 0:
                self._points.append(point)
        self._seen += 1
        self.last = point

    def points(self) -> Sequence[Point]:
        """What is kept, in order."""
        if self.last is None or self._points[-1] is self.last:
            return tuple(self._points)
        return (*self._points, self.last)


class Record:
    """Everything that one metric showed, in memory that does not grow."""

    def __init__(self, source: MetricSource) -> None:
        """Nothing has been seen."""
        self.source = source
        self.count = 0
        self.curve = Curve()
        self._digest = hashlib.sha256()
        self._first: Value | None = None
        self._last: Value | None = None
        self._odd: Value | None = None
        self._minimum: Value | None = None
        self._maximum: Value | None = None
        self._mean = 0.0

    def add(self, text: str, step: float | None = None) -> None:
        """Take one value as it was written, with its step if it has one."""
        value = Value(text, read_number(text))
        self._digest.update(text.encode(errors="replace") + b"\n")
        if value.number is not None and math.isfinite(value.number):
            place = self.count if step is None else step
            self.curve.add(Point(float(place), value.number))
        self._first = self._first or value
        self._last = value
        self.count += 1
        self._order(value)

    def _order(self, value: Value) -> None:
        if value.number is None or math.isnan(value.number):
            self._odd = self._odd or value
            return
        self._mean += (value.number - self._mean) / self.count
        if self._minimum is None or value.number < (self._minimum.number or 0.0):
            self._minimum = value
        if self._maximum is None or value.number > (self._maximum.number or 0.0):
            self._maximum = value

    @property
    def digest(self) -> str:
        """SHA-256 over the text of every value so far, one a line."""
        return self._digest.hexdigest()

    def taken(self) -> float | Failed | None:
        """The trial's value by the metric's `take`, or why it has none; None: unseen.

        The value that is taken decides: a NaN half-way does not spoil a finite last
        value, but it spoils a minimum, maximum or mean.
        """
        value = self._chosen()
        return None if value is None else judged(self.source, value)

    def _chosen(self) -> Value | None:
        match self.source.take:
            case Take.LAST:
                return self._last
            case Take.FIRST:
                return self._first
            case Take.MIN:
                return self._odd or self._minimum
            case Take.MAX:
                return self._odd or self._maximum
            case Take.MEAN:
                return self._odd or self._average()

    def _average(self) -> Value | None:
        if not math.isfinite(self._mean):  # one of the values was infinite
            return Value("inf", math.inf)
        return Value(repr(self._mean), self._mean) if self.count else None


def judged(source: MetricSource, value: Value) -> float | Failed:
    """A finite number, or the failure that names the metric and the text."""
    what = f"The {source.take} value of {source.name} was {shown(value.text)}"
    if value.number is None:
        sentence = f"{what}, which is not a number."
        return Failed(FailureReason.UNPARSABLE_METRIC, sentence, source.name)
    if math.isnan(value.number):
        sentence = f"{what}: training diverged, or the metric is undefined."
        return Failed(FailureReason.NAN_METRIC, sentence, source.name)
    if math.isinf(value.number):
        sentence = f"{what}, which is infinite: training diverged."
        return Failed(FailureReason.INFINITE_METRIC, sentence, source.name)
    return value.number
