"""A trial that lacks a value that is judged has failed, however it ended.

Whoever reads trials says so already; nothing is ever averaged around one that slipped
through, such as a slice that only some trials report.
"""

import math
from collections.abc import Sequence

from bot.domain.judgement.evidence import ArmEvidence, Evidence
from bot.domain.judgement.guardrail import COMPARED, slices_judged
from bot.domain.policy import Metric, Mode, Role
from bot.domain.trials import Crashed, Measured, Observation

MISSING, INFINITE = "missing_metric", "infinite_metric"


def strict(mode: Mode, evidence: Evidence) -> Evidence:
    """The evidence with such trials as failed ones, and without infinite values.

    In the branch a target must be there too, which the baseline need not know. A limit
    has a word of its own for trials that it was not seen in.
    """
    compared = _names(mode, COMPARED)
    branch = _names(mode, (*COMPARED, Role.TARGET))
    return Evidence(
        _arm(evidence.baseline, compared),
        _arm(evidence.branch, branch),
        evidence.paired,
    )


def _names(mode: Mode, roles: Sequence[Role]) -> tuple[str, ...]:
    wanted = [metric for metric in mode.metrics if metric.role in roles]
    return tuple(name for metric in wanted for name in _with_slices(metric))


def _with_slices(metric: Metric) -> tuple[str, ...]:
    return metric.name, *slices_judged(metric)


def _arm(arm: ArmEvidence, names: tuple[str, ...]) -> ArmEvidence:
    return ArmEvidence(tuple(_checked(one, names) for one in arm.observations))


def _checked(one: Observation, names: tuple[str, ...]) -> Observation:
    if isinstance(one, Crashed):
        return one
    for name in names:
        if not math.isfinite(one.metrics.get(name, math.inf)):
            reason = INFINITE if name in one.metrics else MISSING
            return Crashed(one.seed, reason, f"no value of {name}", name)
    if all(map(math.isfinite, one.metrics.values())):
        return one
    finite = {name: v for name, v in one.metrics.items() if math.isfinite(v)}
    return Measured(one.seed, finite, one.digest)
