"""Every sentence that Seedgate says of a finding: a closed list, one family a module.

A family is a closed list of reasons and the function that has the words for each.
"""

from collections.abc import Callable
from typing import Any, get_args

from bot.domain.verdict import Finding
from bot.presentation.words.ablation import Changes, changes
from bot.presentation.words.anchors import Anchors, anchors
from bot.presentation.words.circumstances import Commits, Machines, commits, machines
from bot.presentation.words.comparisons import Open, Settled, settled, unsettled
from bot.presentation.words.cutting import Cutting, cutting
from bot.presentation.words.environment import Surroundings, surroundings
from bot.presentation.words.exhibits import Exhibits, exhibits
from bot.presentation.words.forecasts import Forecasts, forecasts
from bot.presentation.words.guardrails import Guardrails, guardrails
from bot.presentation.words.improvements import Improvements, improvements
from bot.presentation.words.invasive import Behaviours, behaviours
from bot.presentation.words.labels import label
from bot.presentation.words.ladder import Rungs, rungs
from bot.presentation.words.outcomes import (
    Failures,
    Limits,
    Targets,
    failures,
    limits,
    targets,
)
from bot.presentation.words.phrase import Facts, Words
from bot.presentation.words.plans import Plans, plans
from bot.presentation.words.power import Attempts, Planning, design, planning
from bot.presentation.words.saturation import Saturation, saturation
from bot.presentation.words.versions import Versions, versions
from bot.presentation.words.watched import Watched, watched

__all__ = ["FAMILIES", "Words", "label", "message", "words"]

Reasons = (
    Settled
    | Open
    | Improvements
    | Guardrails
    | Anchors
    | Failures
    | Limits
    | Targets
    | Changes
    | Cutting
    | Behaviours
    | Versions
    | Watched
    | Rungs
    | Exhibits
    | Forecasts
    | Planning
    | Attempts
    | Saturation
    | Surroundings
    | Machines
    | Plans
    | Commits
)
"""The reasons of all families; the type checker finds one that is in none."""

FAMILIES: tuple[tuple[object, Callable[[Any, Facts], Words]], ...] = (
    (Settled, settled),
    (Open, unsettled),
    (Improvements, improvements),
    (Guardrails, guardrails),
    (Anchors, anchors),
    (Failures, failures),
    (Limits, limits),
    (Targets, targets),
    (Changes, changes),
    (Cutting, cutting),
    (Behaviours, behaviours),
    (Versions, versions),
    (Watched, watched),
    (Rungs, rungs),
    (Exhibits, exhibits),
    (Forecasts, forecasts),
    (Planning, planning),
    (Attempts, design),
    (Saturation, saturation),
    (Surroundings, surroundings),
    (Machines, machines),
    (Plans, plans),
    (Commits, commits),
)
"""Each family, and who speaks for it; a test sees that no reason is in two."""
_SAYS = {reason: says for family, says in FAMILIES for reason in get_args(family)}


def words(finding: Finding) -> Words:
    """What to say of a finding. Names and log lines in it are raw: escape on show."""
    reason: Reasons = finding.reason
    return _SAYS[reason](reason, Facts(finding))


def message(finding: Finding) -> str:
    """The sentence and its mend as one text."""
    said = words(finding)
    return f"{said.sentence} {said.mend}".strip()
