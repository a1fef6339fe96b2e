"""Sanity of the network: what the probe saw on the branch, held against the base.

The branch runs with two seeds, so that it is seen whether the seed has an effect. A
check that fails on the branch and holds on the base blocks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.ladder.climbed import Climbed
from bot.domain.ladder.lost import is_lost, lost_finding
from bot.domain.ladder.rungs import RungKind
from bot.domain.policy import Mode, Seeding
from bot.domain.verdict import Evidence, Finding, Reason, Ruling, Rung
from bot.domain.verdict.findings import finding
from workers.contract import (
    Check,
    CheckSeen,
    CheckState,
    Failed,
    StepSeen,
    TrialResult,
)

ALL_CHECKS = "all"
"""In the place of a check's name where nothing at all was seen."""

_ASKED_OF_EVERY_SEED = frozenset({Check.LOSS_FALLS, Check.INITIAL_LOSS, Check.OVERFITS})
"""Checks that one unlucky seed can fail: they fail only where every seed fails."""


@dataclass(frozen=True, slots=True)
class SanityRun:
    """A probed run of one arm: its seed and how it ended."""

    seed: int
    result: TrialResult


@dataclass(frozen=True, slots=True)
class _Seen:
    """One check over all runs of an arm; `facts` go into the evidence."""

    state: CheckState
    saw: str
    seed: int | None
    facts: Evidence


_Arm = Mapping[Check, _Seen]


def judge_sanity(
    stage: str,
    modes: Sequence[Mode],
    branch: Mapping[str, Sequence[SanityRun]],
    baseline: Mapping[str, Sequence[SanityRun]],
) -> Climbed:
    """The rung over all modes; the runs of each arm by the mode's name.

    BLOCK where a check fails on the branch alone; INFO where nothing could be checked.
    """
    found = [
        one
        for mode in modes
        for one in _of_mode(mode, branch[mode.name], baseline[mode.name])
    ]
    return Climbed(Rung(stage, str(RungKind.SANITY), _state(found)), tuple(found))


def _state(found: Sequence[Finding]) -> Ruling:
    states = {one.state for one in found}
    order = (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS)
    return next((one for one in order if one in states), Ruling.INFO)


def asks_seed_again(mode: Mode, branch: Sequence[SanityRun]) -> bool:
    """Whether the base must be run with a second seed too.

    Only where the seed has no effect on the branch: was it so before?
    """
    seen = _seed_matters(branch) if mode.seeding is Seeding.SHARED else None
    return seen is not None and seen.state is CheckState.FAILED


def _of_mode(
    mode: Mode, branch: Sequence[SanityRun], baseline: Sequence[SanityRun]
) -> Iterator[Finding]:
    gone = [one.result for one in (*branch, *baseline) if is_lost(one.result)]
    if gone:
        yield lost_finding(gone, mode.name)
        return
    seen, before = _arm(mode, branch), _arm(mode, baseline)
    if not any(one.state is not CheckState.UNSEEN for one in seen.values()):
        yield _nothing_seen(mode, branch)
        return
    for check in Check:
        if check in seen:
            yield _finding(mode, check, seen[check], before.get(check))


def _arm(mode: Mode, runs: Sequence[SanityRun]) -> _Arm:
    """Every check that some run tells of, in the order of `Check`."""
    told: dict[Check, _Seen] = {}
    for check in Check:
        each = [(run.seed, one) for run in runs for one in _checks(run, check)]
        if each:
            told[check] = _together(check, each)
    told.pop(Check.SEED_MATTERS, None)
    if mode.seeding is Seeding.SHARED and len(runs) > 1:
        told[Check.SEED_MATTERS] = _seed_matters(runs)
    return told


def _checks(run: SanityRun, check: Check) -> Iterator[CheckSeen]:
    probed = run.result.probed
    if probed is not None:
        yield from (one for one in probed.checks if one.check is check)


def _together(check: Check, each: Sequence[tuple[int, CheckSeen]]) -> _Seen:
    """One answer of several seeds."""
    by_state = {one.state: (seed, one) for seed, one in reversed(each)}
    states = [CheckState.FAILED, CheckState.PASSED, CheckState.UNSEEN]
    if check in _ASKED_OF_EVERY_SEED:
        states = [CheckState.PASSED, CheckState.FAILED, CheckState.UNSEEN]
    seed, one = next(by_state[state] for state in states if state in by_state)
    return _Seen(one.state, one.saw, seed, {})


def _seed_matters(runs: Sequence[SanityRun]) -> _Seen:
    """Whether two seeds give different steps; bits are compared."""
    first, second = runs[0], runs[1]
    pairs = list(zip(_steps(first), _steps(second), strict=False))
    seeds: Evidence = {"other_seed": second.seed, "steps": len(pairs)}
    compared = [(a.step, _bits(a), _bits(b)) for a, b in pairs]
    if not any(any(bits) for _, bits, _ in compared):
        return _Seen(CheckState.UNSEEN, _why(runs), first.seed, {})
    apart = next((step for step, a, b in compared if a != b), None)
    state = CheckState.FAILED if apart is None else CheckState.PASSED
    return _Seen(state, "", first.seed, {**seeds, "step": apart})


def _steps(run: SanityRun) -> tuple[StepSeen, ...]:
    return run.result.probed.steps if run.result.probed else ()


def _bits(step: StepSeen) -> tuple[str, ...]:
    known = (step.loss, step.gradient, step.parameters, step.batch)
    return tuple(one or "" for one in known)


def _nothing_seen(mode: Mode, branch: Sequence[SanityRun]) -> Finding:
    facts: Evidence = {
        "check": ALL_CHECKS,
        "saw": _why(branch),
        "seed": branch[0].seed,
    }
    return finding(Reason.SANITY_UNSEEN, Ruling.INFO, facts, mode=mode.name)


def _why(runs: Sequence[SanityRun]) -> str:
    """What kept the probe from seeing, as far as anything is known."""
    for run in runs:
        probed, outcome = run.result.probed, run.result.outcome
        if probed is not None and probed.faults:
            return probed.faults[0]
        if isinstance(outcome, Failed):
            return f"{outcome.reason}: {outcome.detail}"
    return str(runs[0].result.probed.end) if runs[0].result.probed else ""


def _finding(mode: Mode, check: Check, seen: _Seen, before: _Seen | None) -> Finding:
    reason, state = _ruling(seen, before)
    facts: Evidence = {
        "check": str(check),
        "saw": seen.saw,
        "baseline_saw": before.saw if before else None,
        "seed": seen.seed,
        **seen.facts,
    }
    return finding(reason, state, facts, mode=mode.name)


def _ruling(seen: _Seen, before: _Seen | None) -> tuple[Reason, Ruling]:
    failed_before = before is not None and before.state is CheckState.FAILED
    match seen.state:
        case CheckState.PASSED:
            return Reason.SANITY_PASSED, Ruling.PASS
        case CheckState.UNSEEN:
            return Reason.SANITY_UNSEEN, Ruling.INFO
        case CheckState.FAILED if failed_before:
            return Reason.SANITY_AS_BEFORE, Ruling.INFO
        case CheckState.FAILED:
            return Reason.SANITY_FAILED, Ruling.BLOCK
        case _:
            assert_never(seen.state)
