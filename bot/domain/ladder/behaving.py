"""How modes behave, put beside what was judged of them."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from bot.domain.ladder.climbed import Climbed
from bot.domain.ladder.rungs import FINGERPRINT, RungKind
from bot.domain.verdict import (
    Behaviour,
    Finding,
    Fingerprint,
    ModeVerdict,
    Ruling,
    Rung,
    Verdict,
    worst,
)

Behaviours = Mapping[str, Behaviour]


def fingerprinted(
    behaviours: Behaviours, findings: Sequence[Finding], targets: Collection[str]
) -> Climbed:
    """The rung of fingerprints; what waits for trials to be decided stops nobody.

    A finding that is UNDECIDED here asks whether trials show the mode to be equivalent.
    Where no mode could be compared, nothing passes: the rung is INFO.
    """
    prints = {one.fingerprint for one in behaviours.values()}
    state = state_of_prints(findings)
    if state is Ruling.PASS and prints <= {Fingerprint.UNKNOWN}:
        state = Ruling.INFO
    bare = [
        ModeVerdict(name, Ruling.INFO, targeted=True, metrics=(), findings=())
        for name in behaviours
    ]
    modes = behaving(bare, behaviours, findings, targets)
    rung = Rung(FINGERPRINT, str(RungKind.FINGERPRINT), state)
    return Climbed(rung, tuple(findings), Verdict(state, tuple(findings), modes))


def state_of_prints(findings: Sequence[Finding]) -> Ruling:
    """The state of the rung by what was found of the modes."""
    blocked = any(one.state is Ruling.BLOCK for one in findings)
    waits = any(one.state is Ruling.UNDECIDED for one in findings)
    return Ruling.BLOCK if blocked else Ruling.INFO if waits else Ruling.PASS


def behaving(
    modes: Sequence[ModeVerdict],
    behaviours: Behaviours,
    findings: Sequence[Finding],
    targets: Collection[str],
) -> tuple[ModeVerdict, ...]:
    """The modes with how they behave; findings of a mode count in its state.

    Who is a target follows from `targets` as soon as there is one, or a mode changed.
    Modes that were not probed stay as they are.
    """
    changed = (one.fingerprint is Fingerprint.CHANGED for one in behaviours.values())
    told = bool(targets) or any(changed)
    return tuple(
        dataclasses.replace(
            _and(mode, _of(findings, mode.name)),
            targeted=mode.name in targets if told else mode.targeted,
            fingerprint=behaviours[mode.name].fingerprint,
            behaviour=behaviours[mode.name],
        )
        if mode.name in behaviours
        else mode
        for mode in modes
    )


def with_findings(verdict: Verdict, found: Sequence[Finding]) -> Verdict:
    """The verdict with what else was found of its modes, which counts for each."""
    modes = tuple(_and(mode, _of(found, mode.name)) for mode in verdict.modes)
    states = (verdict.state, *(one.state for one in found))
    findings = (*verdict.findings, *found)
    return dataclasses.replace(
        verdict, state=worst(states), findings=findings, modes=modes
    )


def _of(found: Sequence[Finding], mode: str) -> tuple[Finding, ...]:
    return tuple(one for one in found if one.mode == mode)


def _and(mode: ModeVerdict, findings: tuple[Finding, ...]) -> ModeVerdict:
    """A mode with further findings; that nothing decides leaves it as it is."""
    states = (mode.state, *(one.state for one in findings))
    decisive = any(state is not Ruling.INFO for state in states)
    state = worst(states) if decisive else mode.state
    return dataclasses.replace(mode, state=state, findings=(*mode.findings, *findings))
