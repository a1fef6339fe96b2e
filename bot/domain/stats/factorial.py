"""Fractional designs: the effects of many independent changes from few arms.

Each change is a factor, on (+1) or off (-1); every trial informs every effect. Main
effects are aliased with interactions of two changes, so what is flagged is confirmed by
leaving the change out, or by the folded design.
"""

import math
from collections.abc import Sequence

from bot.domain.errors import UserFault
from bot.domain.stats.estimate import Values, critical
from bot.domain.stats.interaction import CONFIDENCE, Contrast

MOST = 11
_GENERATOR = (1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1)

Design = tuple[tuple[int, ...], ...]
"""One row an arm, one column a change: +1 with it, -1 without."""


def plackett_burman(changes: int) -> Design:
    """The 12 arms for up to 11 changes (Plackett and Burman 1946, table for N = 12).

    Each change is on in six arms, and any two columns are orthogonal. Raises UserFault
    for no change at all, or for more than 11.
    """
    if not 1 <= changes <= MOST:
        raise UserFault(
            f"A design of 12 arms holds 1 to {MOST} changes, not {changes}.",
            "Group changes that depend on each other into one.",
        )
    turned = [_GENERATOR[-turn:] + _GENERATOR[:-turn] for turn in range(MOST)]
    return tuple(row[:changes] for row in (*turned, (-1,) * MOST))


def fold_over(design: Design) -> Design:
    """The design and its mirror image: main effects clear of two-change interactions.

    Box and Wilson (1951).
    """
    return design + tuple(tuple(-level for level in row) for row in design)


def efficiency(changes: int) -> float:
    """How many times fewer trials than one change at a time, for one variance.

    With R trials in all, an effect has the variance 4 s^2 / R here, and 2 s^2 (k + 1) /
    R where each of k changes and the baseline have an arm of their own.
    """
    return (changes + 1) / 2.0


def main_effects(design: Design, arms: Sequence[Values]) -> tuple[Contrast, ...]:
    """What each change does to the mean: on against off, over all arms.

    `arms` are the values of each row's trials, the same number in each. Least squares
    on an orthogonal two-level design (Box, Hunter and Hunter 2005, chapter 5) with 95 %
    intervals from what the main effects leave unexplained. The ends are infinite where
    nothing is left over to measure noise with. Raises ValueError if arms differ in size
    or one row has none.
    """
    sizes = {len(arm) for arm in arms}
    if len(arms) != len(design) or len(sizes) != 1 or 0 in sizes:
        raise ValueError("every row of a design needs the same number of trials")
    values = [value for arm in arms for value in arm]
    rows = [row for row, arm in zip(design, arms, strict=True) for _ in arm]
    columns = tuple(zip(*rows, strict=True))
    effects = [2.0 * _mean_product(column, values) for column in columns]
    half = _half_width(rows, values, effects)
    return tuple(Contrast(one, one - half, one + half) for one in effects)


def _mean_product(column: Sequence[int], values: Sequence[float]) -> float:
    n = len(values)
    return math.fsum(a * (b / n) for a, b in zip(column, values, strict=True))


def _half_width(
    rows: Sequence[Sequence[int]], values: Sequence[float], effects: Sequence[float]
) -> float:
    """The same for every effect: 2 s / sqrt(R) times the critical t."""
    n, df = len(values), len(values) - len(effects) - 1
    if df < 1:
        return math.inf
    mean = math.fsum(value / n for value in values)
    left = [
        value - mean - _mean_product(row, effects) * len(effects) / 2.0
        for row, value in zip(rows, values, strict=True)
    ]
    se = 2.0 * math.hypot(*left) / math.sqrt(df * n)
    return critical(df, (1.0 - CONFIDENCE) / 2.0) * se
