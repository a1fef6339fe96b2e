"""The scale on which values are compared, and the way back to units of the metric.

Near a bound the spread shrinks with the distance from it, so that a loss counts more
than a gain of the same size. The logit (two bounds) and the logarithm (one) give both
the same room (Bartlett 1947).
"""

import math
from dataclasses import dataclass
from typing import assert_never

from bot.domain.stats.choice import Choice, Scale

_STEEP = 700.0  # exp() of more than this is beyond all floats


@dataclass(frozen=True, slots=True)
class Curve:
    """An increasing map of oriented values, which lie between `floor` and `ceiling`.

    log(x - floor) - log(ceiling - x), where an infinite end has no term; straight if
    both are infinite.
    """

    floor: float = -math.inf
    ceiling: float = math.inf

    @property
    def straight(self) -> bool:
        """Whether values are compared as they are."""
        return math.isinf(self.floor) and math.isinf(self.ceiling)

    def holds(self, value: float) -> bool:
        """Whether `value` is on the curve: at a bound there is no logarithm."""
        return self.floor < value < self.ceiling

    def of(self, value: float) -> float:
        """`value` on the curve. It must hold it."""
        if self.straight:
            return value
        above = math.log(value - self.floor) if math.isfinite(self.floor) else 0.0
        below = math.log(self.ceiling - value) if math.isfinite(self.ceiling) else 0.0
        return above - below

    def moved(self, origin: float, by: float) -> float:
        """How far `origin` moves if its place on the curve moves `by`; same sign."""
        if self.straight:
            return by
        above, below = origin - self.floor, self.ceiling - origin
        if by > 0.0:
            return -_stretch(below, above, -by)
        return _stretch(above, below, by)

    def slope(self, at: float) -> float:
        """The derivative of `of`, to map a standard error back (delta method)."""
        if self.straight:
            return 1.0
        return 1.0 / (at - self.floor) + 1.0 / (self.ceiling - at)


def _stretch(near: float, far: float, by: float) -> float:
    """The move towards an end `near` away, with `far` behind; `by` is not positive.

    The inverse of the logit is near expm1(by) / (1 + near / far exp(by)); infinite
    `far` leaves the exponential, infinite `near` the same seen from the other end.
    """
    if math.isinf(near):
        return far * -math.expm1(-by) if by > -_STEEP else -math.inf
    return near * math.expm1(by) / (1.0 + near / far * math.exp(by))


def curve_of(choice: Choice, orientation: int, unit: float) -> Curve:
    """The curve of a choice for values that are oriented and divided by `unit`."""
    match choice.scale:
        case Scale.RAW:
            return Curve()
        case Scale.LOGIT:
            ends = orientation * choice.low / unit, orientation * choice.high / unit
            return Curve(min(ends), max(ends))
        case Scale.LOG if orientation > 0:
            return Curve(floor=choice.low / unit)
        case Scale.LOG:
            return Curve(ceiling=-choice.low / unit)
        case _:
            assert_never(choice.scale)
