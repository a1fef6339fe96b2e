"""Who lifted which finding, and why: shown wherever the finding is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.verdict.acceptable import accepts
from bot.domain.verdict.reasons import Ruling
from bot.domain.verdict.tree import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Override:
    """A finding that somebody accepted: while `commit` is the head, or until `ends`.

    `by` is a login, `reason` their words. `finding` is the id that people see, `digest`
    what is lifted; without one, nothing.
    """

    finding: str
    by: str
    reason: str
    commit: str = ""
    ends: datetime | None = None
    digest: str = ""

    def lifts(self, found: Finding) -> bool:
        """Whether it is of this finding, and can be."""
        return accepts({self.digest}, found)


def findings_of(verdict: Verdict) -> tuple[Finding, ...]:
    """Every finding of a verdict once, in the order found."""
    of_modes = (one for mode in verdict.modes for one in mode.findings)
    unique = {one.key: one for one in (*verdict.findings, *of_modes)}
    return tuple(unique.values())


def applied(verdict: Verdict, many: Iterable[Override]) -> tuple[Override, ...]:
    """Those by which a finding of this verdict decides no more.

    What is accepted and was not found, or decides all the same, is not among them.
    """
    told = [one for one in findings_of(verdict) if one.state is Ruling.INFO]
    return tuple(one for one in many if any(map(one.lifts, told)))
