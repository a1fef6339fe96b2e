"""Metrics of a mode: their roles, directions and tolerances."""

import math
from dataclasses import dataclass
from enum import StrEnum

from workers.contract import MetricSource


class Role(StrEnum):
    """What a metric is for, and so when it blocks."""

    PRIMARY = "primary"
    GUARDRAIL = "guardrail"
    TARGET = "target"
    IMPROVE = "improve"
    LIMIT = "limit"
    REPORT = "report"


class Direction(StrEnum):
    """Which way is better."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"

    @property
    def orientation(self) -> int:
        """+1 where larger is better, -1 where smaller is."""
        return 1 if self is Direction.MAXIMIZE else -1


@dataclass(frozen=True, slots=True)
class AbsoluteTolerance:
    """A loss of at most `amount` (in units of the metric) is tolerated; 0 or more."""

    amount: float


@dataclass(frozen=True, slots=True)
class RelativeTolerance:
    """A loss of at most `fraction` of the baseline mean is tolerated (1 % = 0.01)."""

    fraction: float


@dataclass(frozen=True, slots=True)
class AutoTolerance:
    """1.5 times the baseline's per-run SD, from `seedgate calibrate`."""


Tolerance = AbsoluteTolerance | RelativeTolerance | AutoTolerance


@dataclass(frozen=True, slots=True)
class Share:
    """A share of right or wrong answers: `low` if there is none, `high` for all."""

    examples: int
    low: float
    high: float

    @property
    def span(self) -> float:
        """From no answer to all of them."""
        return self.high - self.low

    def holds(self, value: float) -> bool:
        """Whether so many answers can be given."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a mode. Which fields are set depends on the role (policy page).

    `bounds` are the smallest and largest values that the metric can take, None where
    there is no end or it is not known. `examples` is how many examples of the test set
    the metric is a mean over, each of them right or wrong; None where that is not so.
    """

    name: str
    source: MetricSource
    role: Role = Role.PRIMARY
    direction: Direction | None = None
    tolerance: Tolerance | None = None
    target: float | None = None
    margin: float | None = None
    alpha: float | None = None
    maximum: float | None = None
    minimum: float | None = None
    slices: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)
    examples: int | None = None

    @property
    def slice_names(self) -> tuple[str, ...]:
        """The names under which trials report the slices: `test_loss/night`."""
        return tuple(f"{self.name}/{one}" for one in self.slices)

    @property
    def share(self) -> Share | None:
        """The share of answers that the metric is; between 0 and 1 unless bounded.

        None where it is no mean over examples, or has an open end.
        """
        low, high = (0.0, 1.0) if self.bounds == (None, None) else self.bounds
        if self.examples is None or low is None or high is None:
            return None
        share = Share(self.examples, low, high)
        return share if math.isfinite(share.span) else None
