"""GitHub's word for how an evaluation ended; nothing unknown is a pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.domain.conclusions.outcomes import (
    Advisory,
    BudgetSpent,
    Cancelled,
    Closed,
    Conflict,
    Drafted,
    Ended,
    Impossible,
    Judged,
    NotGated,
    NotNeeded,
    Outcome,
    OwnFault,
    Partial,
    Plain,
    Running,
    Superseded,
    TimeSpent,
    Waiting,
    WaitingForTarget,
    WaitingForTrust,
)
from bot.domain.verdict import Finding, Reason, Ruling, Verdict


class Conclusion(StrEnum):
    """The conclusions that we ever send, the worst first."""

    FAILURE = "failure"
    ACTION_REQUIRED = "action_required"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    NEUTRAL = "neutral"
    SUCCESS = "success"


_UNTOUCHED = {Reason.NOTHING_CHANGED, Reason.NOTHING_RELEVANT}


class Status(StrEnum):
    """How far a check run is; only a completed one has a conclusion."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class CheckState:
    """What a check run is told: a conclusion exactly where it is completed."""

    status: Status
    conclusion: Conclusion | None = None


def outcome_of(verdict: Verdict) -> Plain:
    """How an evaluation ended that has this verdict, by the findings that decided."""
    deciding = {one.reason for one in verdict.findings if one.state is verdict.state}
    match verdict.state:
        case _ if _narrowed(verdict) and Reason.MERGE_CONFLICT not in deciding:
            return Partial(verdict)
        case Ruling.PASS if deciding and deciding <= _UNTOUCHED:
            return NotNeeded()
        case Ruling.PASS | Ruling.BLOCK:
            return Judged(verdict)
        case _:
            return _undecided(verdict, deciding)


def _undecided(verdict: Verdict, deciding: set[Reason]) -> Plain:
    if Reason.MERGE_CONFLICT in deciding:
        return Conflict(_files(verdict.findings))
    if Reason.BUDGET_SPENT in deciding:
        return BudgetSpent(verdict)
    return OwnFault() if deciding == {Reason.TRIALS_LOST} else Judged(verdict)


def _narrowed(verdict: Verdict) -> bool:
    return any(one.reason is Reason.NARROWED for one in verdict.findings)


def _files(findings: Sequence[Finding]) -> tuple[str, ...]:
    found = (one for one in findings if one.reason is Reason.MERGE_CONFLICT)
    files = next(found).evidence.get("files")
    return tuple(map(str, files)) if isinstance(files, tuple) else ()


def conclude(outcome: Ended) -> Conclusion:
    """GitHub's word for it."""
    match outcome:
        case Advisory(of=of):
            return Conclusion.NEUTRAL if _tolerated(of) else conclude(of)
        case Judged(verdict=verdict):
            return _ruled(verdict, narrowed=_narrowed(verdict))
        case Partial(verdict=verdict):
            return _ruled(verdict, narrowed=True)
        case NotNeeded():
            return Conclusion.SUCCESS
        case OwnFault():
            return Conclusion.FAILURE
        case _:
            return _stopped(outcome)


def _stopped(
    outcome: Conflict
    | WaitingForTrust
    | WaitingForTarget
    | Impossible
    | BudgetSpent
    | TimeSpent
    | Superseded
    | Closed
    | Cancelled
    | Drafted
    | NotGated,
) -> Conclusion:
    match outcome:
        case Conflict() | WaitingForTrust() | WaitingForTarget() | Impossible():
            return Conclusion.ACTION_REQUIRED
        case Drafted():
            return Conclusion.ACTION_REQUIRED
        case BudgetSpent() | TimeSpent():
            return Conclusion.TIMED_OUT
        case Superseded() | Closed() | Cancelled() | NotGated():
            return Conclusion.CANCELLED
        case _:
            assert_never(outcome)


def _ruled(verdict: Verdict, *, narrowed: bool) -> Conclusion:
    """Only a pass of the whole plan is a success; whatever is no ruling is not."""
    match verdict.state:
        case Ruling.BLOCK:
            return Conclusion.FAILURE
        case Ruling.PASS if not narrowed:
            return Conclusion.SUCCESS
        case _:
            return Conclusion.ACTION_REQUIRED


def _tolerated(outcome: Plain) -> bool:
    """Whether the advisory mode lets it merge: what was judged, and stayed undecided.

    What was not judged at all, or was by less than the policy's plan, is not known.
    So it is with a budget or a time that was spent: a branch could spend it by itself,
    with a pause before its first number.
    """
    if not isinstance(outcome, Judged):
        return False
    verdict = outcome.verdict
    return verdict.state is Ruling.UNDECIDED and _known(verdict)


def _known(verdict: Verdict) -> bool:
    """Whether trials were looked at in each mode that is undecided, and none is lost.

    A climb that stopped below the training has looked at none, and neither has the
    evaluation of a branch that had all its evaluations.
    """
    stopped = (one for one in verdict.findings if one.state is Ruling.UNDECIDED)
    lost = any(one.reason is Reason.TRIALS_LOST for one in stopped)
    unseen = any(
        one.state is Ruling.UNDECIDED and not one.look for one in verdict.modes
    )
    looked = any(one.look for one in verdict.modes) and not unseen
    return looked and not lost and not _narrowed(verdict)


def state_of(outcome: Outcome) -> CheckState:
    """What the check run is told."""
    match outcome:
        case Waiting():
            return CheckState(Status.QUEUED)
        case Running():
            return CheckState(Status.IN_PROGRESS)
        case _:
            return CheckState(Status.COMPLETED, conclude(outcome))
