"""Drift of the baseline over time: CUSUM charts on standardised canary residuals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALLOWANCE = 0.5  # k: half of the shift, in SDs, that is to be found
THRESHOLD = 5.0  # h: in control, one side signals every 930 residuals


@dataclass(frozen=True, slots=True)
class Drift:
    """The chart at its first signal, or at the end of the residuals without one.

    `seen` residuals went into it. `cusum` is the larger of both sums, in SDs, and
    `threshold` what it must not pass.
    `since` is the place of the residual from which that sum has been above zero: the
    estimate of where the change began; None while it is zero. `rising` says which way.
    """

    cusum: float
    threshold: float
    since: int | None
    rising: bool
    seen: int = 0

    @property
    def alarmed(self) -> bool:
        """Whether the baseline has moved: stored runs no longer serve."""
        return self.cusum > self.threshold

    def evidence(self) -> Mapping[str, float | int | None]:
        """The evidence of a baseline that moves."""
        return {
            "cusum": self.cusum,
            "threshold": self.threshold,
            "since": self.since,
        }


@dataclass(frozen=True, slots=True)
class _Sum:
    value: float = 0.0
    since: int | None = None

    def plus(self, residual: float, allowance: float, place: int) -> "_Sum":
        value = max(0.0, self.value + residual - allowance)
        if not value:
            return _Sum()
        return _Sum(value, place if self.since is None else self.since)


def cusum(
    residuals: Sequence[float],
    allowance: float = ALLOWANCE,
    threshold: float = THRESHOLD,
) -> Drift:
    """One-sided CUSUMs of both directions (Page 1954), up to the first signal.

    `residuals` are standard normal while nothing moves, in order of time.
    """
    up, down, place = _Sum(), _Sum(), -1
    for place, residual in enumerate(residuals):
        up = up.plus(residual, allowance, place)
        down = down.plus(-residual, allowance, place)
        if max(up.value, down.value) > threshold:
            break
    rising = up.value >= down.value
    larger = up if rising else down
    return Drift(larger.value, threshold, larger.since, rising, place + 1)
