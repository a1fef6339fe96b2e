"""Failed trials are outcomes: they can block, they can forbid a pass, never vanish."""

import re
from collections import Counter
from dataclasses import dataclass

from bot.domain.judgement.case import Case
from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.judgement.strict import strict
from bot.domain.stats.failures import failure_upper_bound, fisher_more_failures
from bot.domain.trials import Crashed
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.counting import more_failed

BROKEN_SHARE = 0.5
"""A baseline that fails this often cannot be compared with."""
MISSING_MODULE = "missing_module"
"""By what a baseline is broken where its Python lacks a module; else a reason."""
_NO_MODULE = re.compile(r"\bNo module named\b")


@dataclass(frozen=True, slots=True)
class FailureVerdict:
    """What the failures of both arms say; `forbids_pass` while the branch fails more.

    `broken` says that the baseline fails too often to be compared with at all.
    """

    state: Ruling
    forbids_pass: bool
    findings: tuple[Finding, ...]
    broken: bool = False


def judge_failures(rules: Rulebook, evidence: Evidence, look: Look) -> FailureVerdict:
    """Fisher's exact test, one-sided, with a spending of its own; then the counts.

    BLOCK if the branch is shown to fail more often, UNDECIDED if the baseline itself
    is broken, else PASS; INFO findings tell of failures that decided nothing.
    """
    if not evidence.baseline.crashed and not evidence.branch.crashed:
        return FailureVerdict(Ruling.PASS, forbids_pass=False, findings=())
    alpha, spending = rules.decision.alpha, rules.decision.spending
    level = look.level(alpha, spending)
    facts, p = _facts(evidence, level)
    reason, state = _rule(evidence, p <= level, look)
    forbids = fails_more(evidence)
    broken = reason is Reason.BASELINE_BROKEN
    if broken:
        facts = {**facts, "broken_by": _commonest(evidence.baseline.crashed)}
    one = finding(reason, state, facts, mode=rules.mode.name)
    decisive = state in (Ruling.BLOCK, Ruling.UNDECIDED)
    return FailureVerdict(state if decisive else Ruling.PASS, forbids, (one,), broken)


def fails_more(evidence: Evidence) -> bool:
    """Whether more branch trials failed than baseline trials, or a larger share."""
    branch, baseline = evidence.branch, evidence.baseline
    failed, before = len(branch.crashed), len(baseline.crashed)
    return more_failed(failed, branch.n, before, baseline.n)


def opened(
    rules: Rulebook, evidence: Evidence, look: Look
) -> tuple[Case, FailureVerdict]:
    """A look at evidence in which nothing that is judged is missing."""
    seen = strict(rules.mode, evidence)
    failures = judge_failures(rules, seen, look)
    return Case(rules, seen, look, may_pass=not failures.forbids_pass), failures


def _rule(evidence: Evidence, shown: bool, look: Look) -> tuple[Reason, Ruling]:  # noqa: FBT001 - private
    baseline = evidence.baseline
    if shown:
        return Reason.MORE_FAILURES, Ruling.BLOCK
    if baseline.n and len(baseline.crashed) >= BROKEN_SHARE * baseline.n:
        return Reason.BASELINE_BROKEN, Ruling.UNDECIDED
    if look.last and fails_more(evidence):
        return Reason.FAILURES_LEFT, Ruling.UNDECIDED
    return Reason.FAILURES_SEEN, Ruling.INFO


def _facts(evidence: Evidence, level: float) -> tuple[Facts, float]:
    branch, baseline = evidence.branch, evidence.baseline
    failed, failed_before = len(branch.crashed), len(baseline.crashed)
    p = 1.0
    if baseline.n:
        p = fisher_more_failures(failed, branch.n, failed_before, baseline.n)
    facts: Facts = {
        "failed_branch": failed,
        "n_branch": branch.n,
        "failed_baseline": failed_before,
        "n_baseline": baseline.n,
        "p": p,
        "level": level,
        "upper": failure_upper_bound(failed, branch.n),
        "first": _first(branch.crashed or baseline.crashed),
    }
    return facts, p


def _commonest(crashed: tuple[Crashed, ...]) -> str:
    """What most of them failed for; of as many the one that came first."""
    counts = Counter(
        MISSING_MODULE if _NO_MODULE.search(one.detail) else one.reason
        for one in crashed
    )
    return counts.most_common(1)[0][0]


def _first(crashed: tuple[Crashed, ...]) -> str:
    one = crashed[0]
    return f"{one.reason}: {one.detail}" if one.detail else one.reason
