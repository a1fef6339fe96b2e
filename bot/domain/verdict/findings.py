"""Making findings: stable ids from kind, place and evidence."""

import hashlib
import json
import math
import re

from bot.domain.verdict.reasons import FindingKind, Reason, Ruling
from bot.domain.verdict.tree import Evidence, Finding, Scalar

_KINDS: dict[Reason, FindingKind] = {
    Reason.NOT_WORSE: FindingKind.REGRESSION,
    Reason.TOLERATED_LOSS: FindingKind.REGRESSION,
    Reason.HARM_SHOWN: FindingKind.REGRESSION,
    Reason.NOT_SHOWN: FindingKind.REGRESSION,
    Reason.BIT_IDENTICAL: FindingKind.REGRESSION,
    Reason.NO_DIFFERENCE: FindingKind.REGRESSION,
    Reason.TOLERANCE_UNCLEAR: FindingKind.REGRESSION,
    Reason.STOPPED_EARLY: FindingKind.REGRESSION,
    Reason.BETTER: FindingKind.IMPROVEMENT,
    Reason.IMPROVEMENT_SHOWN: FindingKind.IMPROVEMENT,
    Reason.IMPROVEMENT_RULED_OUT: FindingKind.IMPROVEMENT,
    Reason.IMPROVEMENT_NOT_SHOWN: FindingKind.IMPROVEMENT,
    Reason.IMPROVEMENT_WAITS: FindingKind.IMPROVEMENT,
    Reason.GUARDRAIL_BROKEN: FindingKind.REGRESSION,
    Reason.GUARDRAIL_KEPT: FindingKind.REGRESSION,
    Reason.FUTILE: FindingKind.POWER,
    Reason.ANCHOR_KEPT: FindingKind.REGRESSION,
    Reason.ANCHOR_LOST: FindingKind.REGRESSION,
    Reason.ANCHOR_OPEN: FindingKind.REGRESSION,
    Reason.TOLERANCE_SPENT: FindingKind.REGRESSION,
    Reason.NEAR_BOUND: FindingKind.SATURATION,
    Reason.SATURATED: FindingKind.SATURATION,
    Reason.TEST_SET_SMALL: FindingKind.SATURATION,
    Reason.CHANGE_HARMFUL: FindingKind.SHADOWED,
    Reason.CHANGE_SUSPECT: FindingKind.SHADOWED,
    Reason.CHANGE_TOLERATED: FindingKind.SHADOWED,
    Reason.CHANGE_NOT_ESTIMABLE: FindingKind.SHADOWED,
    Reason.INTERACTION: FindingKind.SHADOWED,
    Reason.CHANCE_OF_STOP: FindingKind.POWER,
    Reason.TEST_CHOSEN: FindingKind.POWER,
    Reason.TOLERANCE_SMALL: FindingKind.POWER,
    Reason.EVALUATIONS_COUNTED: FindingKind.POWER,
    Reason.ATTEMPTS_SPENT: FindingKind.POWER,
    Reason.MIXED_MACHINES: FindingKind.ENVIRONMENT,
    Reason.NODE_EFFECT: FindingKind.ENVIRONMENT,
    Reason.CANARY_OUTSIDE: FindingKind.ENVIRONMENT,
    Reason.DRIFT: FindingKind.ENVIRONMENT,
    Reason.CHANGE_INERT: FindingKind.SHADOWED,
    Reason.CHANGES_GROUPED: FindingKind.SHADOWED,
    Reason.CHANGES_NOTED: FindingKind.SHADOWED,
    Reason.MODE_IDENTICAL: FindingKind.INVASIVE,
    Reason.MODE_NUMERIC: FindingKind.INVASIVE,
    Reason.MODE_CHANGED: FindingKind.INVASIVE,
    Reason.MODE_INVASIVE: FindingKind.INVASIVE,
    Reason.MODE_UNTOUCHED: FindingKind.INVASIVE,
    Reason.MODE_EQUIVALENT: FindingKind.INVASIVE,
    Reason.MODE_UNKNOWN: FindingKind.INVASIVE,
    Reason.TARGETS_INFERRED: FindingKind.INVASIVE,
    Reason.METRIC_VERSION_CHANGED: FindingKind.METRIC_VERSION,
    Reason.SELF_REPORT_DIFFERS: FindingKind.METRIC_VERSION,
    Reason.PROTECTED_TOUCHED: FindingKind.PROTECTED,
    Reason.POLICY_TOUCHED: FindingKind.TRUST,
    Reason.TESTS_PASSED: FindingKind.TESTS,
    Reason.TESTS_FAILED: FindingKind.TESTS,
    Reason.TESTS_BROKEN: FindingKind.TESTS,
    Reason.SANITY_PASSED: FindingKind.SANITY,
    Reason.SANITY_FAILED: FindingKind.SANITY,
    Reason.SANITY_AS_BEFORE: FindingKind.SANITY,
    Reason.SANITY_UNSEEN: FindingKind.SANITY,
    Reason.RUNG_SKIPPED: FindingKind.PARTIAL,
    Reason.HYPOTHESIS_UNREADABLE: FindingKind.PARTIAL,
    Reason.HYPOTHESIS_LEFT_OUT: FindingKind.PARTIAL,
    Reason.PROVISIONAL: FindingKind.POWER,
    Reason.FIDELITY: FindingKind.POWER,
    Reason.QUANTITY_OUTSIDE: FindingKind.DATA,
    Reason.DATA_DIFFERS: FindingKind.DATA,
    Reason.DATA_OVERLAPS: FindingKind.DATA,
    Reason.GAP_DIAGNOSED: FindingKind.DATA,
    Reason.REFERENCE_UNBEATEN: FindingKind.IMPROVEMENT,
    Reason.REFERENCE_UNMEASURED: FindingKind.PARTIAL,
    Reason.HYPOTHESIS_SCORED: FindingKind.IMPROVEMENT,
    Reason.FORECASTS_CALIBRATED: FindingKind.IMPROVEMENT,
    Reason.MORE_FAILURES: FindingKind.FAILURE,
    Reason.FAILURES_LEFT: FindingKind.FAILURE,
    Reason.FAILURES_SEEN: FindingKind.FAILURE,
    Reason.BASELINE_BROKEN: FindingKind.FAILURE,
    Reason.LIMIT_BROKEN: FindingKind.LIMIT,
    Reason.LIMIT_KEPT: FindingKind.LIMIT,
    Reason.LIMIT_UNSEEN: FindingKind.LIMIT,
    Reason.TARGET_SHOWN: FindingKind.TARGET,
    Reason.TARGET_MISSED: FindingKind.TARGET,
    Reason.TARGET_NOT_SHOWN: FindingKind.TARGET,
    Reason.DETECTABLE: FindingKind.POWER,
    Reason.SEED_HAS_NO_EFFECT: FindingKind.SANITY,
    Reason.TRIALS_LOST: FindingKind.ENVIRONMENT,
    Reason.NO_SANDBOX: FindingKind.ENVIRONMENT,
    Reason.MERGE_CONFLICT: FindingKind.CONFLICT,
    Reason.NARROWED: FindingKind.PARTIAL,
    Reason.BETWEEN_LOOKS: FindingKind.PARTIAL,
    Reason.BEYOND_LAST_LOOK: FindingKind.PARTIAL,
    Reason.MORE_LOOKS_LEFT: FindingKind.PARTIAL,
    Reason.SEEDS_DIFFER: FindingKind.PARTIAL,
    Reason.BUDGET_SPENT: FindingKind.BUDGET,
    Reason.NOTHING_CHANGED: FindingKind.TRUST,
    Reason.NOTHING_RELEVANT: FindingKind.TRUST,
    Reason.DIRTY_COMMITTED: FindingKind.TRUST,
}


