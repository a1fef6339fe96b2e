"""An estimated mean with its standard error, and the one-sided t tests of it.

Values come in units of their own largest magnitude, so that one resolution serves all
scales. scipy is imported late: naming a method must not cost what a test costs.
"""

import math
from dataclasses import dataclass

RESOLUTION = 1e-9  # an SD below this share of the scale is rounding, not spread
EXACT_FROM = 5  # as a sign test, five equal signs are the first below 0.05
_SMALLEST_LEVEL = 1e-19  # the quantiles are finite from here on

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean: `value`, its standard error, degrees of freedom (Welch: fractional).

    `exact` says that there is no spread to test against, so numbers are compared.
    """

    value: float
    se: float
    df: float
    exact: bool


def scale_of(values: Values) -> float:
    """The power of two at or below the largest magnitude; 1 if all are zero.

    Dividing by a power of two is exact, so no verdict depends on the unit.
    """
    largest = max(map(abs, values), default=0.0)
    return math.ldexp(0.5, math.frexp(largest)[1]) if largest else 1.0


def centre(values: Values) -> float:
    """The mean, exact for constants and independent of the order of the values."""
    scale, n = scale_of(values), len(values)
    scaled = [value / scale for value in values]
    first = math.fsum(scaled) / n
    return scale * (first + math.fsum([value - first for value in scaled]) / n)


def variance(values: Values) -> float:
    """The sample variance (ddof 1) of two values or more."""
    return _spread(values, centre(values))


def _spread(values: Values, mean: float) -> float:
    return math.fsum([(value - mean) ** 2 for value in values]) / (len(values) - 1)


def of_one(values: Values) -> Estimate:
    """The mean of `values` (Student 1908), two or more."""
    mean = centre(values)
    spread = _spread(values, mean)
    return Estimate(
        value=mean,
        se=math.sqrt(spread / len(values)),
        df=len(values) - 1.0,
        exact=math.sqrt(spread) <= RESOLUTION,
    )


def of_two(first: Values, second: Values) -> Estimate:
    """mean(first) - mean(second) with unequal variances (Welch 1947, eq. 28)."""
    one, two = of_one(first), of_one(second)
    total = one.se**2 + two.se**2
    share = one.se**2 / total if total else 0.5
    inverse = share**2 / one.df + (1.0 - share) ** 2 / two.df
    exact = one.exact and two.exact
    return Estimate(one.value - two.value, math.sqrt(total), 1.0 / inverse, exact)


def p_above(estimate: Estimate, null: float = 0.0) -> float:
    """The one-sided p against "the mean is `null` or less"; 0 or 1 where exact."""
    beyond = estimate.value - null
    if estimate.exact:
        return 0.0 if beyond > RESOLUTION else 1.0
    return _below(estimate.df, -beyond / estimate.se)


def p_below(estimate: Estimate, null: float = 0.0) -> float:
    """The one-sided p against "the mean is `null` or more"; 0 or 1 where exact."""
    beyond = estimate.value - null
    if estimate.exact:
        return 0.0 if beyond < -RESOLUTION else 1.0
    return _below(estimate.df, beyond / estimate.se)


def half_width(estimate: Estimate, level: float) -> float:
    """How far the one-sided confidence bound at `level` lies from the mean."""
    if estimate.exact:
        return 0.0
    return critical(estimate.df, level) * estimate.se


def critical(df: float, level: float) -> float:
    """The t beyond which the one-sided p is below `level`."""
    from scipy.special import stdtrit

    return -float(stdtrit(df, max(level, _SMALLEST_LEVEL)))


def _below(df: float, t: float) -> float:
    from scipy.special import stdtr

    return float(stdtr(df, t))
