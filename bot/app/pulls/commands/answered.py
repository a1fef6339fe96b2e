"""What the kept answer of a head leaves an order to do: maybe nothing."""

from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Finding, Reason, Report, Ruling
from bot.domain.verdict.counting import extendable
from bot.domain.verdict.exhibits import Unmeasured
from bot.presentation.github.known import Known
from bot.presentation.headline import all_findings

_GOES_ON = {
    Reason.BUDGET_SPENT,
    Reason.MIXED_MACHINES,
    Reason.MORE_LOOKS_LEFT,
    Reason.NARROWED,
    Reason.RUNG_SKIPPED,
    Reason.TRIALS_LOST,
}
"""Where one of them is found, whatever sets the head going anew may run trials."""


def needless(kept: Standing | None) -> str:
    """What the check run says of a head that is green without a verdict; else empty."""
    said = kept.voice if kept is not None else None
    if kept is None or said is None or not kept.needless:
        return ""
    return said.change.output.title


def decided(known: Known) -> bool:
    """Whether no further seeds could change what is said: none would be run.

    Not where something was accepted, for that opens what a block had ended.
    """
    report = _said(known)
    if report is None or report.accepted or known.lifting:
        return False
    verdict = report.verdict
    modes = all(one.decided for one in verdict.modes)
    effects = [one.state for change in verdict.changes for one in change.effects]
    ended = verdict.state in (Ruling.PASS, Ruling.BLOCK) or _stuck(known, report)
    return ended and modes and Ruling.UNDECIDED not in effects


def _stuck(known: Known, report: Report) -> bool:
    """Whether modes are left open by what no seeds mend: a broken baseline, say.

    Not where something was lost, or left out: then what is set going anew may run it. A
    later stage that was skipped is no such thing, for it waits for these modes.
    """
    modes, found = report.verdict.modes, all_findings(report)
    if known.lost or any(extendable(one, found) for one in modes):
        return False
    left = (one for one in found if _goes_on(one))
    skipped = all(one.reason is Reason.RUNG_SKIPPED for one in left)
    return skipped and any(one.state is Ruling.UNDECIDED for one in modes)


def lossless(known: Known) -> bool:
    """Whether no machine lost a trial of what is said, nor any is left to run.

    One of which no finding tells counts, too: a second run of a mode, or of the base
    by its own evaluation. It would be repeated, and may change what is said.
    """
    report = _said(known)
    if report is None or known.lost:
        return False
    return not any(map(_goes_on, all_findings(report)))


def _goes_on(one: Finding) -> bool:
    if one.reason is Reason.REFERENCE_UNMEASURED:
        return one.evidence.get("why") != Unmeasured.FAILED
    return one.reason in _GOES_ON


def _said(known: Known) -> Report | None:
    """The report of the verdict that is said of the head; None where none is."""
    kept = known.standing
    return known.judged if kept is not None and kept.task else None
