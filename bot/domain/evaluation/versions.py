"""What a reader must know of how the metrics of an evaluation were defined.

A branch may change what defines a metric: then the unchanged baseline is shown under
both definitions. And where a command of the base scores checkpoints, what each training
says of itself is held against its score.

What is said of itself and what is scored may differ for honest reasons: a repository
that evaluates on a subset while it trains, or a moving average of the weights, differs
on its base as well. So the base is the measure. Where the base's own numbers differ by
as much, or where it has none, it is only told (INFO). Where the base agrees with its
scores and the branch does not, the branch has changed how its number comes about, in a
way that the watched files do not show. It is no harm to what the gate measures, for
the score does not depend on it: so it never blocks. But it is not left to be overlooked
either: the number that people read in logs no longer means what it did, or the
checkpoint is not what was trained. UNDECIDED stops the merge until a person has looked.
"""

import dataclasses
from collections.abc import Iterator, Sequence

from bot.domain.arms import Arm, Baseline, Branch, Original
from bot.domain.evaluation.ending import unjudged
from bot.domain.judgement.findings import finding
from bot.domain.metric_version import MetricVersion
from bot.domain.plan import Plan
from bot.domain.policy import (
    AbsoluteTolerance,
    Metric,
    Mode,
    RelativeTolerance,
    Role,
)
from bot.domain.stats.estimate import centre
from bot.domain.trials import Measured, Trial, observe
from bot.domain.verdict import Evidence, Finding, Reason, Ruling, Verdict, worst
from workers.contract import SELF_REPORTED, Ok

SAME_DIGITS = 1e-4
"""Numbers that agree to this share of them are the same number, printed shorter."""

SMALL_SHARE = 0.05
"""A difference of this share of the tolerance could change no verdict."""

LIKEWISE = 2.0
"""So many times the base's largest own difference is still like the base's."""

Values = dict[int, float]
"""Numbers by the place in dispatch order."""


def unjudgeable(version: MetricVersion | None) -> Verdict | None:
    """The verdict on a branch that removes what defines the metric; None for others.

    No trial can be run for it: neither arm could be evaluated as the other.
    """
    if version is None or not version.gone:
        return None
    facts = {"files": version.files, "gone": version.gone}
    return unjudged(Reason.METRIC_VERSION_CHANGED, facts)


def versioned(verdict: Verdict, plan: Plan, trials: Sequence[Trial]) -> Verdict:
    """The verdict with what is found of metric versions and of scores."""
    found = version_findings(plan, trials)
    state = worst((verdict.state, *(one.state for one in found)))
    modes = tuple(
        dataclasses.replace(
            mode,
            findings=tuple(_by_other_files(plan, trials, one) for one in mode.findings),
        )
        for mode in verdict.modes
    )
    told = (_by_other_files(plan, trials, one) for one in verdict.findings)
    both = (*told, *found)
    return dataclasses.replace(verdict, state=state, findings=both, modes=modes)


def _by_other_files(plan: Plan, trials: Sequence[Trial], one: Finding) -> Finding:
    """A baseline that breaks with the branch's files alone is not broken itself."""
    version = plan.version
    if one.reason is not Reason.BASELINE_BROKEN or version is None:
        return one
    own = [trial for trial in trials if trial.mode == one.mode]
    if not any(_ended_well(trial, Original()) for trial in own):
        return one
    facts: Evidence = {**one.evidence, "files": version.files}
    return dataclasses.replace(one, evidence=facts)


def _ended_well(trial: Trial, arm: Arm) -> bool:
    result = trial.result
    return trial.arm == arm and result is not None and isinstance(result.outcome, Ok)


def version_findings(plan: Plan, trials: Sequence[Trial]) -> tuple[Finding, ...]:
    """Changed definitions of metrics, and branches that grade themselves otherwise."""
    found: list[Finding] = []
    for mode in plan.modes:
        own = [trial for trial in trials if trial.mode == mode.name]
        found += _changed(plan, mode, own)
        found += _disagreements(plan, mode, own)
    return tuple(found)


