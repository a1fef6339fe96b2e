"""Which modes are meant to change, and who says so: a caller, the gate, or nobody."""

from bot.domain.verdict import Fingerprint, ModeVerdict, Reason, Report
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES

_UNSAID = "not said"


def how_meant(report: Report) -> str:
    """A sentence on how the targets came about."""
    named = report.provenance.targets
    if named:
        many = "targets are" if len(named) > 1 else "target is"
        return f"The {many} named: {numbers.some(named, MOST_NAMES)}."
    if _inferred(report):
        return (
            "Nobody named a target; the one mode that changed is taken for it, because "
            "it alone did."
        )
    changed = [
        mode
        for mode in report.verdict.modes
        if mode.behaviour and mode.behaviour.fingerprint is Fingerprint.CHANGED
    ]
    if changed:
        return (
            "Nobody named a target, and more than one mode changed, so that none of "
            "them is taken for it."
        )
    return (
        "Nobody named a target, and no mode was seen to change: every mode is judged "
        "alike."
    )


def meant(report: Report, mode: ModeVerdict) -> str:
    """Whether a mode is meant to change: one cell."""
    if report.provenance.targets:
        return "yes" if mode.targeted else "no"
    return "inferred" if mode.targeted and _inferred(report) else _UNSAID


def _inferred(report: Report) -> bool:
    return any(one.reason is Reason.TARGETS_INFERRED for one in report.verdict.findings)
