"""Futility: whether the looks that are left can still bring a verdict.

Non-binding: the boundaries do not count on it, so that neither heeding it nor going on
raises an error rate. It only ends early what would mostly have ended undecided.
"""

import math
from dataclasses import dataclass

from scipy.special import ndtri

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import (
    SMALLEST_STEP,
    Z_CAP,
    boundaries,
    exit_probabilities,
)
from bot.domain.stats.comparison import Comparison

HOPELESS = 0.1  # a conditional power below this, on both sides, is futile
_STEEPEST = 200.0  # a drift beyond this crosses at the next look anyhow


@dataclass(frozen=True, slots=True)
class Course:
    """Where a design stands: looks made (rising, this one last) and looks to come.

    Looks are seeds per arm, harmonic means of both arms where these differ.
    """

    made: tuple[float, ...]
    later: tuple[float, ...]
    n_max: int
    alpha: float
    spending: Spending


@dataclass(frozen=True, slots=True)
class ConditionalPower:
    """Chances to cross at a later look, given what this one saw.

    `p_pass` that of PASS if there is no loss (d = 0), `p_block` that of BLOCK if the
    loss is the whole tolerance (d = -margin).
    """

    p_pass: float = 1.0
    p_block: float = 1.0

    @property
    def futile(self) -> bool:
        """Whether neither side has a chance worth the seeds."""
        return self.p_pass < HOPELESS and self.p_block < HOPELESS


def conditional_power(comparison: Comparison, course: Course) -> ConditionalPower:
    """The conditional power of both boundaries (Lan, Simon and Halperin 1982).

    The score is carried on from this look by the recursion of `boundaries`, under the
    effect that the design is for and not under the trend so far. t statistics count as
    the z of the same p; the standard error of this look is taken for the true one.
    Both powers are 1 while there is none, and 0 where no look is left.
    """
    now = course.made[-1] / course.n_max
    drift = _drift(comparison, now)
    if drift is None:
        return ConditionalPower()
    return ConditionalPower(
        p_pass=_power(comparison.p_ni, drift, course),
        p_block=_power(comparison.p_harm, drift, course),
    )


def _drift(comparison: Comparison, now: float) -> float | None:
    """The mean of Z at full information at a distance of one tolerance."""
    margin, se = comparison.margin, comparison.se
    if not (math.isfinite(margin) and math.isfinite(se) and se > 0.0):
        return None
    return min(margin / se / math.sqrt(now), _STEEPEST)


def _power(p: float, drift: float, course: Course) -> float:
    """The chance to cross at a later look, from the z of this look's `p`."""
    now = course.made[-1] / course.n_max
    after = [n / course.n_max for n in course.later]
    left = tuple(share for share in after if share - now >= SMALLEST_STEP)
    information = (*(n / course.n_max for n in course.made), *left)
    bounds = boundaries(information, course.alpha, course.spending)
    z = min(max(-float(ndtri(p)), -Z_CAP), Z_CAP)
    origin = now, z * math.sqrt(now)
    return sum(exit_probabilities(bounds[len(course.made) :], left, drift, origin))
