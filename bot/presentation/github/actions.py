"""The buttons of a check run: commands that GitHub lets people click."""

from dataclasses import dataclass

from bot.domain.commands import Verb
from bot.domain.conclusions import (
    Closed,
    Judged,
    NotGated,
    Running,
    Superseded,
    Waiting,
)
from bot.domain.verdict import Finding, Report, Ruling
from bot.domain.verdict.counting import extendable
from bot.presentation.github.situation import Situation
from bot.presentation.headline import all_findings

MOST = 3
LABEL, DESCRIPTION, IDENTIFIER = 20, 40, 20
"""Characters that GitHub takes of each."""


@dataclass(frozen=True, slots=True)
class Action:
    """One button; GitHub sends `identifier` back when it is clicked."""

    label: str
    description: str
    identifier: str


_ACTIONS = {
    Verb.RUN: Action("Run again", "Judge this commit anew", Verb.RUN),
    Verb.MORE: Action("More seeds", "Add seeds past the last look", Verb.MORE),
    Verb.ABLATE: Action("Ablate", "Judge every change on its own", Verb.ABLATE),
}


def actions(said: Situation) -> tuple[Action, ...]:
    """What can be clicked; nothing before the end, nor on what is over."""
    return tuple(_ACTIONS[one] for one in _verbs(said))


def _verbs(said: Situation) -> tuple[Verb, ...]:
    match said.plain:
        case Waiting() | Running() | Superseded() | Closed() | NotGated():
            return ()
        case Judged(verdict=verdict):
            report = said.with_verdict(verdict)
            more = (Verb.MORE,) if takes_seeds(report) else ()
            apart = () if report.apart.found == 1 else (Verb.ABLATE,)
            return Verb.RUN, *more, *apart
        case _:
            return (Verb.RUN,)


def takes_seeds(report: Report) -> bool:
    """Whether further seeds, if somebody asked for them, could decide what is open."""
    verdict, found = report.verdict, all_findings(report)
    undecided = verdict.state is Ruling.UNDECIDED
    return undecided and any(extendable(one, found) for one in verdict.modes)


def seeds_lift(found: Finding, report: Report) -> bool:
    """Whether those could decide what one of its findings is about."""
    if not takes_seeds(report) or found.evidence.get("failing"):
        return False
    modes = (one for one in report.verdict.modes if one.name == found.mode)
    return all(extendable(one, all_findings(report)) for one in modes)


def clicked(identifier: str) -> Verb | None:
    """The command behind a button; None for one that we never showed."""
    known = {one.identifier: verb for verb, one in _ACTIONS.items()}
    return known.get(identifier)
