"""Histograms of declared quantities, and what is said when a range is left."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.exhibits.by_arm import Arms, ended_well, observed
from bot.domain.policy import Mode, Quantity
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import QuantityShown, Spread
from bot.domain.verdict.findings import finding
from workers.contract import Histogram

_BINS = 32
"""Where trials use different edges."""

Seen = tuple[Trial, Histogram]
Edges = tuple[float, ...]


def quantities(mode: Mode, arms: Arms) -> tuple[QuantityShown, ...]:
    """Every declared quantity of the mode; one without a histogram has no arms."""
    return tuple(_shown(mode.name, one, arms) for one in mode.quantities)


def _shown(mode: str, quantity: Quantity, arms: Arms) -> QuantityShown:
    seen = {arm: _seen(quantity.name, many) for arm, many in arms.items()}
    edges = _common([one for many in seen.values() for _, one in many])
    return QuantityShown(
        mode,
        quantity.name,
        quantity.minimum,
        quantity.maximum,
        edges,
        tuple(
            _spread(arm, quantity, many, edges) for arm, many in seen.items() if many
        ),
    )


def _seen(name: str, trials: Sequence[Trial]) -> tuple[Seen, ...]:
    return tuple(
        (trial, one)
        for trial in trials
        for one in observed(trial).histograms
        if one.name == name
    )


def _common(histograms: Sequence[Histogram]) -> Edges:
    """The edges that all share, else equal bins over the range of all."""
    known = {one.edges for one in histograms}
    if len(known) <= 1:
        return next(iter(known), ())
    low, high = min(one[0] for one in known), max(one[-1] for one in known)
    inner = (low + (high - low) * (at / _BINS) for at in range(1, _BINS))
    return tuple(dict.fromkeys((low, *inner, high)))


def _spread(arm: str, quantity: Quantity, seen: Sequence[Seen], edges: Edges) -> Spread:
    rows = [_shares(one, edges) for _, one in seen]
    return Spread(
        arm=arm,
        trials=len(seen),
        shares=tuple(fsum(column) / len(rows) for column in zip(*rows, strict=True)),
        low=min(one.low for _, one in seen),
        high=max(one.high for _, one in seen),
        outside=sum(_left(quantity, one) for _, one in seen),
    )


def _shares(one: Histogram, edges: Edges) -> list[float]:
    """Counts as shares between other edges; within a bin they are spread evenly."""
    largest = max(one.counts)
    scaled = [count / largest for count in one.counts]
    whole = fsum(scaled)
    if one.edges == edges:
        return [count / whole for count in scaled]
    bins = list(zip(pairwise(one.edges), scaled, strict=True))
    return [
        fsum(count * _part(bin_, to) for bin_, count in bins) / whole
        for to in pairwise(edges)
    ]


def _part(source: tuple[float, float], target: tuple[float, float]) -> float:
    """The share of one bin that lies in another."""
    shared = min(source[1], target[1]) - max(source[0], target[0])
    return max(0.0, shared / (source[1] - source[0]))


def _left(quantity: Quantity, one: Histogram) -> bool:
    below = quantity.minimum is not None and one.low < quantity.minimum
    return below or (quantity.maximum is not None and one.high > quantity.maximum)


def ranges(mode: Mode, arms: Arms) -> Iterator[Finding]:
    """Where the range was left: it blocks what the branch does and the baseline not.

    A branch that no longer reports what the baseline reports cannot be cleared of it.
    """
    for one in mode.quantities:
        old, new = (_seen(one.name, arms.get(arm, ())) for arm in (BASELINE, BRANCH))
        outside = [seen for seen in new if _left(one, seen[1])]
        before = [seen for seen in old if _left(one, seen[1])]
        if outside:
            state = Ruling.INFO if before else Ruling.BLOCK
            yield _outside(mode, one, (BRANCH, state), outside, (len(before), len(old)))
        elif before:
            place = (BASELINE, Ruling.INFO)
            yield _outside(mode, one, place, before, (len(before), len(old)))
        if old and not new and ended_well(arms).get(BRANCH):
            place = (BRANCH, Ruling.UNDECIDED)
            yield _outside(mode, one, place, (), (len(before), len(old)))


def _outside(
    mode: Mode,
    quantity: Quantity,
    place: tuple[str, Ruling],
    seen: Sequence[Seen],
    baseline: tuple[int, int],
) -> Finding:
    """One finding; without `seen` nothing was reported."""
    arm, state = place
    worst = seen[0][0] if seen else None
    evidence = {
        "quantity": quantity.name,
        "low": min((one.low for _, one in seen), default=None),
        "high": max((one.high for _, one in seen), default=None),
        "minimum": quantity.minimum,
        "maximum": quantity.maximum,
        "seed": worst.seed if worst else None,
        "arm": arm,
        "trials": len(seen),
        "baseline_outside": baseline[0],
        "baseline_seen": baseline[1],
    }
    return finding(Reason.QUANTITY_OUTSIDE, state, evidence, mode=mode.name)
