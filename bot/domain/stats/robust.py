"""Robust descriptions of runs: shown beside the mean, never in place of a verdict.

An interquartile mean hides a quarter of collapsed runs by construction, and outliers
are trials like any other: both are told, neither decides.
"""

import math

from bot.domain.stats.estimate import RESOLUTION, Values, centre, scale_of

OUTLYING = 3.5  # robust SDs from the median
_MAD_TO_SD = 1.482602218505602  # of a normal law: 1 / 0.6745
_MEAN_TO_SD = 1.2533141373155003  # sqrt(pi / 2), for the mean absolute deviation


def median(values: Values) -> float:
    """The median of one value or more, without overflow."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return ordered[half - 1] / 2.0 + ordered[half] / 2.0


def iqm(values: Values) -> float:
    """The interquartile mean: a quarter of the values cut off at either end.

    Agarwal et al. (2021). Whole values are cut, so fewer than four are averaged all.
    """
    cut = len(values) // 4
    return centre(tuple(sorted(values)[cut : len(values) - cut]))


def robust_z(values: Values) -> tuple[float, ...]:
    """Each value's distance from the median in robust SDs (Iglewicz, Hoaglin 1993).

    The unit is the median absolute deviation, or, where more than half of the values
    are equal, the mean one. Without any spread all are 0.
    """
    scale = scale_of(values)
    scaled = tuple(value / scale for value in values)
    middle = median(scaled)
    away = tuple(value - middle for value in scaled)
    sizes = tuple(abs(one) for one in away)
    unit = _MAD_TO_SD * median(sizes)
    if unit <= RESOLUTION:
        unit = _MEAN_TO_SD * math.fsum(sizes) / len(sizes)
    if unit <= RESOLUTION:
        return (0.0,) * len(values)
    return tuple(one / unit for one in away)


def outliers(values: Values) -> tuple[int, ...]:
    """The places of values that lie over 3.5 robust SDs from the median."""
    if not values:
        return ()
    return tuple(i for i, z in enumerate(robust_z(values)) if abs(z) > OUTLYING)


def chance_better(baseline: Values, branch: Values, orientation: int) -> float:
    """The share of pairs in which the branch's run is the better one; ties are half.

    P(A > B) of Bouthillier et al. (2021), over all pairs of runs. `orientation` is +1
    where larger is better. One run or more in each arm.
    """
    won = sum(
        1.0 if orientation * new > orientation * old else 0.5 * (new == old)
        for new in branch
        for old in baseline
    )
    return won / (len(baseline) * len(branch))
