"""One mode at its looks: the rules of its metrics put together."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import assert_never

from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.failures import FailureVerdict, judge_failures
from bot.domain.judgement.findings import finding
from bot.domain.judgement.limit import judge_limit
from bot.domain.judgement.primary import judge_primary
from bot.domain.judgement.target import judge_target
from bot.domain.policy import Metric, Role
from bot.domain.verdict import (
    Finding,
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    worst,
)

Judged = tuple[MetricVerdict, tuple[Finding, ...]]
Settled = Mapping[str, Judged]
"""Metrics that are final: each keeps the verdict of its first crossing."""

FINAL = (Ruling.PASS, Ruling.BLOCK)


def judge_looks(
    rules: Rulebook, evidence_at: Callable[[int], Evidence | None], *, targeted: bool
) -> ModeVerdict:
    """The mode after every look whose trials have all ended, in order.

    `evidence_at(n)` gives the first n trials of each arm, or None while one of them
    still runs. Not `decided` means that the next look is wanted.
    """
    verdict = _unseen(rules, targeted=targeted)
    settled: Settled = {}
    for index, n in enumerate(rules.looks):
        evidence = evidence_at(n)
        if evidence is None:
            break
        earlier = tuple(float(one) for one in rules.looks[:index])
        look = Look(float(n), earlier, rules.looks[-1], n == rules.looks[-1])
        verdict, settled = _step(rules, evidence, look, settled, targeted=targeted)
        if verdict.decided:
            break
    return verdict


def judge_look(
    rules: Rulebook, evidence: Evidence, look: Look, *, targeted: bool
) -> ModeVerdict:
    """The mode at one single look."""
    return _step(rules, evidence, look, {}, targeted=targeted)[0]


def _unseen(rules: Rulebook, *, targeted: bool) -> ModeVerdict:
    metrics = tuple(
        MetricVerdict(
            name=metric.name,
            role=metric.role,
            direction=metric.direction,
            source=metric.source.kind,
            state=Ruling.UNDECIDED,
            target=metric.target,
            maximum=metric.maximum,
            minimum=metric.minimum,
        )
        for metric in rules.mode.metrics
    )
    name = rules.mode.name
    return ModeVerdict(name, Ruling.UNDECIDED, targeted, metrics, (), rules.looks)


def _step(
    rules: Rulebook, evidence: Evidence, look: Look, settled: Settled, *, targeted: bool
) -> tuple[ModeVerdict, Settled]:
    failures = judge_failures(rules, evidence, look)
    judged = {
        metric.name: settled.get(metric.name)
        or _judge(rules, metric, evidence, look, failures)
        for metric in rules.mode.metrics
    }
    state, decided = _mode_state(judged, failures, look)
    if decided:
        judged = {name: _close(rules, one) for name, one in judged.items()}
    findings = [*failures.findings, *(f for _, many in judged.values() for f in many)]
    verdict = ModeVerdict(
        name=rules.mode.name,
        state=state,
        targeted=targeted,
        metrics=tuple(verdict for verdict, _ in judged.values()),
        findings=tuple(findings),
        looks=rules.looks,
        look=round(look.n),
        decided=decided,
    )
    return verdict, _final(judged)


def _judge(
    rules: Rulebook,
    metric: Metric,
    evidence: Evidence,
    look: Look,
    failures: FailureVerdict,
) -> Judged:
    match metric.role:
        case Role.PRIMARY:
            may_pass = not failures.forbids_pass
            return judge_primary(rules, metric, evidence, look, may_pass=may_pass)
        case Role.TARGET:
            return judge_target(rules, metric, evidence, look)
        case Role.LIMIT:
            verdict, one = judge_limit(rules, metric, evidence)
            return verdict, (one,)
        case Role.REPORT | Role.GUARDRAIL | Role.IMPROVE:
            return _shown(metric, evidence, look), ()
        case _:
            assert_never(metric.role)


def _shown(metric: Metric, evidence: Evidence, look: Look) -> MetricVerdict:
    """A metric that is shown and decides nothing: means and plain difference."""
    before, after = evidence.complete(metric.name)
    values = after or evidence.branch.values(metric.name)
    old = sum(before) / len(before) if before else None
    new = sum(values) / len(values) if values else None
    sign = metric.direction.orientation if metric.direction else None
    gain = None
    if sign is not None and old is not None and new is not None:
        gain = sign * (new - old)
    return MetricVerdict(
        name=metric.name,
        role=metric.role,
        direction=metric.direction,
        source=metric.source.kind,
        state=Ruling.INFO,
        d=gain,
        look=round(look.n),
        n_baseline=evidence.baseline.n,
        n_branch=evidence.branch.n,
        failed_baseline=len(evidence.baseline.crashed),
        failed_branch=len(evidence.branch.crashed),
        baseline_mean=old,
        branch_mean=new,
        per_seed=evidence.per_seed(metric.name),
    )


def _mode_state(
    judged: Mapping[str, Judged], failures: FailureVerdict, look: Look
) -> tuple[Ruling, bool]:
    """The state so far, and whether it is final.

    A block is final at once; a pass when every metric that can block has passed and
    the branch fails no more often than the baseline. A broken baseline is final too,
    and only what needs no baseline can still block then.
    """
    roles = _ALONE if failures.broken else _DECIDING
    states = tuple(
        verdict.state for verdict, _ in judged.values() if verdict.role in roles
    )
    if failures.state is not Ruling.PASS:
        return worst((failures.state, *states)), True
    state = worst((Ruling.PASS, *states))
    if state is Ruling.PASS and failures.forbids_pass:
        state = Ruling.UNDECIDED
    return state, state in FINAL or look.last or _hopeless(judged)


_DECIDING = (Role.PRIMARY, Role.TARGET, Role.LIMIT)
_ALONE = (Role.TARGET, Role.LIMIT)


def _hopeless(judged: Mapping[str, Judged]) -> bool:
    """Whether no later look can decide what is still open.

    A limit that was not seen kept stays so, and so does a tolerance without meaning.
    """
    waiting = [
        verdict
        for verdict, _ in judged.values()
        if verdict.state is Ruling.UNDECIDED and verdict.role in _DECIDING
    ]
    return bool(waiting) and all(
        one.role is Role.LIMIT or one.reason is Reason.TOLERANCE_UNCLEAR
        for one in waiting
    )


def _close(rules: Rulebook, judged: Judged) -> Judged:
    """Say of a metric that was still open that another rule had decided."""
    verdict, findings = judged
    if verdict.state is not Ruling.UNDECIDED or verdict.reason is not None:
        return judged
    place = {"mode": rules.mode.name, "metric": verdict.name}
    facts = {"look": verdict.look, "d": verdict.d, "low": verdict.low}
    facts |= {"high": verdict.high, "tolerance": verdict.tolerance}
    one = finding(Reason.STOPPED_EARLY, Ruling.INFO, facts, **place)
    closed = dataclasses.replace(verdict, reason=Reason.STOPPED_EARLY)
    return closed, (*findings, one)


def _final(judged: Mapping[str, Judged]) -> Settled:
    """What stays as it is at later looks; limits are looked at anew each time."""
    return {
        name: one
        for name, one in judged.items()
        if one[0].state in FINAL and one[0].role in (Role.PRIMARY, Role.TARGET)
    }
