"""How numbers are written: as many digits as the evidence carries, and no more."""

import math
from collections.abc import Sequence

UNKNOWN = "not known"
_TINY = 1e-6
_HUGE = 1e15
_GROUPED = 10_000
_MOST_PLACES = 9
_LONGEST_ODDS = 1_000_000.0
_SHORTEST_ODDS = 0.01
_MINUTE = 60
_HOUR = 3600


def places(*amounts: float | None) -> int:
    """Decimal places that give the smallest amount two significant digits (0 to 9).

    Zero, unknown and non-finite amounts say nothing; with none left it is 4.
    """
    sizes = [abs(one) for one in amounts if one and math.isfinite(one)]
    if not sizes:
        return 4
    exponent = math.floor(math.log10(min(sizes)))
    return max(0, min(_MOST_PLACES, 1 - exponent))


def fixed(value: float | None, digits: int) -> str:
    """The value with that many decimal places; scientific where that would mislead."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    size = abs(value)
    if size >= _HUGE or 0 < size < _TINY:
        return f"{value:.3g}"
    text = f"{value:,.{digits}f}" if size >= _GROUPED else f"{value:.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def signed(value: float | None, digits: int) -> str:
    """As `fixed`, with the sign always written; zero has none."""
    text = fixed(value, digits)
    shows_value = value is not None and math.isfinite(value) and text.strip("0.,")
    return f"+{text}" if shows_value and not text.startswith("-") else text


def number(value: float | None) -> str:
    """A number on its own: four significant digits, whole numbers in full."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if float(value).is_integer() and abs(value) < _HUGE:
        return fixed(value, 0)
    if abs(value) >= 1000:  # noqa: PLR2004 - from here the whole part has four digits
        return fixed(value, 1)
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = fixed(value, min(_MOST_PLACES, digits))
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def rough(value: float | None) -> str:
    """An estimate of an estimate: two significant digits."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return fixed(value, places(value))


def interval(low: float | None, high: float | None, digits: int) -> str:
    """`[low, high]` with signs; an end that is not known is open."""
    if low is None and high is None:
        return UNKNOWN
    left = "open" if low is None else signed(low, digits)
    right = "open" if high is None else signed(high, digits)
    return f"[{left}, {right}]"


def plain_interval(low: float | None, high: float | None, digits: int) -> str:
    """As `interval`, for values that are no differences: without plus signs."""
    return interval(low, high, digits).replace("+", "")


def p_value(p: float | None) -> str:
    """A p-value with two significant digits; small ones as a bound."""
    if p is None or not math.isfinite(p):
        return UNKNOWN
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"  # noqa: PLR2004 - shown bound


def odds(value: float | None) -> str:
    """An e-value as the odds of a bet, `31 to 1`; two significant digits."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if value >= _LONGEST_ODDS:
        return f"over {fixed(_LONGEST_ODDS, 0)} to 1"
    if value < _SHORTEST_ODDS:
        return f"below {_SHORTEST_ODDS} to 1"
    return f"{number(float(f'{value:.2g}'))} to 1"


def percent(share: float | None) -> str:
    """A share of 1 in whole percent; small ones with one decimal."""
    amount = math.nan if share is None else 100 * share
    if not math.isfinite(amount):
        return UNKNOWN
    whole = amount >= 10 or amount == round(amount)  # noqa: PLR2004 - two digits
    return f"{amount:.0f} %" if whole else f"{amount:.1f} %"


def duration(seconds: float | None) -> str:
    """Seconds as a person says them: `4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    if seconds < 10:  # noqa: PLR2004 - below, tenths still matter
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def counted(n: int, noun: str) -> str:
    """`1 seed`, `5 seeds`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def some(words: Sequence[str], most: int) -> str:
    """As `joined`, but after `most` words the rest is only counted."""
    if len(words) <= most:
        return joined(words)
    return joined([*words[:most], f"{len(words) - most} more"])
