"""The answer on a pull request, by how its evaluation ended: one for every outcome."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from bot.domain.conclusions import (
    BudgetSpent,
    Cancelled,
    Closed,
    Conclusion,
    Conflict,
    Drafted,
    Impossible,
    Judged,
    NotGated,
    NotNeeded,
    Open,
    OwnFault,
    Partial,
    Plain,
    Running,
    Superseded,
    TimeSpent,
    Waiting,
    WaitingForTarget,
    WaitingForTrust,
    state_of,
)
from bot.domain.verdict import Reason, Report, Ruling
from bot.presentation.github.actions import takes_seeds
from bot.presentation.github.commands import GITHUB, ok_line, target_line
from bot.presentation.github.group_steps import group_steps
from bot.presentation.github.situation import Situation
from bot.presentation.headline import answered, because, deciding, why
from bot.presentation.steps import Step, next_steps
from bot.presentation.words import around, groups, pulls
from bot.presentation.words.phrase import Words

_PASSED, _BLOCKED = "\N{WHITE HEAVY CHECK MARK}", "\N{NO ENTRY}"
_UNDECIDED = "\N{WHITE QUESTION MARK ORNAMENT}"
_YOURS, _LATE = "\N{RAISED HAND}", "\N{HOURGLASS}"
_OVER, _OURS = "\N{MEDIUM WHITE CIRCLE}", "\N{WRENCH}"
_QUEUED = "\N{HOURGLASS WITH FLOWING SAND}"
_RUNS = "\N{ANTICLOCKWISE DOWNWARDS AND UPWARDS OPEN CIRCLE ARROWS}"
_SIGNS = {
    Ruling.PASS: _PASSED,
    Ruling.BLOCK: _BLOCKED,
    Ruling.UNDECIDED: _UNDECIDED,
    Ruling.INFO: _UNDECIDED,
}
_RUN = "/gate run"
_AT_EASE = (Conclusion.SUCCESS, Conclusion.CANCELLED, Conclusion.NEUTRAL, None)
"""Conclusions after which nobody has to act; None is what has not ended."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The answer. `sign` is an emoji, `head` the answer without a full stop.

    `why` is the clause behind it, `sentence` the same as a sentence; names in both,
    and in the steps, are raw.
    """

    sign: str
    head: str
    why: str
    sentence: str
    steps: tuple[Step, ...] = ()


def spoken(said: Situation) -> Spoken:
    """What is said first, with what weakens it beside the answer."""
    one = _by_outcome(said, said.plain)
    head = one.head
    if state_of(said.outcome).conclusion is Conclusion.NEUTRAL:
        head += around.ADVISORY
    steps = group_steps(said) if said.grouped else one.steps
    return replace(one, head=head, steps=steps)


def calls(said: Situation) -> bool:
    """Whether a person has to act, and gets a comment of its own for it."""
    if isinstance(said.plain, WaitingForTrust) and said.plain.recorded:
        return False
    if isinstance(said.plain, Drafted):
        return False
    return state_of(said.outcome).conclusion not in _AT_EASE


def _by_outcome(said: Situation, one: Open | Plain) -> Spoken:
    match one:
        case Judged() | Partial() | BudgetSpent():
            return _with_verdict(said, one)
        case Waiting() | Running() | NotNeeded():
            return _at_ease(said, one)
        case Superseded() | Closed() | NotGated() | Cancelled() | Drafted():
            return _over(said, one)
        case _:
            return _stopped(said, one)


def _at_ease(said: Situation, one: Waiting | Running | NotNeeded) -> Spoken:
    """Where nobody has to do anything."""
    match one:
        case Waiting():
            return _told(_QUEUED, pulls.WAITING, pulls.WAITING_WORDS)
        case Running():
            return _told(_RUNS, pulls.RUNNING, pulls.RUNNING_WORDS)
        case NotNeeded():
            return _told(_PASSED, pulls.NOT_NEEDED, pulls.not_needed(said.base))
        case _:
            assert_never(one)


def _over(
    said: Situation, one: Superseded | Closed | NotGated | Cancelled | Drafted
) -> Spoken:
    """Where the gate has nothing to do, by somebody's doing."""
    match one:
        case Superseded(by=by):
            return _told(_OVER, pulls.SUPERSEDED, pulls.superseded(by))
        case Closed():
            return _told(_OVER, pulls.CLOSED, pulls.CLOSED_WORDS)
        case NotGated():
            return _told(_OVER, pulls.NOT_GATED, pulls.not_gated(said.base))
        case Cancelled(by=by):
            return _told(_OVER, pulls.CANCELLED, pulls.cancelled(by), _RUN)
        case Drafted():
            return _told(_OVER, pulls.DRAFT, pulls.DRAFT_WORDS, _RUN)
        case _:
            assert_never(one)


