"""One mean against a fixed number."""

from dataclasses import dataclass

from bot.domain.stats.estimate import (
    EXACT_FROM,
    RESOLUTION,
    Values,
    centre,
    half_width,
    of_one,
    p_above,
    p_below,
    scale_of,
)
from bot.domain.stats.spent import spent_alpha

__all__ = ["TargetTest", "one_sample", "spent_alpha"]


@dataclass(frozen=True, slots=True)
class TargetTest:
    """A small `p_shown` shows the mean on the right side of the target.

    A small `p_missed` shows it on the wrong side. [`low`, `high`] is the repeated
    interval of the mean. Units of the metric; None where values are too few to know.
    """

    p_shown: float = 1.0
    p_missed: float = 1.0
    mean: float | None = None
    low: float | None = None
    high: float | None = None


def one_sample(
    values: Values, target: float, orientation: int, level: float
) -> TargetTest:
    """Test the mean of `values` against `target` (Student 1908), two values or more.

    `orientation` is +1 where the mean should be above. Values without spread are
    compared exactly, from five on; a constant that meets the target is on its right
    side. The interval agrees with both p at `level`.
    """
    if len(values) < 2:  # noqa: PLR2004 - a variance takes two
        return TargetTest(mean=centre(values) if values else None)
    scale = scale_of((*values, target))
    aim = target / scale
    estimate = of_one(tuple(orientation * (v / scale - aim) for v in values))
    if estimate.exact and len(values) < EXACT_FROM:
        return TargetTest(mean=centre(values))
    met = estimate.exact and estimate.value >= -RESOLUTION
    p_shown, p_missed = 0.0 if met else p_above(estimate), p_below(estimate)
    width = half_width(estimate, level)
    worst, best = estimate.value - width, estimate.value + width
    worst = max(worst, 0.0) if p_shown <= level else min(worst, 0.0)
    best = min(best, 0.0) if p_missed <= level else max(best, 0.0)
    ends = sorted(scale * (aim + orientation * end) for end in (worst, best))
    return TargetTest(p_shown, p_missed, centre(values), ends[0], ends[1])
