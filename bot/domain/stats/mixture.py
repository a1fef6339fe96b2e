"""Whether the runs of one arm fall into groups, as they do on different machines.

A mean over two machines describes neither of them; so groups are noticed first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.stats.estimate import centre

TWICE = 2.0
"""No run takes twice as long as another one of the same code on the same machine."""
SMALLEST_GAP = math.log(1.005)
"""Machines of one kind differ by less; a smaller gap would change no verdict."""
ANOTHER_MACHINE = 3.0
"""Arms whose typical values differ by more than this factor ran on other machines."""

_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two groups of runs: their means in units of the metric, and how many they are.

    `n` are all runs, `n_high` those of the group with the larger values.
    """

    low: float
    high: float
    n: int
    n_high: int


def groups(values: Sequence[float]) -> Mixture | None:
    """The two groups that the runs of one arm fall into, or None if they are one.

    `values` are durations, speeds or sizes, above 0; others are no groups. They are
    compared as logarithms. Groups are a largest value of at least twice the smallest,
    or a gap of over 0.5 % that is wide against the spread inside both groups. How wide
    it must be depends on n and on the smaller group; it was set by simulation so that
    at most 1 % of arms from one machine (normal, lognormal with sigma 0.8, t with 3
    degrees of freedom; n from 4 to 40; SD up to 3 % of the mean) look mixed.
    """
    ordered = sorted(values)
    if len(ordered) < 2 or ordered[0] <= 0.0:  # noqa: PLR2004 - two can differ
        return None
    logs = [math.log(one) for one in ordered]
    if logs[-1] - logs[0] >= math.log(TWICE):
        return _split(ordered, _widest(logs))
    if len(ordered) < _FEWEST:
        return None
    found = _clearest(logs, _rounding(ordered))
    return None if found is None else _split(ordered, found)


def other_machine(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether the medians of two arms, neither empty, differ more than threefold."""
    low, high = sorted((_median(first), _median(second)))
    return low > 0.0 and high / low > ANOTHER_MACHINE


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _split(ordered: Sequence[float], at: int) -> Mixture:
    low, high = tuple(ordered[:at]), tuple(ordered[at:])
    return Mixture(centre(low), centre(high), len(ordered), len(high))


def _widest(logs: Sequence[float]) -> int:
    """Where the largest gap ends."""
    return max(range(1, len(logs)), key=lambda at: logs[at] - logs[at - 1])


def _clearest(logs: Sequence[float], rounding: float) -> int | None:
    """Where the gap ends that is widest against what is needed, if one is wide enough.

    The spread is pooled over both groups, and never below that of `rounding`.
    """
    n = len(logs)
    middle = math.fsum(logs) / n
    deviations = [one - middle for one in logs]
    best, where = 1.0, None
    for at in range(1, n):
        gap = logs[at] - logs[at - 1]
        if gap < SMALLEST_GAP:
            continue
        inside = _squares(deviations[:at]) + _squares(deviations[at:])
        spread = max(math.sqrt(inside / (n - 2)), rounding)
        needed = _needed(n, min(at, n - at)) * spread
        if gap >= best * needed:
            best, where = (gap / needed if needed else math.inf), at
    return where


def _squares(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((one - mean) ** 2 for one in values)


def _needed(n: int, smaller: int) -> float:
    """How many pooled SDs a gap must measure; one run apart is often chance."""
    match smaller:
        case 1:
            return 21.0 + 330.0 / (n - 2) ** 2
        case 2:
            return 7.5 + 130.0 / (n - 2) ** 2
        case _:
            return 4.0 + 15.0 / (n - 2)


def _rounding(ordered: Sequence[float]) -> float:
    """The relative SD that writing the values with so many digits leaves (Sheppard)."""
    exponents = [Decimal(repr(one)).normalize().as_tuple().exponent for one in ordered]
    unit = 10.0 ** min(int(one) for one in exponents)
    return unit / ordered[0] / math.sqrt(12.0)
