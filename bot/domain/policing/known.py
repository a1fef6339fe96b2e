"""What history and calibration know of a metric before anything is trained."""

from dataclasses import dataclass
from typing import assert_never

from bot.domain.history import AUTO_SDS, Knowledge, MetricHistory
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Metric,
    Mode,
    RelativeTolerance,
    Seeding,
    Stage,
)
from bot.domain.stats.choice import PAIRS, VALUES_OF_A_MEAN, Test, choose

_STRONGEST = 0.99  # simulated correlations end here


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one metric or slice, in units of the metric.

    `sd`, `mean` are those of `runs` single runs; `tolerance` is None where it is
    relative to a mean that is not known. `paired` is the test that design or history
    choose.
    """

    sd: float
    mean: float | None
    runs: int
    tolerance: float | None
    correlation: float
    paired: bool


def known_of(
    mode: Mode, metric: Metric, name: str, stage: Stage, knowledge: Knowledge
) -> Known | None:
    """What history (10 runs or more), else a calibration, knows of the metric `name`.

    None where neither knows how much single runs vary.
    """
    history = knowledge.history.get((mode.name, name))
    sd, mean, runs = _spread(mode, name, history, knowledge)
    if sd is None:
        return None
    return Known(
        sd=sd,
        mean=mean,
        runs=runs,
        tolerance=_tolerance(mode, metric, mean, knowledge),
        correlation=_correlation(history),
        paired=_paired(mode, metric, stage, history),
    )


def _spread(
    mode: Mode, name: str, history: MetricHistory | None, knowledge: Knowledge
) -> tuple[float | None, float | None, int]:
    if history and history.sd is not None and history.values >= VALUES_OF_A_MEAN:
        return history.sd, history.mean, history.values
    pilot = knowledge.pilots.get((mode.name, name))
    return (pilot.sd, pilot.mean, pilot.n) if pilot else (None, None, 0)


def _tolerance(
    mode: Mode, metric: Metric, mean: float | None, knowledge: Knowledge
) -> float | None:
    match metric.tolerance:
        case AbsoluteTolerance(amount):
            return amount
        case RelativeTolerance(fraction):
            return fraction * abs(mean) if mean else None
        case AutoTolerance():
            pilot = knowledge.pilots.get((mode.name, metric.name))
            return AUTO_SDS * pilot.sd if pilot else None
        case None:
            return 0.0
        case _:
            assert_never(metric.tolerance)


def _correlation(history: MetricHistory | None) -> float:
    if history is None or history.correlation is None or history.pairs < PAIRS:
        return 0.0
    return max(-_STRONGEST, min(_STRONGEST, history.correlation))


def _paired(
    mode: Mode, metric: Metric, stage: Stage, history: MetricHistory | None
) -> bool:
    if mode.seeding is Seeding.NONE:
        return False
    chosen = choose(history, metric.direction, metric.bounds, stage.looks[0])
    return chosen.choice.test is Test.PAIRED
