"""Every sentence that Seedgate says of a finding: a closed list, one case a reason."""

from typing import assert_never

from bot.domain.verdict import Finding, Reason
from bot.presentation.words.ablation import changes
from bot.presentation.words.anchors import anchors
from bot.presentation.words.circumstances import commits, machines
from bot.presentation.words.comparisons import settled, unsettled
from bot.presentation.words.cutting import cutting
from bot.presentation.words.environment import surroundings
from bot.presentation.words.exhibits import exhibits
from bot.presentation.words.forecasts import forecasts
from bot.presentation.words.guardrails import guardrails
from bot.presentation.words.improvements import improvements
from bot.presentation.words.invasive import behaviours
from bot.presentation.words.labels import label
from bot.presentation.words.ladder import rungs
from bot.presentation.words.outcomes import failures, limits, targets
from bot.presentation.words.phrase import Facts, Words
from bot.presentation.words.plans import plans
from bot.presentation.words.power import design, planning
from bot.presentation.words.saturation import saturation
from bot.presentation.words.versions import versions
from bot.presentation.words.watched import watched

__all__ = ["Words", "label", "message", "words"]


def words(  # noqa: C901, PLR0911, PLR0912 - a closed list, read down
    finding: Finding,
) -> Words:
    """What to say of a finding. Names and log lines in it are raw: escape on show."""
    facts, reason = Facts(finding), finding.reason
    match reason:
        case (
            Reason.NOT_WORSE
            | Reason.TOLERATED_LOSS
            | Reason.BIT_IDENTICAL
            | Reason.NO_DIFFERENCE
            | Reason.BETTER
        ):
            return settled(reason, facts)
        case (
            Reason.HARM_SHOWN
            | Reason.NOT_SHOWN
            | Reason.STOPPED_EARLY
            | Reason.TOLERANCE_UNCLEAR
        ):
            return unsettled(reason, facts)
        case (
            Reason.IMPROVEMENT_SHOWN
            | Reason.IMPROVEMENT_RULED_OUT
            | Reason.IMPROVEMENT_NOT_SHOWN
            | Reason.IMPROVEMENT_WAITS
        ):
            return improvements(reason, facts)
        case Reason.GUARDRAIL_BROKEN | Reason.GUARDRAIL_KEPT:
            return guardrails(reason, facts)
        case (
            Reason.ANCHOR_KEPT
            | Reason.ANCHOR_LOST
            | Reason.ANCHOR_OPEN
            | Reason.TOLERANCE_SPENT
        ):
            return anchors(reason, facts)
        case (
            Reason.CHANGE_HARMFUL
            | Reason.CHANGE_SUSPECT
            | Reason.CHANGE_TOLERATED
            | Reason.CHANGE_NOT_ESTIMABLE
            | Reason.INTERACTION
        ):
            return changes(reason, facts)
        case (
            Reason.MORE_FAILURES
            | Reason.FAILURES_LEFT
            | Reason.FAILURES_SEEN
            | Reason.BASELINE_BROKEN
        ):
            return failures(reason, facts)
        case Reason.LIMIT_BROKEN | Reason.LIMIT_KEPT | Reason.LIMIT_UNSEEN:
            return limits(reason, facts)
        case Reason.TARGET_SHOWN | Reason.TARGET_MISSED | Reason.TARGET_NOT_SHOWN:
            return targets(reason, facts)
        case (
            Reason.DETECTABLE
            | Reason.FUTILE
            | Reason.CHANCE_OF_STOP
            | Reason.TOLERANCE_SMALL
        ):
            return planning(reason, facts)
        case Reason.TEST_CHOSEN | Reason.EVALUATIONS_COUNTED | Reason.ATTEMPTS_SPENT:
            return design(reason, facts)
        case Reason.NEAR_BOUND | Reason.SATURATED | Reason.TEST_SET_SMALL:
            return saturation(reason, facts)
        case (
            Reason.MIXED_MACHINES
            | Reason.NODE_EFFECT
            | Reason.CANARY_OUTSIDE
            | Reason.DRIFT
        ):
            return surroundings(reason, facts)
        case Reason.SEED_HAS_NO_EFFECT | Reason.TRIALS_LOST | Reason.NO_SANDBOX:
            return machines(reason, facts)
        case (
            Reason.NARROWED
            | Reason.BETWEEN_LOOKS
            | Reason.BEYOND_LAST_LOOK
            | Reason.MORE_LOOKS_LEFT
            | Reason.SEEDS_DIFFER
            | Reason.BUDGET_SPENT
        ):
            return plans(reason, facts)
        case Reason.MERGE_CONFLICT | Reason.NOTHING_CHANGED | Reason.DIRTY_COMMITTED:
            return commits(reason, facts)
        case Reason.CHANGE_INERT | Reason.CHANGES_GROUPED | Reason.CHANGES_NOTED:
            return cutting(reason, facts)
        case (
            Reason.MODE_IDENTICAL
            | Reason.MODE_NUMERIC
            | Reason.MODE_CHANGED
            | Reason.MODE_INVASIVE
            | Reason.MODE_UNTOUCHED
            | Reason.MODE_EQUIVALENT
            | Reason.MODE_UNKNOWN
            | Reason.TARGETS_INFERRED
        ):
            return behaviours(reason, facts)
        case Reason.METRIC_VERSION_CHANGED | Reason.SELF_REPORT_DIFFERS:
            return versions(reason, facts)
        case Reason.PROTECTED_TOUCHED | Reason.POLICY_TOUCHED:
            return watched(reason, facts)
        case (
            Reason.TESTS_PASSED
            | Reason.TESTS_FAILED
            | Reason.TESTS_BROKEN
            | Reason.SANITY_PASSED
            | Reason.SANITY_FAILED
            | Reason.SANITY_AS_BEFORE
            | Reason.SANITY_UNSEEN
            | Reason.RUNG_SKIPPED
            | Reason.PROVISIONAL
            | Reason.FIDELITY
        ):
            return rungs(reason, facts)
        case (
            Reason.QUANTITY_OUTSIDE
            | Reason.DATA_DIFFERS
            | Reason.DATA_OVERLAPS
            | Reason.GAP_DIAGNOSED
            | Reason.REFERENCE_UNBEATEN
        ):
            return exhibits(reason, facts)
        case (
            Reason.HYPOTHESIS_SCORED
            | Reason.HYPOTHESIS_UNREADABLE
            | Reason.FORECASTS_CALIBRATED
        ):
            return forecasts(reason, facts)
        case _:
            assert_never(reason)


def message(finding: Finding) -> str:
    """The sentence and its mend as one text."""
    said = words(finding)
    return f"{said.sentence} {said.mend}".strip()
