"""Simple baselines beside the arms: a constant, a linear model, the last release.

A number of the policy is held against the one metric that decides first; a command is
run (`plan.references`), and held against every primary metric.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.arms import BRANCH
from bot.domain.exhibits.by_arm import Arms, by_arm, ended_well, result_of
from bot.domain.policy import Metric, Mode, Role
from bot.domain.stats.estimate import centre
from bot.domain.trials import Trial
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.exhibits import ReferenceShown, Unmeasured
from bot.domain.verdict.findings import finding
from workers.contract import Failed, Infra, TrialResult

_ORDER = (Role.PRIMARY, Role.IMPROVE, Role.TARGET)


@dataclass(frozen=True, slots=True)
class ReferenceRuns:
    """What the runs of one command gave: a mean by metric, or why there is none.

    `bad` of the `runs` failed or were lost; `detail` says how the first of them ended.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    runs: int = 0
    unmeasured: Unmeasured | None = None
    bad: int = 0
    detail: str = ""


NOT_RUN = ReferenceRuns(unmeasured=Unmeasured.NOT_RUN)
NO_BUDGET = ReferenceRuns(unmeasured=Unmeasured.BUDGET)


def lost(detail: str) -> ReferenceRuns:
    """A command whose runs nobody could carry out."""
    return ReferenceRuns(unmeasured=Unmeasured.LOST, detail=detail)


Measured = Mapping[str, Mapping[str, ReferenceRuns]]
"""What commands gave, by mode and name of the reference."""


def judged(mode: Mode) -> Metric | None:
    """The first primary metric with a direction, else `improve`, else `target`."""
    known = [one for one in mode.metrics if one.direction and one.role in _ORDER]
    return min(known, key=lambda one: _ORDER.index(one.role), default=None)


def yardsticks(mode: Mode) -> tuple[Metric, ...]:
    """The metrics that a command must show: all that are primary, else the `judged`."""
    first = judged(mode)
    if first is None or first.role is not Role.PRIMARY:
        return (first,) if first else ()
    primary = [one for one in mode.metrics if one.role is Role.PRIMARY]
    return tuple(one for one in primary if one.direction)


def gathered(
    metrics: Iterable[Metric], results: Sequence[TrialResult]
) -> ReferenceRuns:
    """The runs of a command as one: nothing is averaged around one that ended badly."""
    ends = [one.outcome for one in results]
    failed = [_said(one) for one in ends if isinstance(one, Failed)]
    lost = [_said(one) for one in ends if isinstance(one, Infra)]
    for why, many in ((Unmeasured.FAILED, failed), (Unmeasured.LOST, lost)):
        if many:
            return ReferenceRuns({}, len(ends), why, len(many), many[0])
    values = {
        metric.name: centre(tuple(one.metrics[metric.name] for one in results))
        for metric in metrics
    }
    return ReferenceRuns(values, len(ends))


def _said(outcome: Failed | Infra) -> str:
    return outcome.detail or str(outcome.reason).replace("_", " ")


def references(
    mode: Mode, arms: Arms, measured: Mapping[str, ReferenceRuns]
) -> tuple[ReferenceShown, ...]:
    """Every reference of the mode beside the arms; `measured` is by its name."""
    return tuple(
        _shown(mode, metric, (name, runs), arms)
        for name, given in mode.references.items()
        for metric, runs in _held(mode, given, measured.get(name, NOT_RUN))
    )


def _held(
    mode: Mode, given: float | tuple[str, ...], runs: ReferenceRuns
) -> Iterator[tuple[Metric, ReferenceRuns]]:
    """What a reference is held against, and its value there."""
    first = judged(mode)
    if isinstance(given, tuple):
        yield from ((one, runs) for one in yardsticks(mode))
    elif first is not None:
        yield first, ReferenceRuns({first.name: given})


def _shown(
    mode: Mode, metric: Metric, reference: tuple[str, ReferenceRuns], arms: Arms
) -> ReferenceShown:
    name, runs = reference
    value = runs.values.get(metric.name)
    means = tuple(_means(metric.name, arms))
    branch = dict(means).get(BRANCH)
    beaten = None
    if value is not None and branch is not None and metric.direction is not None:
        beaten = metric.direction.orientation * (branch - value) > 0
    return ReferenceShown(
        mode=mode.name,
        metric=metric.name,
        name=name,
        value=value,
        arms=means,
        beaten=beaten,
        runs=runs.runs,
        unmeasured=runs.unmeasured,
    )


def _means(metric: str, arms: Arms) -> Iterator[tuple[str, float]]:
    for arm, many in arms.items():
        values = (result_of(one).metrics.get(metric) for one in many)
        known = tuple(one for one in values if one is not None)
        if known:
            yield arm, centre(known)


def unbeaten(mode: Mode, found: Sequence[ReferenceShown]) -> Iterator[Finding]:
    """The references that the branch is no better than."""
    directions = {one.name: one.direction for one in mode.metrics}
    for one in found:
        direction = directions[one.metric]
        if one.beaten is not False or direction is None:
            continue
        evidence: Evidence = {
            "name": one.name,
            "value": one.value,
            "runs": one.runs,
            "mean": dict(one.arms)[BRANCH],
            "orientation": direction.orientation,
        }
        yield finding(
            Reason.REFERENCE_UNBEATEN,
            Ruling.INFO,
            evidence,
            mode=one.mode,
            metric=one.metric,
        )


def _unmeasured(mode: Mode, name: str, runs: ReferenceRuns) -> Iterator[Finding]:
    if runs.unmeasured is None:
        return
    evidence: Evidence = {
        "name": name,
        "why": str(runs.unmeasured),
        "detail": runs.detail,
        "runs": runs.runs,
        "bad": runs.bad,
    }
    reason = Reason.REFERENCE_UNMEASURED
    yield finding(reason, Ruling.INFO, evidence, mode=mode.name)


def referred(
    modes: Sequence[Mode], trials: Iterable[Trial], measured: Measured
) -> tuple[tuple[ReferenceShown, ...], tuple[Finding, ...]]:
    """All references, those that are commands as `measured`, and what is said of these.

    What is said of the policy's own numbers `exhibit` has said.
    """
    known = tuple(trials)
    rows: list[ReferenceShown] = []
    found: list[Finding] = []
    for mode in modes:
        runs = measured.get(mode.name, {})
        shown = references(mode, ended_well(by_arm(known, mode.name)), runs)
        rows += shown
        found += unbeaten(mode, [one for one in shown if one.name in runs])
        found += (
            said for name, one in runs.items() for said in _unmeasured(mode, name, one)
        )
    return tuple(rows), tuple(found)