_ASIDE: dict[Reason, tuple[str, ...]] = {
    Reason.TESTS_FAILED: ("wall_s", "baseline_last"),
    Reason.TESTS_BROKEN: ("wall_s",),
    Reason.MODE_INVASIVE: ("equivalent",),
    Reason.CHANGE_HARMFUL: ("halving",),
    Reason.MORE_FAILURES: ("halving",),
    Reason.BASELINE_BROKEN: ("broken_by",),
    Reason.NOT_SHOWN: ("complete", "failing"),
    Reason.ANCHOR_OPEN: ("complete", "failing"),
    Reason.IMPROVEMENT_NOT_SHOWN: ("complete",),
    Reason.GUARDRAIL_KEPT: ("complete",),
}
"""Evidence that is no part of the id, for it can change while the effect does not.

How long tests took, what trials say later of a mode that was found to have changed, and
what failed trials mean for a metric: they have a finding of their own.
"""

_WORDS = ("last", "baseline_last")
_DURATION = re.compile(
    r"\b(\d+:)+\d\d(\.\d+)?|\b\d+(\.\d+)?\s?(ms|s|secs?|seconds?|min(ute)?s?|h)\b"
)
"""Times in the last words of test runners: `in 62.10s (0:01:02)`."""


_SHOWN = 8
"""Digits of the digest that people read and type."""


def finding(  # noqa: PLR0913 - a place has three names
    reason: Reason,
    state: Ruling,
    evidence: Evidence,
    *,
    mode: str | None = None,
    metric: str | None = None,
    change: str | None = None,
) -> Finding:
    """A finding whose id holds its evidence: an effect that changes gets a new id.

    Not so what can change while the effect does not: see `_ASIDE`.
    """
    kind = _KINDS[reason]
    evidence = {name: _finite(value) for name, value in evidence.items()}
    place = [kind, mode, metric, *filter(None, [change])]
    facts = dict(sorted(_stable(reason, evidence).items()))
    text = json.dumps([*place, reason, facts], allow_nan=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    name = f"{kind}-{digest[:_SHOWN]}"
    return Finding(name, kind, state, reason, mode, metric, change, evidence, digest)


def with_evidence(found: Finding, more: Evidence) -> Finding:
    """The finding with further evidence, and so with an id of its own."""
    evidence = {**found.evidence, **more}
    place = {"mode": found.mode, "metric": found.metric, "change": found.change}
    return finding(found.reason, found.state, evidence, **place)


def timeless(text: str) -> str:
    """A text of a test runner without the times in it."""
    return _DURATION.sub("", text)


def _stable(reason: Reason, evidence: Evidence) -> Evidence:
    """The evidence that the id is made of."""
    aside = _ASIDE.get(reason)
    if aside is None:
        return evidence
    return {
        name: timeless(value) if name in _WORDS and isinstance(value, str) else value
        for name, value in evidence.items()
        if name not in aside
    }


def _finite(value: Scalar | tuple[Scalar, ...]) -> Scalar | tuple[Scalar, ...]:
    """The value, or None for a number too large to be written down."""
    beyond = isinstance(value, float) and not math.isfinite(value)
    return None if beyond else value
