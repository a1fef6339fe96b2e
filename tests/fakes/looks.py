"""Trials of two arms to tell stories with, and the looks at them."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import stdtrit

from bot.domain.judgement import ArmEvidence, Evidence, judge_looks
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Decision, Mode
from bot.domain.stats.choice import Chosen
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import Finding, MetricVerdict, ModeVerdict, Reason, Verdict
from tests.fakes.policies import mode

LOOKS = tuple(range(4, 21))


def noise(seed: int, n: int = 20, sd: float = 0.02, mean: float = 1.0) -> list[float]:
    """Fixed runs of one program."""
    return list(np.random.default_rng(seed).normal(mean, sd, n))


def trials(values: Sequence[float], name: str = "loss") -> list[Observation]:
    """One trial a value, with seeds that both arms share."""
    return [Measured(1000 + i, {name: v}) for i, v in enumerate(values)]


def columns(**values: Sequence[float]) -> list[Observation]:
    """One trial a row of several metrics; `loss__night` is the slice `loss/night`."""
    named = {name.replace("__", "/"): many for name, many in values.items()}
    rows = zip(*named.values(), strict=True)
    return [
        Measured(1000 + i, dict(zip(named, row, strict=True)))
        for i, row in enumerate(rows)
    ]


def hashed(values: Sequence[float], name: str = "loss") -> list[Observation]:
    """The same with stream digests, equal where values are."""
    return [Measured(1000 + i, {name: v}, f"{v}") for i, v in enumerate(values)]


def crash(position: int, reason: str = "exception") -> Crashed:
    """A trial that failed."""
    return Crashed(1000 + position, reason, "RuntimeError: it broke")


def alternating(size: float, n: int = 20, around: float = 1.0) -> list[float]:
    """Values that swing by `size` about their mean."""
    signs = itertools.cycle((1.0, -1.0))
    return [around + size * next(signs) for _ in range(n)]


def judge(
    baseline: Sequence[Observation],
    branch: Sequence[Observation],
    runs: Mode | None = None,
    *,
    looks: tuple[int, ...] = LOOKS,
    beyond: tuple[int, ...] = (),
    paired: bool = True,
    decision: Decision | None = None,
    chosen: Mapping[str, Chosen] | None = None,
) -> ModeVerdict:
    """What the gate says when it looks as soon as enough trials of both are there."""
    rules = Rulebook(
        runs or mode(),
        decision or Decision(),
        looks,
        beyond=beyond,
        chosen=chosen or {},
    )

    def evidence_at(n: int) -> Evidence | None:
        if n > len(branch):
            return None
        arms = ArmEvidence(tuple(baseline[:n])), ArmEvidence(tuple(branch[:n]))
        return Evidence(*arms, paired=paired)

    return judge_looks(rules, evidence_at, targeted=True)


def reasons(verdict: ModeVerdict | Verdict) -> list[Reason]:
    """Why, in the order told."""
    return [one.reason for one in verdict.findings]


def of(verdict: ModeVerdict | Verdict, reason: Reason) -> Finding:
    """The first finding with that reason."""
    return next(one for one in verdict.findings if one.reason is reason)


def metric(verdict: ModeVerdict, name: str) -> MetricVerdict:
    """The verdict on one metric or slice."""
    return next(one for one in verdict.metrics if one.name == name)


def losing(baseline: Sequence[float], p: float, scale: float = 1.0) -> list[float]:
    """A branch that is higher than its baseline by as much as gives that p of harm.

    Same-seed differences swing by `scale` about their mean; for a paired t test of a
    metric to be minimised.
    """
    swing = alternating(scale, len(baseline), around=0.0)
    spread = np.std(swing, ddof=1) / math.sqrt(len(swing))
    shift = spread * float(stdtrit(len(swing) - 1, 1.0 - p))
    middle = float(np.mean(swing))
    return [
        old + one - middle + shift for old, one in zip(baseline, swing, strict=True)
    ]
