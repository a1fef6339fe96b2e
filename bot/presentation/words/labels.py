"""Two or three words for the reason of a metric, or of one change's effect."""

from bot.domain.verdict import Reason

_OPEN = "no verdict yet"
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
    Reason.IMPROVEMENT_SHOWN: "gain shown",
    Reason.IMPROVEMENT_RULED_OUT: "gain ruled out",
    Reason.IMPROVEMENT_NOT_SHOWN: "gain not shown",
    Reason.IMPROVEMENT_WAITS: "waits its turn",
    Reason.GUARDRAIL_BROKEN: "worse",
    Reason.GUARDRAIL_KEPT: "not shown worse",
    Reason.FUTILE: "more seeds would not help",
    Reason.ANCHOR_KEPT: "holds against the anchor",
    Reason.ANCHOR_LOST: "worse than the anchor",
    Reason.ANCHOR_OPEN: "open against the anchor",
    Reason.TOLERANCE_SPENT: "tolerance spent",
    Reason.BEYOND_LAST_LOOK: "beyond the last look",
    Reason.NEAR_BOUND: "near its bound",
    Reason.SATURATED: "at its bound",
    Reason.CHANGE_HARMFUL: "harmful",
    Reason.CHANGE_SUSPECT: "suspect",
    Reason.CHANGE_TOLERATED: "small cost, tolerated",
    Reason.CHANGE_NOT_ESTIMABLE: "not estimable",
    Reason.MORE_FAILURES: "trials fail",
    Reason.INTERACTION: "changes interact",
    Reason.TOLERANCE_SMALL: "tolerance small",
    Reason.LIMIT_BROKEN: "limit broken",
    Reason.LIMIT_KEPT: "limit kept",
    Reason.LIMIT_UNSEEN: "not seen in every trial",
    Reason.TARGET_SHOWN: "target reached",
    Reason.TARGET_MISSED: "target missed",
    Reason.TARGET_NOT_SHOWN: "target not shown",
}


def label(reason: Reason | None) -> str:
    """Two or three words for a metric's own reason; none while it is open."""
    return _LABELS.get(reason, _OPEN) if reason else _OPEN
