"""Whether a mode has ended, and how: the verdicts of its metrics together."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.domain.judgement.case import FINAL, Case, Judged, Settled
from bot.domain.judgement.chosen import why_so
from bot.domain.judgement.failures import FailureVerdict
from bot.domain.judgement.guardrail import keep, untested
from bot.domain.judgement.saturation import hidden
from bot.domain.policy import Mode, Role
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import MetricVerdict, ModeVerdict, Reason, Ruling, worst

DECIDING = (Role.PRIMARY, Role.TARGET, Role.IMPROVE, Role.LIMIT)
"""Roles that must pass before the mode does. A tested guardrail must not block."""

ALONE = (Role.TARGET, Role.LIMIT)
"""Roles that face a fixed number: a broken baseline takes nothing from them."""

SAMPLING = (Role.PRIMARY, Role.TARGET, Role.IMPROVE)
"""Roles that ask for seeds until they are final."""

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
    states = _counted(verdicts, failures)
    if failures.state is not Ruling.PASS:
        return worst((failures.state, *states)), True
    state = worst((Ruling.PASS, *states))
    if state is Ruling.PASS and _unfinished(case, failures):
        state = Ruling.UNDECIDED
    return state, state in FINAL or case.look.last or _hopeless(verdicts)


def _counted(
    verdicts: list[MetricVerdict], failures: FailureVerdict
) -> tuple[Ruling, ...]:
    """The states that decide: a guardrail that is not broken holds nothing up.

    One that could not even be tested does.
    """
    if failures.broken:
        return tuple(one.state for one in verdicts if one.role in ALONE)
    deciding = [one.state for one in verdicts if one.role in DECIDING]
    guarding = [one for one in verdicts if one.role is Role.GUARDRAIL]
    broken = [one.state for one in guarding if one.state is Ruling.BLOCK]
    return *deciding, *broken, *(one.state for one in guarding if untested(one))


def _unfinished(case: Case, failures: FailureVerdict) -> bool:
    """Whether what would pass may not pass yet."""
    return failures.forbids_pass or (
        not case.look.last and only_guarded(case.rules.mode)
    )


def only_guarded(mode: Mode) -> bool:
    """Whether guardrails are all that could ever ask for a look."""
    roles = {metric.role for metric in mode.metrics}
    return Role.GUARDRAIL in roles and not roles.intersection(SAMPLING)


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
    facts: Facts = {
        "look": verdict.look,
        "d": verdict.d,
        "low": verdict.low,
        "high": verdict.high,
        "tolerance": verdict.tolerance,
    }
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
