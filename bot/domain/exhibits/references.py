"""Simple baselines beside the arms: a constant, a linear model, the last release."""

from collections.abc import Iterator, Mapping, Sequence

from bot.domain.arms import BRANCH
from bot.domain.exhibits.by_arm import Arms, result_of
from bot.domain.policy import Metric, Mode, Role
from bot.domain.stats.estimate import centre
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.exhibits import ReferenceShown
from bot.domain.verdict.findings import finding

_ORDER = (Role.PRIMARY, Role.IMPROVE, Role.TARGET)


def references(
    mode: Mode, arms: Arms, measured: Mapping[str, float]
) -> tuple[ReferenceShown, ...]:
    """Every reference of the mode, held against its first metric that is judged.

    `measured` are numbers that commands printed; a command without one has no value.
    """
    metric = judged(mode)
    if metric is None:
        return ()
    means = tuple(
        (arm, mean)
        for arm, many in arms.items()
        if (mean := _mean(metric.name, many)) is not None
    )
    return tuple(
        _shown(mode, metric, (name, measured.get(name, _number(given))), means)
        for name, given in mode.references.items()
    )


def judged(mode: Mode) -> Metric | None:
    """The first primary metric with a direction, else `improve`, else `target`."""
    known = [one for one in mode.metrics if one.direction and one.role in _ORDER]
    return min(known, key=lambda one: _ORDER.index(one.role), default=None)


def _number(given: float | tuple[str, ...]) -> float | None:
    return None if isinstance(given, tuple) else given


def _mean(metric: str, trials: Sequence[Trial]) -> float | None:
    values = (result_of(one).metrics.get(metric) for one in trials)
    known = tuple(one for one in values if one is not None)
    return centre(known) if known else None


def _shown(
    mode: Mode,
    metric: Metric,
    reference: tuple[str, float | None],
    means: tuple[tuple[str, float], ...],
) -> ReferenceShown:
    name, value = reference
    branch = dict(means).get(BRANCH)
    beaten = None
    if value is not None and branch is not None and metric.direction is not None:
        beaten = metric.direction.orientation * (branch - value) > 0
    return ReferenceShown(mode.name, metric.name, name, value, means, beaten)


def unbeaten(mode: Mode, found: Sequence[ReferenceShown]) -> Iterator[Finding]:
    """The references that the branch is no better than."""
    metric = judged(mode)
    for one in found:
        if one.beaten is not False or metric is None or metric.direction is None:
            continue
        evidence = {
            "name": one.name,
            "value": one.value,
            "mean": dict(one.arms)[BRANCH],
            "orientation": metric.direction.orientation,
        }
        yield finding(
            Reason.REFERENCE_UNBEATEN,
            Ruling.INFO,
            evidence,
            mode=one.mode,
            metric=one.metric,
        )
