"""Whether a mode that changed is shown to score as before: equivalence of its metrics.

Two one-sided tests (Schuirmann 1987) within the tolerance of each primary metric, each
at the group-sequential boundary of the look that the mode ended at: wherever a mode
stops, the chance of calling one equivalent that is off by the tolerance is at most
`alpha` a side. All primary metrics must be shown (Berger 1982).
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import UserFault
from bot.domain.policy import (
    AbsoluteTolerance,
    Decision,
    Metric,
    Mode,
    RelativeTolerance,
    Role,
    Seeding,
)
from bot.domain.stats.boundaries import level_at
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.equivalence import Equivalence, equivalence
from bot.domain.stats.method import Method
from bot.domain.stats.sample import Rule, Sample
from bot.domain.stats.spent import spent_alpha
from bot.domain.verdict import MetricVerdict, ModeVerdict


@dataclass(frozen=True, slots=True)
class Alike:
    """One primary metric tested for equivalence; `p` is the larger of both sides.

    `d` is oriented so that positive is better; `margin` in units of the metric.
    """

    metric: str
    shown: bool
    d: float
    low: float
    high: float
    margin: float
    p: float
    level: float
    look: int


@dataclass(frozen=True, slots=True)
class Design:
    """What was fixed before the first trial: looks, error rates, the test of a metric.

    `decision` holds the alpha of one attempt.
    """

    looks: tuple[int, ...]
    decision: Decision
    choice: Callable[[str], Choice]


def equivalences(
    mode: Mode, verdict: ModeVerdict, design: Design
) -> tuple[Alike, ...] | None:
    """What the trials of a mode say of each primary metric; None if one is untested.

    Nothing is tested before the first look, past the last planned one, or without a
    tolerance in numbers. A mode without primary metrics is never shown equivalent.
    """
    primaries = [one for one in mode.metrics if one.role is Role.PRIMARY]
    judged = {one.name: one for one in verdict.metrics}
    found = [
        _tested(mode, metric, judged[metric.name], design)
        for metric in primaries
        if metric.name in judged
    ]
    tested = tuple(one for one in found if one is not None)
    return tested if tested and len(tested) == len(primaries) else None


def shown_equivalent(tested: tuple[Alike, ...] | None) -> bool:
    """Whether every primary metric is shown to lie within its tolerance."""
    return bool(tested) and all(one.shown for one in tested or ())


def _tested(
    mode: Mode, metric: Metric, verdict: MetricVerdict, design: Design
) -> Alike | None:
    wide, look = metric.tolerance, verdict.look
    if not isinstance(wide, AbsoluteTolerance | RelativeTolerance):
        return None
    if not 0 < look <= design.looks[-1]:
        return None
    choice = design.choice(metric.name)
    rule = Rule(metric.direction.orientation if metric.direction else 1, wide, choice)
    level = _level(look, design, choice.test)
    try:
        found = equivalence(_sample(mode, verdict), rule, level)
    except UserFault:
        return None
    return _alike(metric.name, found, level, look)


def _level(look: int, design: Design, test: Test) -> float:
    decision, looks = design.decision, design.looks
    alpha = spent_alpha(looks, decision.alpha, decision.spending, test=test)
    earlier = tuple(float(one) for one in looks if one < look)
    return level_at(float(look), earlier, looks[-1], alpha, decision.spending)


def _sample(mode: Mode, verdict: MetricVerdict) -> Sample:
    """The values of both arms, complete pairs where the seed reaches the code."""
    paired = mode.seeding is Seeding.SHARED
    same = verdict.method is Method.BIT_IDENTICAL
    rows = [row[1:] for row in verdict.per_seed if not paired or None not in row[1:]]
    old, new = zip(*rows, strict=True) if rows else ((), ())
    return Sample(_known(old), _known(new), paired, same)


def _known(values: tuple[float | None, ...]) -> tuple[float, ...]:
    return tuple(one for one in values if one is not None)


def _alike(name: str, found: Equivalence, level: float, look: int) -> Alike | None:
    """None where too few trials ended, or a value at its bound has no scale."""
    if found.refused is not None or found.method is Method.NONE:
        return None
    return Alike(
        metric=name,
        shown=found.p <= level,
        d=found.d,
        low=found.low,
        high=found.high,
        margin=found.margin,
        p=found.p,
        level=level,
        look=look,
    )
