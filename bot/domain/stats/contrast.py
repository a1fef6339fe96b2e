"""Contrasts: the branch against the baseline, made worse or better by a margin.

One contrast answers one question, such as "is d above -margin", by a t test and, where
one stands guard, by the permutation test as well: the more conservative of the two.
"""

from dataclasses import dataclass, replace
from typing import Self, assert_never

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.estimate import (
    RESOLUTION,
    Estimate,
    Values,
    centre,
    half_width,
    of_one,
    of_two,
    p_above,
    p_below,
    scale_of,
)
from bot.domain.stats.method import Method
from bot.domain.stats.permutation import Guard, flips, lower_bound, swaps
from bot.domain.stats.sample import Rule, Sample, tested_in_pairs
from bot.domain.stats.scale import Curve, curve_of


@dataclass(frozen=True, slots=True)
class Move:
    """By how much baseline values are moved; positive is better, negative worse.

    `amount` in units of the metric, and `fraction` of the size of each value.
    """

    amount: float = 0.0
    fraction: float = 0.0

    @classmethod
    def by(
        cls, tolerance: AbsoluteTolerance | RelativeTolerance, towards: int
    ) -> "Move":
        """A tolerance's size towards better (+1) or worse (-1)."""
        match tolerance:
            case AbsoluteTolerance(amount):
                return cls(amount=towards * amount)
            case RelativeTolerance(fraction):
                return cls(fraction=towards * fraction)
            case _:
                assert_never(tolerance)

    def of(self, values: Values, unit: float) -> Values:
        """Oriented `values` in units of `unit`, each of them moved."""
        amount = self.amount / unit
        return tuple(v + amount + self.fraction * abs(v) for v in values)


STILL = Move()


@dataclass(frozen=True, slots=True)
class Contrast:
    """An estimate that is tested against `null`, and the way back to the metric.

    The estimate lies on `curve`. `origin` is the mean of the moved baseline (0 where
    the curve is straight), `offset` how far it is from the baseline's own; both in
    units of `unit`.
    """

    estimate: Estimate
    guard: Guard | None
    curve: Curve
    unit: float
    origin: float
    null: float = 0.0
    offset: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether there is no spread to test against."""
        return self.estimate.exact

    @property
    def p_above(self) -> float:
        """The one-sided p against "not above the null"."""
        p = p_above(self.estimate, self.null)
        return max(p, self.guard.p_above(self.null)) if self.guard else p

    @property
    def p_below(self) -> float:
        """The one-sided p against "not below the null"."""
        p = p_below(self.estimate, self.null)
        return max(p, self.guard.mirrored().p_above(-self.null)) if self.guard else p

    @property
    def d(self) -> float:
        """The estimate in units of the metric."""
        return self._back(self.estimate.value)

    @property
    def se(self) -> float:
        """The standard error in units of the metric."""
        return self.unit * (self.estimate.se / self.curve.slope(self.origin))

    def low(self, level: float) -> float:
        """The lower confidence bound of d at the one-sided `level`."""
        end = self.estimate.value - half_width(self.estimate, level)
        return self._back(lower_bound(self.guard, level, end) if self.guard else end)

    def high(self, level: float) -> float:
        """The upper confidence bound of d at the one-sided `level`."""
        end = self.estimate.value + half_width(self.estimate, level)
        if self.guard:
            end = -lower_bound(self.guard.mirrored(), level, -end)
        return self._back(end)

    def _back(self, place: float) -> float:
        return self.unit * (self.curve.moved(self.origin, place) + self.offset)


@dataclass(frozen=True, slots=True)
class Bench:
    """Oriented values of both arms in units of `unit`, ready to be contrasted."""

    old: Values
    new: Values
    paired: bool
    guarded: bool
    orientation: int
    unit: float
    curve: Curve

    @classmethod
    def of(cls, sample: Sample, rule: Rule) -> Self:
        """Both arms of a sample by the choice of the rule."""
        unit = scale_of(sample.baseline + sample.branch)
        by = rule.orientation * unit
        return cls(
            old=tuple([value / by for value in sample.baseline]),
            new=tuple([value / by for value in sample.branch]),
            paired=tested_in_pairs(sample, rule),
            guarded=rule.choice.guarded,
            orientation=rule.orientation,
            unit=unit,
            curve=curve_of(rule.choice, rule.orientation, unit),
        )

    def saturated(self, *moves: Move) -> float | None:
        """The value that a bound refuses, or that a move takes to it; else None.

        Of several the best, in units of the metric.
        """
        if self.curve.straight:
            return None
        found = [value for value in self.new if not self.curve.holds(value)]
        for move in (STILL, *moves):
            moved = zip(self.old, move.of(self.old, self.unit), strict=True)
            found += [old for old, value in moved if not self.curve.holds(value)]
        return self.orientation * self.unit * max(found) if found else None

    def plain(self) -> Contrast:
        """The branch against the baseline itself: d against 0."""
        return self._against(self.old)

    def moved(self, plain: Contrast, move: Move) -> Contrast:
        """The branch against the moved baseline; `plain` is the one not moved.

        A relative move is a contrast of its own, never a constant that is plugged in.
        """
        if self.curve.straight and not move.fraction:
            return replace(plain, null=move.amount / self.unit)
        old = move.of(self.old, self.unit)
        return replace(self._against(old), offset=centre(old) - centre(self.old))

    def method(self, plain: Contrast) -> Method:
        """The test that was made, by name."""
        if plain.exact:
            return Method.EXACT
        return Method.PAIRED_T if self.paired else Method.WELCH_T

    def _against(self, old: Values) -> Contrast:
        estimate, guard = self._tested(self._placed(self.new), self._placed(old))
        return Contrast(estimate, guard, self.curve, self.unit, self._origin(old))

    def _origin(self, old: Values) -> float:
        """The mean, on the curve whatever rounding does; a straight one needs none."""
        return 0.0 if self.curve.straight else min(max(centre(old), min(old)), max(old))

    def _placed(self, values: Values) -> Values:
        """Where values lie on the curve."""
        return values if self.curve.straight else tuple(map(self.curve.of, values))

    def _tested(self, new: Values, old: Values) -> tuple[Estimate, Guard | None]:
        """The mean difference of new and old, and its guard if there is spread."""
        if self.paired:
            gaps = tuple(b - a for a, b in zip(old, new, strict=True))
            estimate = of_one(gaps)
            return estimate, flips(gaps) if self._wanted(estimate) else None
        estimate = of_two(new, old)
        return estimate, swaps(new, old) if self._wanted(estimate) else None

    def _wanted(self, estimate: Estimate) -> bool:
        return self.guarded and not estimate.exact


def no_loss(plain: Contrast) -> bool:
    """Whether arms without spread differ in the branch's favour or not at all."""
    return plain.exact and plain.estimate.value >= -RESOLUTION


def no_difference(plain: Contrast) -> bool:
    """Whether arms without spread do not differ at all."""
    return plain.exact and abs(plain.estimate.value) <= RESOLUTION
