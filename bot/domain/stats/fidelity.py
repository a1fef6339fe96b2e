"""How well effects seen in a fast stage tell those of the full one.

Each pair is one change: its effect d in the fast stage and in the full stage, both
oriented so that positive is better, in units of the metric.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from bot.domain.stats.estimate import RESOLUTION, Values, centre, critical, scale_of

ENOUGH_PAIRS = 10
LEAST_AGREEMENT = 0.6  # of the Wilson bound: 18 of 20 give .699
LEAST_TAU = 0.5
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Line:
    """The least-squares line of full on fast effects, with what predictions need.

    `slope` is full per fast. `spread` is the residual SD (None for two pairs: the line
    meets both); `middle` is the mean of the fast effects and `reach` the root of their
    sum of squares around it.
    """

    slope: float
    intercept: float
    spread: float | None
    pairs: int
    middle: float
    reach: float

    def predict(self, fast: float, confidence: float = 0.95) -> tuple[float, ...]:
        """The full effect of a new change, and the ends of its prediction interval.

        Draper and Smith (1998, eq. 3.1.8); two pairs leave the interval infinite.
        """
        value = self.intercept + self.slope * fast
        if self.spread is None:
            return value, -math.inf, math.inf
        ratio = (fast - self.middle) / self.reach
        room = math.sqrt(1.0 + 1.0 / self.pairs + ratio**2)
        width = critical(self.pairs - 2.0, (1.0 - confidence) / 2.0) * self.spread
        return value, value - width * room, value + width * room


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Agreement of `pairs` changes. What cannot be known from them is None.

    `tau` is Kendall's tau-b. Signs agree in `agreeing` of `directed` pairs, those in
    which at least one effect is not zero; `agreement_low` is the Wilson bound of it.
    """

    pairs: int
    tau: float | None
    agreeing: int
    directed: int
    agreement_low: float | None
    line: Line | None

    @property
    def calibrated(self) -> bool:
        """Whether a fast pass may stand for a full one; else it is provisional."""
        if self.directed < ENOUGH_PAIRS or self.tau is None:
            return False
        low = self.agreement_low or 0.0
        return low >= LEAST_AGREEMENT and self.tau >= LEAST_TAU


def fidelity(fast: Values, full: Values) -> Fidelity:
    """The agreement of fast and full effects of the same changes, pair by pair.

    Kendall (1945), Wilson (1927). Raises ValueError where the lengths differ.
    """
    pairs = tuple(zip(fast, full, strict=True))
    directed = [(_sign(a), _sign(b)) for a, b in pairs if a or b]
    agreeing = sum(a == b for a, b in directed)
    return Fidelity(
        pairs=len(pairs),
        tau=kendall(fast, full),
        agreeing=agreeing,
        directed=len(directed),
        agreement_low=wilson_low(agreeing, len(directed)) if directed else None,
        line=fitted(fast, full),
    )


def _sign(value: float) -> int:
    return (value > 0.0) - (value < 0.0)


def kendall(first: Values, second: Values) -> float | None:
    """Kendall's tau-b, ties counted; None where an order does not exist."""
    if len(set(first)) < 2 or len(set(second)) < 2:  # noqa: PLR2004 - no order
        return None
    from scipy.stats import kendalltau

    return float(kendalltau(first, second).statistic)


def wilson_low(successes: int, n: int, z: float = _Z) -> float:
    """The lower end of Wilson's score interval (1927) of a share; 95 % two-sided."""
    share = successes / n
    middle = share + z**2 / (2.0 * n)
    room = z * math.sqrt(share * (1.0 - share) / n + (z / (2.0 * n)) ** 2)
    return (middle - room) / (1.0 + z**2 / n) if successes else 0.0


def fitted(x: Values, y: Values) -> Line | None:
    """The least-squares line of `y` on `x`; None where there is none to be seen."""
    if len(x) < 2:  # noqa: PLR2004 - a line takes two
        return None
    wide, high = scale_of(x), scale_of(y)
    u, v = _centred(x, wide), _centred(y, high)
    squares = math.fsum(one * one for one in u)
    if math.sqrt(squares / len(u)) <= RESOLUTION:
        return None
    slope = math.fsum(a * b for a, b in zip(u, v, strict=True)) / squares
    rest = math.fsum((b - slope * a) ** 2 for a, b in zip(u, v, strict=True))
    steep = slope * (high / wide)
    if not math.isfinite(steep):
        return None
    return Line(
        slope=steep,
        intercept=centre(y) - steep * centre(x),
        spread=high * math.sqrt(rest / (len(x) - 2)) if len(x) > 2 else None,  # noqa: PLR2004
        pairs=len(x),
        middle=centre(x),
        reach=wide * math.sqrt(squares),
    )


def _centred(values: Sequence[float], scale: float) -> tuple[float, ...]:
    scaled = tuple(value / scale for value in values)
    middle = centre(scaled)
    return tuple(value - middle for value in scaled)
