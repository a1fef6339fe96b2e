"""One mode at one look: what every rule is given, and how it speaks of a metric."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.policy import Metric, Role, Spending
from bot.domain.stats.choice import Test
from bot.domain.stats.comparison import Sample
from bot.domain.stats.estimate import centre
from bot.domain.stats.spent import spent_alpha
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, MetricVerdict, Reason, Ruling

Judged = tuple[MetricVerdict, tuple[Finding, ...]]
Settled = Mapping[str, Judged]
"""Metrics that are final: each keeps the verdict of its first crossing."""

FINAL = (Ruling.PASS, Ruling.BLOCK)


@dataclass(frozen=True, slots=True)
class Case:
    """The rules of a mode, the evidence, and the look at it.

    `may_pass` is False while the branch fails more often than the baseline: more of its
    trials, or a larger share of them.
    """

    rules: Rulebook
    evidence: Evidence
    look: Look
    may_pass: bool = True

    def of(self, role: Role) -> tuple[Metric, ...]:
        """The metrics of one role, in file order."""
        return tuple(one for one in self.rules.mode.metrics if one.role is role)

    def sample(self, name: str) -> Sample:
        """The complete values of a metric or slice in both arms."""
        baseline, branch = self.evidence.complete(name)
        paired, same = self.evidence.paired, self.evidence.same_streams()
        return Sample(baseline, branch, paired, same)

    def spent_level(self, alpha: float, spending: Spending, test: Test) -> float:
        """The boundary for a test without a rival one, which must not overshoot."""
        looks = self.rules.looks
        return self.look.level(spent_alpha(looks, alpha, spending, test=test), spending)

    def found(
        self, reason: Reason, state: Ruling, facts: Facts, metric: str | None = None
    ) -> Finding:
        """A finding of this mode, about one metric where it is named."""
        return finding(reason, state, facts, mode=self.rules.mode.name, metric=metric)

    def shown(self, metric: Metric, name: str | None = None) -> MetricVerdict:
        """Means and plain difference of a metric, or of the slice `name`; no test."""
        name = name or metric.name
        before, after = self.evidence.complete(name)
        old = mean(before or self.evidence.baseline.values(name))
        new = mean(after or self.evidence.branch.values(name))
        return MetricVerdict(
            name=name,
            role=metric.role if name == metric.name else Role.REPORT,
            direction=metric.direction,
            source=metric.source.kind,
            state=Ruling.INFO,
            d=_gain(metric, old, new),
            look=round(self.look.n),
            n_baseline=self.evidence.baseline.n,
            n_branch=self.evidence.branch.n,
            failed_baseline=len(self.evidence.baseline.crashed),
            failed_branch=len(self.evidence.branch.crashed),
            baseline_mean=old,
            branch_mean=new,
            slice_of=None if name == metric.name else metric.name,
            per_seed=self.evidence.per_seed(name),
            **_fixed(metric, name),
        )


class _Fixed(TypedDict, total=False):
    target: float | None
    maximum: float | None
    minimum: float | None
    margin: float | None


def _fixed(metric: Metric, name: str) -> _Fixed:
    """The numbers that the metric is held against; a slice is held against none."""
    if name != metric.name:
        return {}
    return {
        "target": metric.target,
        "maximum": metric.maximum,
        "minimum": metric.minimum,
        "margin": metric.margin,
    }


def _gain(metric: Metric, old: float | None, new: float | None) -> float | None:
    if metric.direction is None or old is None or new is None:
        return None
    return finite(metric.direction.orientation * (new - old))


def mean(values: tuple[float, ...]) -> float | None:
    """The mean, None where there is nothing or it is too large to be written."""
    return finite(centre(values)) if values else None


def finite(value: float | None) -> float | None:
    """The value, None where it is not known or too large to be written."""
    return value if value is not None and math.isfinite(value) else None


def orientation(metric: Metric) -> int:
    """+1 where larger is better, or where nobody said, else -1."""
    return metric.direction.orientation if metric.direction else 1
