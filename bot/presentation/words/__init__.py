"""Every sentence that Seedgate says of a finding: a closed list, one case a reason."""

from typing import assert_never

from bot.domain.verdict import Finding, Reason
from bot.presentation.words.circumstances import commits, machines, plans
from bot.presentation.words.comparisons import settled, unsettled
from bot.presentation.words.outcomes import failures, limits, targets
from bot.presentation.words.phrase import Facts, Words

__all__ = ["Words", "label", "message", "words"]


def words(finding: Finding) -> Words:  # noqa: C901, PLR0911 - a closed list, read down
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
            | Reason.SEED_HAS_NO_EFFECT
            | Reason.TRIALS_LOST
            | Reason.NO_SANDBOX
        ):
            return machines(reason, facts)
        case (
            Reason.NARROWED
            | Reason.BETWEEN_LOOKS
            | Reason.BEYOND_LAST_LOOK
            | Reason.MORE_LOOKS_LEFT
            | Reason.BUDGET_SPENT
        ):
            return plans(reason, facts)
        case Reason.MERGE_CONFLICT | Reason.NOTHING_CHANGED | Reason.DIRTY_COMMITTED:
            return commits(reason, facts)
        case _:
            assert_never(reason)


def message(finding: Finding) -> str:
    """The sentence and its mend as one text."""
    said = words(finding)
    return f"{said.sentence} {said.mend}".strip()


_LABELS = {
    Reason.NOT_WORSE: "not worse",
    Reason.TOLERATED_LOSS: "small loss, tolerated",
    Reason.HARM_SHOWN: "worse",
    Reason.NOT_SHOWN: "still open",
    Reason.BIT_IDENTICAL: "bit-identical",
    Reason.NO_DIFFERENCE: "no difference",
    Reason.STOPPED_EARLY: "not judged to its end",
    Reason.TOLERANCE_UNCLEAR: "tolerance unclear",
    Reason.BETTER: "better",
    Reason.LIMIT_BROKEN: "limit broken",
    Reason.LIMIT_KEPT: "limit kept",
    Reason.LIMIT_UNSEEN: "not seen in every trial",
    Reason.TARGET_SHOWN: "target reached",
    Reason.TARGET_MISSED: "target missed",
    Reason.TARGET_NOT_SHOWN: "target not shown",
}


def label(reason: Reason | None) -> str:
    """Two or three words for a metric's own reason; none while it is open."""
    return _LABELS.get(reason, "no verdict yet") if reason else "no verdict yet"
