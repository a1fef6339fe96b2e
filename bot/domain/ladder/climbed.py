"""Rungs that have been climbed, and the one verdict over all of them."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.ladder.rungs import Planned, RungKind, skipped
from bot.domain.verdict import (
    ChangeVerdict,
    Finding,
    Reason,
    Ruling,
    Rung,
    Verdict,
    worst,
)
from bot.domain.verdict.findings import with_evidence


@dataclass(frozen=True, slots=True)
class Climbed:
    """A rung that has ended: where it stands in the ladder, and what it found.

    `verdict` is that of a training rung, or what another rung found of the modes.
    """

    rung: Rung
    findings: tuple[Finding, ...]
    verdict: Verdict | None = None


def trained(stage: str, verdict: Verdict) -> Climbed:
    """A training rung; that the caller asked for less is no reason to stop there."""
    rung = Rung(stage, str(RungKind.TRAINING), _of_itself(verdict))
    return Climbed(rung, verdict.findings, verdict)


def _of_itself(verdict: Verdict) -> Ruling:
    """The state without what the caller left out of the plan."""
    if not any(one.reason is Reason.NARROWED for one in verdict.findings):
        return verdict.state
    if verdict.state is Ruling.BLOCK:
        return Ruling.BLOCK
    beside = [
        one.state
        for one in verdict.findings
        if one.mode is None and one.reason is not Reason.NARROWED
    ]
    return worst((*(mode.state for mode in verdict.modes), *beside))


def summed(
    ladder: Sequence[Planned], climbed: Sequence[Climbed], beside: Sequence[Finding]
) -> Verdict:
    """The worst of all rungs, with what was found `beside` them.

    Modes and metrics are those of the last rung that knows any: effects of different
    stages are never mixed. Needs at least one rung.
    """
    done = [one.rung for one in climbed]
    rest, told = skipped(ladder, done)
    climbed = [told_apart(ladder, one) for one in climbed]
    verdicts = [one.verdict for one in climbed if one.verdict is not None]
    known = [one for one in verdicts if one.modes]
    cut = [_changes(ladder, one) for one in climbed]
    states = [one.verdict.state if one.verdict else one.rung.state for one in climbed]
    findings = [*(f for one in climbed for f in one.findings), *beside, *told]
    return Verdict(
        state=worst((*states, *(one.state for one in beside))),
        findings=tuple(_once(findings)),
        modes=known[-1].modes if known else (),
        changes=next((one for one in reversed(cut) if one), ()),
        rungs=(*done, *rest),
    )


def _changes(ladder: Sequence[Planned], one: Climbed) -> tuple[ChangeVerdict, ...]:
    """The changes that a rung judged; they say on which, where several could."""
    changes = one.verdict.changes if one.verdict else ()
    if not _several_train(ladder):
        return changes
    return tuple(dataclasses.replace(each, stage=one.rung.stage) for each in changes)


def _several_train(ladder: Sequence[Planned]) -> bool:
    return sum(rung.kind is RungKind.TRAINING for rung in ladder) > 1


def told_apart(ladder: Sequence[Planned], one: Climbed) -> Climbed:
    """Where several rungs train, each finding of a mode says on which it was found.

    It does so however far the climb got, so that it keeps its id when it goes on. Safe
    to repeat.
    """
    trains = one.rung.kind == RungKind.TRAINING
    if one.verdict is None or not trains or not _several_train(ladder):
        return one
    stage = one.rung.stage
    modes = tuple(
        dataclasses.replace(mode, findings=_all_placed(mode.findings, stage))
        for mode in one.verdict.modes
    )
    findings = _all_placed(one.findings, stage)
    verdict = dataclasses.replace(one.verdict, findings=findings, modes=modes)
    return dataclasses.replace(one, findings=findings, verdict=verdict)


def _all_placed(findings: Iterable[Finding], stage: str) -> tuple[Finding, ...]:
    return tuple(_placed(one, stage) for one in findings)


def _placed(found: Finding, stage: str) -> Finding:
    if found.mode is None:
        return found
    return with_evidence(found, {"rung": stage})


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What several rungs say in the same words is said once."""
    seen: set[str] = set()
    for one in findings:
        if one.key not in seen:
            seen.add(one.key)
            yield one
