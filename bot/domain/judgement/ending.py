"""Whether a mode has ended, and how: the verdicts of its metrics together."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.domain.judgement.case import FINAL, Case, Judged, Settled
from bot.domain.judgement.chosen import why_so
from bot.domain.judgement.failures import FailureVerdict
from bot.domain.judgement.guardrail import keep
from bot.domain.judgement.saturation import hidden
from bot.domain.policy import Mode, Role
from bot.domain.verdict import MetricVerdict, ModeVerdict, Reason, Ruling, worst
from bot.domain.verdict.counting import (
    DECIDING,
    SAMPLING,
    counted,
    only_guarded,
    so_far,
    untested,
)

HOPELESS = (
    Reason.TOLERANCE_UNCLEAR,
    Reason.SATURATED,
    Reason.FUTILE,
    Reason.IMPROVEMENT_NOT_SHOWN,
    Reason.IMPROVEMENT_WAITS,
)
"""Why a metric that is undecided stays so at later looks.

What waits for an improvement is as open as that one is, which is asked too.
"""


def mode_state(
    case: Case, judged: Mapping[str, Judged], failures: FailureVerdict
) -> tuple[Ruling, bool]:
    """The state so far, and whether it is final.

    A block is final at once; a pass when every metric that can ask for seeds has passed
    and the branch fails no more often than the baseline. A broken baseline is final
    too, and only what needs no baseline can still block then. Guardrails alone use all
    looks.
    """
    verdicts = [verdict for verdict, _ in judged.values()]
    states = counted(verdicts, broken=failures.broken)
    if failures.state is not Ruling.PASS:
        return worst((failures.state, *states)), True
    state = worst((Ruling.PASS, *states))
    if state is Ruling.PASS and _unfinished(case, failures):
        state = Ruling.UNDECIDED
    return state, state in FINAL or case.look.last or _hopeless(verdicts)


def _unfinished(case: Case, failures: FailureVerdict) -> bool:
    """Whether what would pass may not pass yet."""
    return failures.forbids_pass or (
        not case.look.last and only_guarded(_roles(case.rules.mode))
    )


def _roles(mode: Mode) -> set[Role]:
    return {metric.role for metric in mode.metrics}


def _hopeless(verdicts: list[MetricVerdict]) -> bool:
    """Whether no later look can decide what is still open.

    A limit that was not seen kept stays so.
    """
    waiting = [
        one
        for one in verdicts
        if one.state is Ruling.UNDECIDED and (one.role in DECIDING or untested(one))
    ]
    return bool(waiting) and all(
        one.role is Role.LIMIT or one.reason in HOPELESS for one in waiting
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A look that was made: every metric's verdict, and where the mode stands."""

    case: Case
    judged: Mapping[str, Judged]
    failures: FailureVerdict
    state: Ruling
    decided: bool

    @classmethod
    def of(
        cls, case: Case, judged: Mapping[str, Judged], failures: FailureVerdict
    ) -> Self:
        """The mode after this look; where it has ended, its metrics are closed."""
        state, decided = mode_state(case, judged, failures)
        if decided:
            judged = {name: close(case, one) for name, one in judged.items()}
        return cls(case, judged, failures, state, decided)

    def verdict(self, *, targeted: bool) -> ModeVerdict:
        """The mode's verdict as every reader sees it."""
        rules = self.case.rules
        told = [one for _, many in self.judged.values() for one in many]
        return ModeVerdict(
            name=rules.mode.name,
            state=self.state,
            targeted=targeted,
            metrics=tuple(verdict for verdict, _ in self.judged.values()),
            findings=(
                *self.failures.findings,
                *told,
                *why_so(self.case),
                *hidden(self.case),
            ),
            looks=(*rules.looks, *rules.beyond),
            look=round(self.case.look.n),
            decided=self.decided,
        )


def close(case: Case, judged: Judged) -> Judged:
    """The mode has ended: guardrails are kept, and what was still open is told."""
    verdict, findings = judged
    if verdict.role is Role.GUARDRAIL:
        return keep(case, judged)
    if verdict.state is not Ruling.UNDECIDED or verdict.reason is not None:
        return judged
    facts = so_far(verdict)
    one = case.found(Reason.STOPPED_EARLY, Ruling.INFO, facts, verdict.name)
    closed = dataclasses.replace(verdict, reason=Reason.STOPPED_EARLY)
    return closed, (*findings, one)


def settled(judged: Mapping[str, Judged]) -> Settled:
    """What stays as it is at later looks; all else is looked at anew each time."""
    return {
        name: one
        for name, one in judged.items()
        if one[0].state in FINAL and one[0].role in SAMPLING
    }
