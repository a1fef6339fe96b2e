"""What would keep a plan from starting, and what its report would warn of."""

import dataclasses
from typing import NamedTuple

from bot.domain.errors import UserFault
from bot.domain.history import Knowledge, resolve
from bot.domain.policing import findings, police, refusal
from bot.domain.policy import Metric, Mode, Policy, Stage
from bot.domain.verdict import Finding


class Foreseen(NamedTuple):
    """Why a stage would be refused, and the notes that its report would carry."""

    faults: tuple[UserFault, ...]
    notes: tuple[Finding, ...]


def foresee(policy: Policy, stage: Stage, known: Knowledge) -> Foreseen:
    """What planning would say of the tolerances of a stage, as far as it is known.

    Every fault at once: amounts that no calibration has measured, and tolerances that
    the planned seeds cannot police.
    """
    faults, modes = list[UserFault](), list[Mode]()
    for mode in policy.modes:
        resolved, missing = _resolved(mode, known)
        modes.append(resolved)
        faults += missing
    found = police(policy, stage, modes, known)
    refused = refusal(found, policy.decision)
    told = found if refused is None else [one for one in found if not one.refused]
    return Foreseen((*faults, *([refused] if refused else [])), findings(told))


def _resolved(mode: Mode, known: Knowledge) -> tuple[Mode, list[UserFault]]:
    """The mode with the amounts that are known, without metrics whose are not."""
    metrics, faults = list[Metric](), list[UserFault]()
    for metric in mode.metrics:
        alone = dataclasses.replace(mode, metrics=(metric,))
        try:
            metrics += resolve(alone, known.pilots).metrics
        except UserFault as fault:
            faults.append(fault)
    return dataclasses.replace(mode, metrics=tuple(metrics)), faults
