"""How well an earlier stage foretells a later one, from branches that ran both.

Pairs of effects come from past evaluations; the statistics from `stats.fidelity`.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.history import Place, StagePair
from bot.domain.policy import Gate, Policy, Role, Stage, StageKind
from bot.domain.stats.fidelity import ENOUGH_PAIRS, Fidelity, fidelity
from bot.domain.trials import Trial
from bot.domain.verdict import Evidence, Finding, Reason, Ruling, Verdict
from bot.domain.verdict.findings import finding

Ended = tuple[str, Verdict, Sequence[Trial]]
"""A training stage that has ended: its name, its verdict, its trials."""


def stage_pairs(earlier: Ended, later: Ended) -> tuple[StagePair, ...]:
    """What both stages say of each primary metric, and what a trial of each takes."""
    return tuple(_pairs(earlier, later))


def _pairs(earlier: Ended, later: Ended) -> Iterator[StagePair]:
    (stage, before, fast), (name, after, full) = earlier, later
    effects = dict(_effects(after))
    for (mode, metric), d in _effects(before):
        later_d = effects.get((mode, metric))
        if later_d is not None:
            yield StagePair(
                mode=mode,
                metric=metric,
                stage=stage,
                later=name,
                d=d,
                later_d=later_d,
                wall_s=_wall_s(fast, mode),
                later_wall_s=_wall_s(full, mode),
            )


def _effects(verdict: Verdict) -> Iterator[tuple[Place, float]]:
    for mode in verdict.modes:
        for metric in mode.metrics:
            if metric.role is Role.PRIMARY and metric.d is not None:
                yield (mode.name, metric.name), metric.d


def _wall_s(trials: Sequence[Trial], mode: str) -> float:
    """The median wall time of a trial, in seconds; 0 where none has ended."""
    walls = [
        one.result.wall_s
        for one in trials
        if one.mode == mode and one.finished and one.result is not None
    ]
    return statistics.median(walls) if walls else 0.0


def speed_up(pairs: Sequence[StagePair]) -> float | None:
    """How many trials of the earlier stage take as long as one of the later one."""
    ratios = [one.later_wall_s / one.wall_s for one in pairs if one.wall_s > 0.0]
    return statistics.median(ratios) if ratios else None


def foretold(known: Mapping[Place, Sequence[StagePair]]) -> tuple[Finding, ...]:
    """What is known of each metric, from `ENOUGH_PAIRS` branches on."""
    return tuple(
        _foretold(place, pairs)
        for place, pairs in known.items()
        if len(pairs) >= ENOUGH_PAIRS
    )


def _foretold(place: Place, pairs: Sequence[StagePair]) -> Finding:
    found = _fidelity(pairs)
    facts: Evidence = {
        "pairs": found.pairs,
        "tau": found.tau,
        "agreement": found.agreeing / found.directed if found.directed else None,
        "low": found.agreement_low,
        "slope": found.line.slope if found.line else None,
        "speed_up": speed_up(pairs),
        "calibrated": found.calibrated,
        "stage": pairs[0].stage,
        "later": pairs[0].later,
    }
    mode, metric = place
    return finding(Reason.FIDELITY, Ruling.INFO, facts, mode=mode, metric=metric)


def _fidelity(pairs: Sequence[StagePair]) -> Fidelity:
    effects = [one.d for one in pairs]
    return fidelity(tuple(effects), tuple(one.later_d for one in pairs))


def provisional(
    policy: Policy, stage: Stage, known: Mapping[Place, Sequence[StagePair]]
) -> Finding | None:
    """What to say of a pass at `stage`, where the policy has a later one.

    None where there is none, or where past branches show that it may stand for it.
    """
    after = later_stages(policy, stage)
    least = min(known.values(), key=len, default=())
    trusted = known and all(_fidelity(pairs).calibrated for pairs in known.values())
    if not after or trusted:
        return None
    facts: Evidence = {
        "pairs": len(least),
        "needed": ENOUGH_PAIRS,
        "speed_up": speed_up([pair for pairs in known.values() for pair in pairs]),
        "stage": stage.name,
        "later": after[0].name,
        "label": after[0].label,
    }
    return finding(Reason.PROVISIONAL, Ruling.INFO, facts)


def later_stages(policy: Policy, stage: Stage) -> tuple[Stage, ...]:
    """The training stages that can follow one, in the policy's order."""
    after = policy.stages[policy.stages.index(stage) + 1 :]
    return tuple(
        one
        for one in after
        if one.kind is StageKind.TRAINING and one.when is not Gate.NEVER
    )
