"""Which rungs an evaluation climbs, in which order, and which comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.policy import Gate, Policy, Stage, StageKind
from bot.domain.verdict import Finding, Reason, Ruling, Rung
from bot.domain.verdict.findings import finding

FINGERPRINT = "fingerprint"
"""The name of the rung that no stage of the policy stands for."""


class RungKind(StrEnum):
    """What a rung is for, in the order in which rungs are climbed."""

    TESTS = "tests"
    SANITY = "sanity"
    FINGERPRINT = "fingerprint"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Planned:
    """A rung that is to be climbed; `stage` is None for fingerprints."""

    name: str
    kind: RungKind
    stage: Stage | None = None


_KINDS = {
    StageKind.TESTS: RungKind.TESTS,
    StageKind.SANITY: RungKind.SANITY,
    StageKind.TRAINING: RungKind.TRAINING,
}


def ladder_of(
    policy: Policy,
    *,
    alone: Stage | None = None,
    labels: Collection[str] = (),
    fingerprints: bool = False,
) -> tuple[Planned, ...]:
    """All rungs from the first to the last.

    `alone` is the one stage that was asked for; then there is no other rung. `labels`
    name the labels whose stages are to run too.
    """
    if alone is not None:
        return (_rung(alone),)
    stages = [one for one in policy.stages if _asked(one, labels)]
    rungs = [_rung(one) for one in stages]
    if fingerprints:
        rungs.append(Planned(FINGERPRINT, RungKind.FINGERPRINT))
    order = list(RungKind)
    return tuple(sorted(rungs, key=lambda one: order.index(one.kind)))


def _rung(stage: Stage) -> Planned:
    return Planned(stage.name, _KINDS[stage.kind], stage)


def _asked(stage: Stage, labels: Collection[str]) -> bool:
    return stage.planned or (stage.when is Gate.LABEL and stage.label in labels)


_STOPS = (Ruling.BLOCK, Ruling.UNDECIDED)


def next_rung(ladder: Sequence[Planned], done: Sequence[Rung]) -> Planned | None:
    """The rung after those that are `done`; None at the end, or where one failed.

    A rung that found nothing to judge does not stop the climb.
    """
    if any(one.state in _STOPS for one in done) or len(done) == len(ladder):
        return None
    return ladder[len(done)]


def skipped(
    ladder: Sequence[Planned], done: Sequence[Rung]
) -> tuple[tuple[Rung, ...], tuple[Finding, ...]]:
    """The rungs that were never started, and what is said of each.

    What stopped the climb need not be the last rung that ended: what trials show late
    counts for an earlier one.
    """
    rest = ladder[len(done) :]
    rungs = tuple(Rung(one.name, str(one.kind), Ruling.INFO, "") for one in rest)
    before = next((one.stage for one in done if one.state in _STOPS), "")
    return rungs, tuple(_left_out(one, before) for one in rest)


def _left_out(rung: Planned, before: str) -> Finding:
    names = {"stage": rung.name, "before": before}
    return finding(Reason.RUNG_SKIPPED, Ruling.INFO, names)