def _stopped(
    said: Situation,
    one: Conflict
    | WaitingForTrust
    | WaitingForTarget
    | Impossible
    | TimeSpent
    | OwnFault,
) -> Spoken:
    """What ended without a verdict, and not by itself."""
    match one:
        case Conflict():
            return _told(_YOURS, pulls.REBASE, _unmerged(said.base, one))
        case WaitingForTrust(recorded=recorded):
            return _untrusted(said, recorded=recorded)
        case WaitingForTarget(modes=modes):
            line = target_line(modes)
            return _told(_YOURS, pulls.TARGET, pulls.target(modes), line)
        case Impossible(problem=problem, mend=mend):
            return _told(_YOURS, pulls.IMPOSSIBLE, pulls.impossible(problem, mend))
        case TimeSpent(limit_s=limit):
            return _told(_LATE, pulls.TIME, pulls.time(limit), _RUN)
        case OwnFault(problem=problem, mend=mend):
            fault = pulls.own_fault(problem, mend)
            return _told(_OURS, pulls.OWN_FAULT, fault, _RUN)
        case _:
            assert_never(one)


def _untrusted(said: Situation, *, recorded: bool) -> Spoken:
    if said.grouped:
        return _told(_YOURS, pulls.TRUST, groups.UNTRUSTED)
    line = "" if recorded else ok_line(said.head)
    return _told(_YOURS, pulls.TRUST, pulls.trust(recorded=recorded), line)


def _unmerged(base: str, one: Conflict) -> Words:
    return pulls.conflict(base, one.files) if one.related else pulls.unrelated(base)


def _told(sign: str, head: str, words: Words, line: str = "") -> Spoken:
    steps = (Step(words.mend, line),) if words.mend else ()
    return Spoken(sign, head, words.short, words.sentence, steps)


def _with_verdict(said: Situation, one: Judged | Partial | BudgetSpent) -> Spoken:
    match one:
        case BudgetSpent(verdict=verdict) if verdict is not None:
            judged = _judged(said.with_verdict(verdict))
            return replace(judged, sign=_LATE, head=pulls.BUDGET)
        case BudgetSpent():
            return _told(_LATE, pulls.BUDGET, pulls.BUDGET_WORDS, _RUN)
        case Partial(verdict=verdict) if verdict.state is not Ruling.BLOCK:
            return _told(_UNDECIDED, pulls.PARTLY, pulls.PARTLY_WORDS, _RUN)
        case Judged(verdict=verdict) | Partial(verdict=verdict):
            report = said.with_verdict(verdict)
            return replace(_judged(report), steps=steps_on_pull(report))
        case _:
            assert_never(one)


def _judged(report: Report) -> Spoken:
    state = report.verdict.state
    steps = next_steps(report, GITHUB)
    return Spoken(_SIGNS[state], answered(report), why(report), because(report), steps)


def steps_on_pull(report: Report) -> tuple[Step, ...]:
    """What to do after a verdict, by those who read the pull request."""
    return (*next_steps(report, GITHUB), *_also(report))


def _also(report: Report) -> Iterator[Step]:
    """What can be said on a pull request besides: that it is meant, or more seeds."""
    modes = [
        one.mode or "" for one in deciding(report) if one.reason is Reason.MODE_INVASIVE
    ]
    if modes and (line := target_line(tuple(dict.fromkeys(modes)))):
        yield Step(pulls.IF_MEANT, line)
    if takes_seeds(report):
        yield Step(pulls.MORE_SEEDS, "/gate more 5")