def _changed(plan: Plan, mode: Mode, trials: Sequence[Trial]) -> Iterator[Finding]:
    version = plan.version
    if version is None or not version.changed:
        return
    for metric in _shown(mode):
        old = _values(trials, Original(), metric.name)
        new = _values(trials, Baseline(), metric.name)
        both = sorted(old.keys() & new.keys())
        facts: Evidence = {
            "files": version.files,
            "old_mean": _mean([old[place] for place in both]),
            "new_mean": _mean([new[place] for place in both]),
            "n": len(both),
            "rescored": bool(plan.policy.evaluation.command),
            "before": version.before,
            "after": version.after,
        }
        reason, place = Reason.METRIC_VERSION_CHANGED, {"mode": mode.name}
        yield finding(reason, Ruling.INFO, facts, **place, metric=metric.name)


def _shown(mode: Mode) -> tuple[Metric, ...]:
    """The primary metrics; where a mode has none, all that decide something."""
    primary = [one for one in mode.metrics if one.role is Role.PRIMARY]
    deciding = [one for one in mode.metrics if one.role is not Role.REPORT]
    return tuple(primary or deciding)


def _disagreements(
    plan: Plan, mode: Mode, trials: Sequence[Trial]
) -> Iterator[Finding]:
    if not plan.policy.evaluation.command:
        return
    # Under a new evaluation the base's own numbers are still made by the old one.
    changed = plan.version is not None and plan.version.changed
    base: Arm = Original() if changed else Baseline()
    for metric in mode.metrics:
        if metric.role is not Role.REPORT and metric.source.kind in SELF_REPORTED:
            branch = _Pairs.of(trials, Branch(), metric.name)
            one = _disagreement(
                mode, metric, branch, _Pairs.of(trials, base, metric.name)
            )
            if one is not None:
                yield one


@dataclasses.dataclass(frozen=True, slots=True)
class _Pairs:
    """What the trials of one arm said of themselves, and what they were scored."""

    own: tuple[float, ...]
    scored: tuple[float, ...]

    @classmethod
    def of(cls, trials: Sequence[Trial], arm: Arm, metric: str) -> "_Pairs":
        scored, own = _values(trials, arm, metric), _own(trials, arm, metric)
        both = sorted(scored.keys() & own.keys())
        return cls(
            tuple(own[place] for place in both), tuple(scored[place] for place in both)
        )

    @property
    def gap(self) -> float:
        """Own less scored, on average; 0 where nothing is known of itself."""
        return (_mean(self.own) or 0.0) - (_mean(self.scored) or 0.0)

    @property
    def widest(self) -> float:
        """The largest difference in any one trial."""
        gaps = zip(self.own, self.scored, strict=True)
        return max((abs(own - scored) for own, scored in gaps), default=0.0)


def _disagreement(
    mode: Mode, metric: Metric, branch: _Pairs, base: _Pairs
) -> Finding | None:
    allowed = _allowed(metric, branch, base)
    if abs(branch.gap) <= allowed:
        return None
    likewise = abs(branch.gap) <= LIKEWISE * base.widest or not base.own
    facts: Evidence = {
        "own": _mean(branch.own),
        "scored": _mean(branch.scored),
        "baseline_own": _mean(base.own),
        "baseline_scored": _mean(base.scored),
        "n": len(branch.own),
    }
    state = Ruling.INFO if likewise else Ruling.UNDECIDED
    reason, place = Reason.SELF_REPORT_DIFFERS, {"mode": mode.name}
    return finding(reason, state, facts, **place, metric=metric.name)


def _allowed(metric: Metric, branch: _Pairs, base: _Pairs) -> float:
    """A difference that means nothing: rounding, or far below what is tolerated."""
    scored = abs(_mean(branch.scored) or 0.0)
    match metric.tolerance:
        case AbsoluteTolerance(amount):
            tolerance = amount
        case RelativeTolerance(fraction):
            tolerance = fraction * abs(_mean(base.scored) or scored)
        case _:
            tolerance = 0.0
    return max(SAME_DIGITS * scored, SMALL_SHARE * tolerance)


def _values(trials: Sequence[Trial], arm: Arm, metric: str) -> Values:
    """What the trials of an arm showed, where they ended normally."""
    seen = [(one.position, observe(one)) for one in trials if one.arm == arm]
    return {
        place: one.metrics[metric]
        for place, one in seen
        if isinstance(one, Measured) and metric in one.metrics
    }


def _own(trials: Sequence[Trial], arm: Arm, metric: str) -> Values:
    results = [(one.position, one.result) for one in trials if one.arm == arm]
    return {
        place: one.own[metric]
        for place, one in results
        if one is not None and metric in one.own
    }


def _mean(values: Sequence[float]) -> float | None:
    return centre(tuple(values)) if values else None
