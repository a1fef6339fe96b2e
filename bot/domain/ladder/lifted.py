"""A rung that has ended, without what somebody accepted of it."""

import dataclasses
from collections.abc import Collection

from bot.domain.ladder.behaving import state_of_prints
from bot.domain.ladder.climbed import Climbed, trained
from bot.domain.ladder.rungs import RungKind
from bot.domain.verdict import Ruling, Verdict, worst
from bot.domain.verdict.lifting import lift, relaxed


def lifted(climbed: Climbed, accepted: Collection[str]) -> Climbed:
    """The rung as the climb goes on from it; unchanged where nothing was accepted.

    Its findings must have the ids that people see (`told_apart`).
    """
    if climbed.verdict is None:
        return _without_verdict(climbed, accepted)
    found = lift(climbed.verdict, accepted)
    if not found.lifted:
        return climbed
    if climbed.rung.kind == RungKind.TRAINING:
        state = trained(climbed.rung.stage, found.verdict).rung.state
        return _again(climbed, found.verdict, state)
    state = state_of_prints(found.verdict.findings)
    return _again(climbed, dataclasses.replace(found.verdict, state=state), state)


def _without_verdict(climbed: Climbed, accepted: Collection[str]) -> Climbed:
    """Tests and sanity: nothing but their findings holds them up."""
    findings = tuple(relaxed(one, accepted) for one in climbed.findings)
    if findings == climbed.findings:
        return climbed
    state = worst((Ruling.PASS, *(one.state for one in findings)))
    rung = dataclasses.replace(climbed.rung, state=state)
    return dataclasses.replace(climbed, rung=rung, findings=findings)


def _again(climbed: Climbed, verdict: Verdict, state: Ruling) -> Climbed:
    rung = dataclasses.replace(climbed.rung, state=state)
    return Climbed(rung, verdict.findings, verdict)
