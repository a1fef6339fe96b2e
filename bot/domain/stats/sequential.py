"""Which boundary a comparison crossed at a look: the three-valued rule."""

from enum import StrEnum

from bot.domain.stats.comparison import Comparison


class Crossing(StrEnum):
    """The outcome of one look."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    TOLERATED = "tolerated"  # a real loss within the tolerance: passes, and is charged
    BLOCK = "block"
    NONE = "none"  # next look


def crossing(comparison: Comparison, level: float) -> Crossing:
    """The boundary crossed at the nominal one-sided `level` of the look."""
    return crossed(passed=comparison.p_ni <= level, harmed=comparison.p_harm <= level)


def crossed(*, passed: bool, harmed: bool) -> Crossing:
    """The outcome where d <= -margin is rejected (`passed`) or d >= 0 is (`harmed`)."""
    match passed, harmed:
        case True, True:
            return Crossing.TOLERATED
        case True, False:
            return Crossing.PASS
        case False, True:
            return Crossing.BLOCK
        case _:
            return Crossing.NONE
