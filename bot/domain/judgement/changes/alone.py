"""One change alone on the baseline, and how two changes combine: for display only."""

import dataclasses

from bot.domain.judgement.case import finite, orientation
from bot.domain.judgement.changes.arms import ChangeArms, Trials, matched, values_of
from bot.domain.judgement.changes.testing import primaries
from bot.domain.judgement.evidence import Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.policy import Metric
from bot.domain.stats.choice import Test
from bot.domain.stats.interaction import EFFECT, INTERACTION, Contrast, contrast
from bot.domain.verdict import ChangeEffect, Finding, Reason, Ruling
from bot.domain.verdict import Evidence as Facts

_TWO = 2


def with_single(
    rules: Rulebook, arms: ChangeArms, change: str, effect: ChangeEffect
) -> ChangeEffect:
    """The effect with what the change does alone, where that was run.

    Diagnostic: a 95 % interval, corrected neither for looks nor for several changes.
    """
    metric = next(one for one in primaries(rules) if one.name == effect.metric)
    both = (arms.only.get(change, ()), arms.baseline)
    found = _contrast(rules, metric, both, EFFECT)
    if found is None or finite(found[0].value) is None:
        return effect
    one = found[0]
    single = (one.value, finite(one.low), finite(one.high))
    return dataclasses.replace(effect, single=single)


def interactions(rules: Rulebook, arms: ChangeArms) -> tuple[Finding, ...]:
    """Where two changes do more or less together than the sum of both: INFO.

    full - A - B + base, where A is the arm with the first change alone; the branch
    without the second change is the same tree. Said only where its 95 % interval
    excludes zero. Halves of a group are no further changes here.
    """
    ids = tuple(one for one in arms.changes if one not in arms.inside)
    if len(ids) != _TWO:
        return ()
    first, second = ids
    four = (
        arms.full,
        arms.only.get(first) or arms.left_out(second),
        arms.only.get(second) or arms.left_out(first),
        arms.baseline,
    )
    found = [
        (one, _contrast(rules, one, four, INTERACTION)) for one in primaries(rules)
    ]
    return tuple(
        _said(rules, metric, ids, *one)
        for metric, one in found
        if one is not None and one[0].excludes_zero
    )


def _contrast(
    rules: Rulebook,
    metric: Metric,
    arms: tuple[Trials, ...],
    weights: tuple[float, ...],
) -> tuple[Contrast, int] | None:
    """The oriented contrast and the trials of its smallest arm; None without trials."""
    if not all(arms):
        return None
    trials, shared = matched(arms, rules)
    paired = shared and rules.choice(metric.name).test is Test.PAIRED
    values = values_of(trials, metric.name, paired=paired)
    sign = orientation(metric)
    found = contrast(values, [sign * weight for weight in weights], paired=paired)
    return None if found is None else (found, min(map(len, values)))


def _said(
    rules: Rulebook, metric: Metric, ids: tuple[str, ...], found: Contrast, n: int
) -> Finding:
    facts: Facts = {
        "first": ids[0],
        "second": ids[1],
        "d": found.value,
        "low": found.low,
        "high": found.high,
        "look": n,
        "orientation": orientation(metric),
    }
    place = {"mode": rules.mode.name, "metric": metric.name}
    return finding(Reason.INTERACTION, Ruling.INFO, facts, **place)
