"""Runs of a rung that our machinery lost: they decide nothing and are not hidden."""

from collections.abc import Sequence

from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.findings import finding
from workers.contract import Infra, TrialResult


def is_lost(result: TrialResult) -> bool:
    """Whether it says nothing of its arm."""
    return isinstance(result.outcome, Infra)


def lost_finding(gone: Sequence[TrialResult], mode: str | None = None) -> Finding:
    """One finding for all of them; `gone` holds at least one."""
    details = [one.outcome.detail for one in gone if isinstance(one.outcome, Infra)]
    facts: Evidence = {"lost": len(details), "first": details[0]}
    return finding(Reason.TRIALS_LOST, Ruling.UNDECIDED, facts, mode=mode)
