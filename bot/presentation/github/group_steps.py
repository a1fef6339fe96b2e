"""What to do about a merge group: no command reaches one, and none is named.

What can be lifted is lifted on its pull request, and whoever wants it judged again puts
that into the queue again.
"""

from bot.domain.conclusions import (
    BudgetSpent,
    Conclusion,
    Impossible,
    Judged,
    OwnFault,
    WaitingForTarget,
    WaitingForTrust,
    state_of,
)
from bot.domain.pulls.ordering import liftable
from bot.domain.verdict import Report, Verdict
from bot.presentation.github.situation import Situation
from bot.presentation.headline import deciding
from bot.presentation.steps import Channel, Step, next_steps
from bot.presentation.words import groups, pulls, steps

_GOES_ON = (Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.CANCELLED, None)
"""Conclusions of which the queue makes nobody act; None is what has not ended."""
_QUEUE = Channel(
    lambda _: groups.LANDS,
    groups.AGAIN,
    lambda _report, _changes: "",
    lambda one: one.in_queue,
    steps.made,
    steps.SPLIT_ONE,
)
"""The steps without any line: nothing is split off a group."""


def group_steps(said: Situation) -> tuple[Step, ...]:
    """What to do now, by how its evaluation ended."""
    found = dict.fromkeys((*_mends(said), *_then(said)))
    return tuple(Step(one) for one in found if one)


def _mends(said: Situation) -> tuple[str, ...]:
    match said.plain:
        case Judged(verdict=verdict) | BudgetSpent(verdict=Verdict() as verdict):
            found = next_steps(said.with_verdict(verdict), _QUEUE)
            return tuple(one.text for one in found)
        case BudgetSpent():
            return (groups.BUDGET,)
        case Impossible(problem=problem, mend=mend):
            return (pulls.impossible(problem, mend).mend,)
        case OwnFault(mend=mend):
            return (mend,)
        case _:
            return ()


def _then(said: Situation) -> tuple[str, ...]:
    """How it is judged again, once that is mended."""
    if state_of(said.outcome).conclusion in _GOES_ON:
        return ()
    match said.plain:
        case Judged(verdict=verdict) if _stands_for(said.with_verdict(verdict)):
            return (groups.UPDATE,)
        case WaitingForTarget():
            return (groups.NAME_TARGETS,)
        case WaitingForTrust():
            return (groups.TRUST,)
        case _:
            return (groups.AGAIN,)


def _stands_for(report: Report) -> bool:
    """Whether a person can stand up for anything that decided it, if not for all."""
    return any(map(liftable, deciding(report)))
