"""A verdict with findings that somebody accepted: they are told, and decide no more.

States are made again of what is left, by the rules that made them (`counting`). What an
accepted finding kept from being judged to its end is not passed in its shadow: it is
undecided (`reopening`), and can be accepted as well.
"""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.verdict.acceptable import accepts
from bot.domain.verdict.counting import counted
from bot.domain.verdict.reasons import Reason, Ruling
from bot.domain.verdict.reopening import completed, is_open, is_shadowed
from bot.domain.verdict.tree import (
    ChangeEffect,
    ChangeVerdict,
    Finding,
    ModeVerdict,
    Rung,
    Verdict,
    worst,
)

STOPS = (Ruling.BLOCK, Ruling.UNDECIDED)
"""States that hold a branch up."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """The verdict as it is now, and the ids of the findings that decide no more."""

    verdict: Verdict
    lifted: tuple[str, ...] = ()


def lift(verdict: Verdict, accepted: Collection[str]) -> Lifted:
    """The verdict without what was accepted, by the digests of findings.

    An accepted finding stays, as INFO, with its evidence and its id. Rungs that were
    not started for its sake leave the verdict undecided. What is accepted and is not
    there, or cannot be accepted, changes nothing.
    """
    ids = _lifted(verdict, accepted)  # by digest
    if not ids:
        return Lifted(verdict)
    modes = tuple(lift_mode(one, accepted) for one in verdict.modes)
    told = {one.digest: one for mode in modes for one in mode.findings}
    shadowed = _shadowed(verdict, accepted)
    beside = tuple(
        _as(one, Ruling.UNDECIDED)
        if one.digest in shadowed - ids.keys()
        else relaxed(one, accepted)
        for one in verdict.findings
        if one.digest not in told
    )
    now = {one.digest: one.state for one in (*told.values(), *beside)}
    kept = [_as(one, now[one.digest]) for one in verdict.findings]
    new = told.keys() - {one.digest for one in kept}
    findings = (*kept, *(one for one in told.values() if one.digest in new))
    left = dataclasses.replace(
        verdict,
        state=worst((*(m.state for m in modes), *(one.state for one in beside))),
        findings=findings,
        modes=modes,
        changes=tuple(_change(one, findings, ids) for one in verdict.changes),
    )
    return Lifted(_with_rungs(left), tuple(ids.values()))


def relaxed(found: Finding, accepted: Collection[str]) -> Finding:
    """The finding as INFO where it decided and was accepted."""
    gone = found.state in STOPS and accepts(accepted, found)
    return _as(found, Ruling.INFO) if gone else found


def lift_mode(mode: ModeVerdict, accepted: Collection[str]) -> ModeVerdict:
    """One mode without what was accepted of it; unchanged where that is nothing."""
    whole = completed(mode)
    ids = _of_mode(whole, accepted)
    if not ids:
        return mode
    gone = {(one.metric, one.reason) for one in whole.findings if one.digest in ids}
    metrics = (
        dataclasses.replace(one, state=Ruling.INFO)
        if (one.name, one.reason) in gone
        else one
        for one in whole.metrics
    )
    found = (
        _as(one, Ruling.INFO) if one.digest in ids else one for one in whole.findings
    )
    left = dataclasses.replace(whole, metrics=tuple(metrics), findings=tuple(found))
    left = _stated(left)
    return left if left.state is Ruling.BLOCK else _reopened(left, ids)


def _reopened(mode: ModeVerdict, accepted: Collection[str]) -> ModeVerdict:
    """The mode, undecided where nobody knows what was not judged to its end."""
    found = (
        _as(one, Ruling.UNDECIDED)
        if one.digest not in accepted and is_open(mode, one)
        else one
        for one in mode.findings
    )
    return _stated(dataclasses.replace(mode, findings=tuple(found)))


def _stated(mode: ModeVerdict) -> ModeVerdict:
    """The mode with the state that follows from its metrics and findings.

    At best it passes; not where it was cut short, and where no metric was judged there
    was nothing to pass.
    """
    own = {(one.name, one.reason, one.state) for one in mode.metrics}
    beside = [
        one.state
        for one in mode.findings
        if (one.metric, one.reason, one.state) not in own
    ]
    states = (*counted(mode.metrics, broken=_broken(mode)), *beside)
    if mode.metrics:
        best = Ruling.PASS if mode.decided else Ruling.UNDECIDED
        return dataclasses.replace(mode, state=worst((best, *states)))
    decisive = any(one is not Ruling.INFO for one in states)
    state = worst(states) if decisive else Ruling.INFO
    return dataclasses.replace(mode, state=state)


def _broken(mode: ModeVerdict) -> bool:
    """Whether the baseline itself is too broken to be compared with."""
    return any(
        one.reason is Reason.BASELINE_BROKEN
        and one.state is Ruling.UNDECIDED
        and "anchor" not in one.evidence
        for one in mode.findings
    )


def _of_mode(whole: ModeVerdict, accepted: Collection[str]) -> frozenset[str]:
    """Digests of what was accepted of a mode and decides, or would decide now."""
    return frozenset(
        one.digest
        for one in whole.findings
        if accepts(accepted, one) and (one.state in STOPS or is_open(whole, one))
    )


def _lifted(verdict: Verdict, accepted: Collection[str]) -> dict[str, str]:
    """Digests and ids of what was accepted and decides, in the order found."""
    modes = [completed(one) for one in verdict.modes]
    ids = frozenset[str]().union(*(_of_mode(one, accepted) for one in modes))
    shadowed = _shadowed(verdict, accepted)
    ids |= {
        one.digest
        for one in verdict.findings
        if (one.state in STOPS or one.digest in shadowed) and accepts(accepted, one)
    }
    every = (*verdict.findings, *(one for mode in modes for one in mode.findings))
    return {one.digest: one.id for one in every if one.digest in ids}


def _shadowed(verdict: Verdict, accepted: Collection[str]) -> frozenset[str]:
    """Digests of flags that block nothing for a mode did, and no longer does."""
    freed = [
        one
        for one in verdict.modes
        if one.state is Ruling.BLOCK
        and lift_mode(one, accepted).state is not Ruling.BLOCK
    ]
    flags = (one for one in verdict.findings if any(is_shadowed(m, one) for m in freed))
    return frozenset(one.digest for one in flags)


def _change(
    change: ChangeVerdict, findings: tuple[Finding, ...], ids: Collection[str]
) -> ChangeVerdict:
    about = [one for one in findings if one.digest in ids and one.change == change.id]
    effects = tuple(
        dataclasses.replace(effect, state=Ruling.INFO)
        if any(_is_of(one, effect) for one in about)
        else effect
        for effect in change.effects
    )
    return dataclasses.replace(change, effects=effects)


def _is_of(one: Finding, effect: ChangeEffect) -> bool:
    """Whether a finding is behind this effect; failed trials are of no one metric."""
    same = (one.mode, one.reason) == (effect.mode, effect.reason)
    return same and one.metric in (None, effect.metric)


def _with_rungs(verdict: Verdict) -> Verdict:
    """The verdict where rungs stand no worse than all of it does.

    With nothing left that had stopped the climb, rungs that were never started are
    undecided: nobody has climbed them.
    """
    skipped = [one for one in verdict.findings if one.reason is Reason.RUNG_SKIPPED]
    state = verdict.state
    if state in STOPS or not skipped:
        return dataclasses.replace(
            verdict, rungs=tuple(_no_worse(one, state) for one in verdict.rungs)
        )
    findings = tuple(
        _as(one, Ruling.UNDECIDED) if one in skipped else one
        for one in verdict.findings
    )
    return dataclasses.replace(
        verdict,
        state=Ruling.UNDECIDED,
        findings=findings,
        rungs=tuple(_no_worse(one, Ruling.PASS) for one in verdict.rungs),
    )


def _no_worse(rung: Rung, state: Ruling) -> Rung:
    stopped = rung.state in STOPS and worst((rung.state, state)) is rung.state
    return dataclasses.replace(rung, state=state) if stopped else rung


def _as(found: Finding, state: Ruling) -> Finding:
    return dataclasses.replace(found, state=state)
