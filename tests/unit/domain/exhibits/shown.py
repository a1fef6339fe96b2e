"""Trials that showed something, and the mode that they belong to."""

from collections.abc import Mapping, Sequence

from bot.domain.arms import Arm, Baseline, Branch
from bot.domain.policy import Direction, Metric, Mode, Quantity, Role
from bot.domain.trials import Trial
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Observed,
    Ok,
    Outcome,
    Point,
    SourceKind,
    TrialResult,
    TrialState,
)

CRASH = Failed(FailureReason.EXCEPTION, "It ended with exit status 1.")
LOST = Infra(InfraReason.NODE_LOST, "The node went away.")
_STATES = {
    Ok: TrialState.OK,
    Failed: TrialState.FAILED,
    Infra: TrialState.INFRA,
}


def trial(
    arm: Arm,
    at: int = 0,
    observed: Observed | None = None,
    *,
    metrics: Mapping[str, float] | None = None,
    series: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    outcome: Outcome | None = None,
    seed: int | None = -1,
) -> Trial:
    """The trial at a place of its arm; its seed is 100 and the place."""
    end = outcome or Ok()
    curves = {
        name: tuple(Point(*point) for point in points)
        for name, points in (series or {}).items()
    }
    result = TrialResult(end, metrics or {}, curves, observed=observed)
    return Trial(
        key=f"{arm}{at}",
        arm=arm,
        mode="mlp",
        stage="fast",
        seed=100 + at if seed == -1 else seed,
        position=at,
        state=_STATES[type(end)],
        result=result,
    )


def both(old: Observed, new: Observed, n: int = 1) -> list[Trial]:
    """n seeds of baseline and branch that all showed the same."""
    return [
        trial(arm, at, observed)
        for at in range(n)
        for arm, observed in ((Baseline(), old), (Branch(), new))
    ]


def mode(
    *quantities: Quantity,
    references: Mapping[str, float | tuple[str, ...]] | None = None,
    metrics: Sequence[Metric] | None = None,
) -> Mode:
    """A mode named mlp that is judged by its loss."""
    judged = (metric("loss"),) if metrics is None else tuple(metrics)
    return Mode(
        "mlp",
        ("python", "train.py"),
        judged,
        quantities=quantities,
        references=references or {},
    )


def metric(
    name: str,
    role: Role = Role.PRIMARY,
    direction: Direction | None = Direction.MINIMIZE,
) -> Metric:
    """A metric from stdout."""
    source = MetricSource(name, SourceKind.STDOUT)
    return Metric(name, source, role, direction)
