"""Whether stored baseline trials may serve: fresh ones are their canaries.

Every look has fresh baseline trials of its own seeds beside the stored ones, and they
come first in dispatch order. So the first two of them are canaries at no cost.
"""

from bot.domain.arms import Baseline
from bot.domain.evaluation.facts import Distrust, Facts
from bot.domain.judgement.findings import finding
from bot.domain.past import CANARIES, is_stored
from bot.domain.plan import Slot
from bot.domain.policy import Metric, Mode, Role
from bot.domain.stats.canary import Canary, Reference, canary, reference
from bot.domain.trials import Measured, Trial, observe
from bot.domain.verdict import Reason, Ruling

Baselines = list[tuple[Slot, Trial]]


def distrust(facts: Facts) -> tuple[Distrust, ...]:
    """Stored baseline trials that a fresh one speaks against, mode by mode."""
    found = (_doubt(facts, mode) for mode in facts.plan.modes)
    return tuple(one for one in found if one is not None)


def _doubt(facts: Facts, mode: Mode) -> Distrust | None:
    stored, fresh = _split(facts, mode)
    if not stored or len(fresh) < CANARIES:
        return None
    for metric in [one for one in mode.metrics if one.role is Role.PRIMARY]:
        told = _reference(facts, mode, metric, stored)
        bird = _outside(metric, told, fresh)
        if bird is not None:
            place = {"mode": mode.name, "metric": metric.name}
            reason, state = Reason.CANARY_OUTSIDE, Ruling.INFO
            one = finding(reason, state, bird.evidence(), **place)
            return Distrust(tuple(slot for slot, _ in stored), one)
    return None


def _split(facts: Facts, mode: Mode) -> tuple[Baselines, Baselines]:
    """Baseline trials that other evaluations ran, and the first that are our own.

    The first in dispatch order, not the first to end: those that still run are left
    out, and nothing else takes their place.
    """
    own = sorted(
        (
            (slot, trial)
            for slot, trial in facts.trials.items()
            if slot.mode == mode.name and slot.arm == Baseline()
        ),
        key=lambda pair: pair[0].position,
    )
    stored = [pair for pair in own if pair[1].finished and is_stored(pair[1])]
    fresh = [pair for pair in own if not is_stored(pair[1])][:CANARIES]
    return stored, [pair for pair in fresh if pair[1].finished]


def _reference(
    facts: Facts, mode: Mode, metric: Metric, stored: Baselines
) -> Reference:
    """The stored trials, or all earlier runs of this baseline where those are more."""
    values = (_value(trial, metric) for _, trial in stored)
    here = reference(tuple(one for one in values if one is not None))
    known = facts.plan.knowledge.baselines.get((mode.name, metric.name))
    if known is None or known.n <= here.n:
        return here
    return Reference(known.n, known.mean, known.sd)


def _outside(metric: Metric, told: Reference, fresh: Baselines) -> Canary | None:
    """The first canary that is not like the stored trials."""
    birds = (canary(told, trial.seed or 0, _value(trial, metric)) for _, trial in fresh)
    return next((one for one in birds if one.known and not one.inside), None)


def _value(trial: Trial, metric: Metric) -> float | None:
    seen = observe(trial)
    return seen.metrics.get(metric.name) if isinstance(seen, Measured) else None
