"""Which findings a person can accept: a closed table over all reasons.

Somebody can stand up for what a branch does. Nobody can for what is no finding about
it: a merge that fails, a run that was narrower than the policy, trials that got lost, a
budget that was spent. Those are mended, not accepted.
"""

from collections.abc import Collection

from bot.domain.verdict.reasons import Reason
from bot.domain.verdict.tree import Finding

ACCEPTABLE = frozenset(
    {
        Reason.HARM_SHOWN,
        Reason.NOT_SHOWN,
        Reason.TOLERANCE_UNCLEAR,
        Reason.IMPROVEMENT_RULED_OUT,
        Reason.IMPROVEMENT_NOT_SHOWN,
        Reason.IMPROVEMENT_WAITS,
        Reason.GUARDRAIL_BROKEN,
        Reason.FUTILE,
        Reason.ANCHOR_LOST,
        Reason.ANCHOR_OPEN,
        Reason.SATURATED,
        Reason.CHANGE_HARMFUL,
        Reason.MODE_INVASIVE,
        Reason.METRIC_VERSION_CHANGED,
        Reason.SELF_REPORT_DIFFERS,
        Reason.PROTECTED_TOUCHED,
        Reason.POLICY_TOUCHED,
        Reason.TESTS_FAILED,
        Reason.TESTS_BROKEN,
        Reason.SANITY_FAILED,
        Reason.QUANTITY_OUTSIDE,
        Reason.DATA_OVERLAPS,
        Reason.MORE_FAILURES,
        Reason.FAILURES_LEFT,
        Reason.BASELINE_BROKEN,
        Reason.LIMIT_BROKEN,
        Reason.LIMIT_UNSEEN,
        Reason.TARGET_MISSED,
        Reason.TARGET_NOT_SHOWN,
    }
)
"""What blocks, or leaves a branch undecided, for what it does."""

REOPENED = frozenset(
    {
        Reason.STOPPED_EARLY,
        Reason.FAILURES_SEEN,
        Reason.GUARDRAIL_KEPT,
        Reason.TOLERANCE_SPENT,
        Reason.CHANGE_SUSPECT,
    }
)
"""What decides only where a finding that ended its mode early was accepted."""

UNACCEPTABLE = frozenset(
    {
        Reason.ATTEMPTS_SPENT,
        Reason.BEYOND_LAST_LOOK,
        Reason.BUDGET_SPENT,
        Reason.MERGE_CONFLICT,
        Reason.MIXED_MACHINES,
        Reason.MORE_LOOKS_LEFT,
        Reason.NARROWED,
        Reason.NO_SANDBOX,
        Reason.RUNG_SKIPPED,
        Reason.TRIALS_LOST,
    }
)
"""What can hold a branch up and says nothing of it."""

TOLD = frozenset(
    {
        Reason.NOT_WORSE,
        Reason.TOLERATED_LOSS,
        Reason.BIT_IDENTICAL,
        Reason.NO_DIFFERENCE,
        Reason.BETTER,
        Reason.IMPROVEMENT_SHOWN,
        Reason.ANCHOR_KEPT,
        Reason.NEAR_BOUND,
        Reason.TEST_SET_SMALL,
        Reason.CHANGE_TOLERATED,
        Reason.CHANGE_NOT_ESTIMABLE,
        Reason.INTERACTION,
        Reason.CHANGE_INERT,
        Reason.CHANGES_GROUPED,
        Reason.CHANGES_NOTED,
        Reason.MODE_IDENTICAL,
        Reason.MODE_NUMERIC,
        Reason.MODE_CHANGED,
        Reason.MODE_UNTOUCHED,
        Reason.MODE_EQUIVALENT,
        Reason.MODE_UNKNOWN,
        Reason.TARGETS_INFERRED,
        Reason.TESTS_PASSED,
        Reason.SANITY_PASSED,
        Reason.SANITY_AS_BEFORE,
        Reason.SANITY_UNSEEN,
        Reason.PROVISIONAL,
        Reason.FIDELITY,
        Reason.DATA_DIFFERS,
        Reason.GAP_DIAGNOSED,
        Reason.REFERENCE_UNBEATEN,
        Reason.REFERENCE_UNMEASURED,
        Reason.HYPOTHESIS_SCORED,
        Reason.HYPOTHESIS_UNREADABLE,
        Reason.HYPOTHESIS_LEFT_OUT,
        Reason.FORECASTS_CALIBRATED,
        Reason.LIMIT_KEPT,
        Reason.TARGET_SHOWN,
        Reason.DETECTABLE,
        Reason.CHANCE_OF_STOP,
        Reason.TEST_CHOSEN,
        Reason.TOLERANCE_SMALL,
        Reason.EVALUATIONS_COUNTED,
        Reason.SEED_HAS_NO_EFFECT,
        Reason.NODE_EFFECT,
        Reason.CANARY_OUTSIDE,
        Reason.DRIFT,
        Reason.BETWEEN_LOOKS,
        Reason.SEEDS_DIFFER,
        Reason.NOTHING_CHANGED,
        Reason.NOTHING_RELEVANT,
        Reason.DIRTY_COMMITTED,
    }
)
"""What decides nothing that an acceptance could change."""


def acceptable(reason: Reason) -> bool:
    """Whether findings of this reason can be accepted, where they decide."""
    return reason in ACCEPTABLE | REOPENED


def accepts(accepted: Collection[str], found: Finding) -> bool:
    """Whether a finding is among the accepted digests, and can be accepted.

    The short id would not do: whoever writes a branch can make two findings that share
    it, a harmless one to be accepted and another.
    What a branch left nothing to judge by (`gone`) cannot: there is no verdict then.
    """
    named = bool(found.digest) and found.digest in accepted
    can_be = acceptable(found.reason)
    return named and can_be and not found.evidence.get("gone")
