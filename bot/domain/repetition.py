"""A trial and its repetition: bit for bit the same, within noise, or another thing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.domain.invasiveness.comparing import steps_of
from bot.domain.invasiveness.differences import Difference, first_difference
from bot.domain.invasiveness.seen import blindness, crash, idle, why_idle
from bot.domain.stats.estimate import critical, variance
from workers.contract import (
    SELF_REPORTED,
    Failed,
    Infra,
    MetricSource,
    Ok,
    Probed,
    TrialResult,
)

CONFIDENCE = 0.95
FEWEST = 3
"""Trials of other seeds from which on their spread says what noise is."""

SCORED = frozenset(SELF_REPORTED)
"""Wall time and memory are the machine's: they are shown and decide nothing."""


class Sameness(StrEnum):
    """How a repetition compares with the trial that it repeats."""

    BITWISE = "bitwise"
    WITHIN_NOISE = "within_noise"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric: the stored value, the new one, and what noise would explain.

    `sd` (ddof 1) is that of single runs over other seeds, `n` of them, None below
    `FEWEST`; `room` is how far apart two runs of different seeds lie in 95 % of cases.
    `decides` is False for what the machine measures.
    """

    metric: str
    before: float | None
    after: float | None
    n: int = 0
    sd: float | None = None
    room: float | None = None
    decides: bool = True

    @property
    def same(self) -> Sameness:
        """How the two values compare."""
        if self.before is None or self.after is None:
            return Sameness.DIFFERS
        if self.before == self.after:
            return Sameness.BITWISE
        if self.room is None:
            return Sameness.UNKNOWN
        near = abs(self.after - self.before) <= self.room
        return Sameness.WITHIN_NOISE if near else Sameness.DIFFERS


@dataclass(frozen=True, slots=True)
class Steps:
    """Two runs that were looked at, and report nothing themselves: step by step.

    `seen` steps of the stored one; `first` is where they differ, None where every bit
    agrees; `blind` is why one of them could not be seen.
    """

    seen: int
    first: Difference | None = None
    blind: str = ""


@dataclass(frozen=True, slots=True)
class Repetition:
    """The whole answer. `digests`: whether both streams are known and equal.

    `ends` are the two ends in a word each, `ok` or the reason of a failure; `lost` is
    why our machinery could not repeat it. `steps` are those of a run without metrics
    that was looked at.
    """

    same: Sameness
    metrics: tuple[Compared, ...] = ()
    digests: bool | None = None
    ends: tuple[str, str] = ("ok", "ok")
    lost: str = ""
    steps: Steps | None = None


def repetition(
    sources: Sequence[MetricSource],
    before: TrialResult,
    after: TrialResult,
    others: Mapping[str, Sequence[float]],
) -> Repetition:
    """Compare a stored trial with its repetition.

    `others` are the values of each metric in trials that differ in the seed alone. Two
    failures for one reason are the same. It is `BITWISE` only where all values that
    the trial reported itself are equal and the digests of their streams, where both
    are known; equal ends of different streams are `WITHIN_NOISE`. Runs without metrics
    are compared by the steps that the probe saw, and without a probe by their ends.
    """
    if isinstance(after.outcome, Infra):
        return Repetition(Sameness.UNKNOWN, lost=after.outcome.detail)
    ends = _end(before), _end(after)
    if ends != ("ok", "ok"):
        same = Sameness.BITWISE if ends[0] == ends[1] else Sameness.DIFFERS
        return Repetition(same, ends=ends)
    if not sources:
        return _without_metrics(before.probed, after.probed)
    metrics = tuple(_compared(one, before, after, others) for one in sources)
    digests = _digests(before, after)
    return Repetition(_worst(metrics, digests=digests), metrics, digests)


def _without_metrics(before: Probed | None, after: Probed | None) -> Repetition:
    if before is None and after is None:
        return Repetition(Sameness.BITWISE)
    blind = _blind(before) or _blind(after)
    if blind or before is None or after is None:
        return Repetition(Sameness.UNKNOWN, steps=Steps(0, blind=blind))
    first = first_difference(before, after)
    same = Sameness.BITWISE if first is None else Sameness.UNKNOWN
    return Repetition(same, steps=Steps(steps_of(before), first))


def _blind(probed: Probed | None) -> str:
    if probed is not None and idle(probed) and not blindness(probed):
        return why_idle(probed)
    return blindness(probed)


def _end(result: TrialResult) -> str:
    match result.outcome:
        case Ok():
            return "ok"
        case Failed() if not crash(result):  # the probe itself ended it
            return "ok"
        case Failed(reason):
            return str(reason)
        case Infra(reason):
            return str(reason)
        case _:
            assert_never(result.outcome)


def _compared(
    source: MetricSource,
    before: TrialResult,
    after: TrialResult,
    others: Mapping[str, Sequence[float]],
) -> Compared:
    values = tuple(others.get(source.name, ()))
    known = len(values) >= FEWEST
    sd = math.sqrt(variance(values)) if known else None
    return Compared(
        metric=source.name,
        before=before.metrics.get(source.name),
        after=after.metrics.get(source.name),
        n=len(values),
        sd=sd,
        room=None if sd is None else _room(sd, len(values)),
        decides=source.kind in SCORED,
    )


def _room(sd: float, n: int) -> float:
    """Two single runs differ by a normal number of SD sqrt(2) sd (Student 1908)."""
    return critical(n - 1.0, (1.0 - CONFIDENCE) / 2.0) * math.sqrt(2.0) * sd


def _digests(before: TrialResult, after: TrialResult) -> bool | None:
    first, second = before.stream_digest, after.stream_digest
    return None if first is None or second is None else first == second


_ORDER = (
    Sameness.DIFFERS,
    Sameness.UNKNOWN,
    Sameness.WITHIN_NOISE,
    Sameness.BITWISE,
)


def _worst(metrics: Sequence[Compared], *, digests: bool | None) -> Sameness:
    found = [one.same for one in metrics if one.decides]
    if not found:
        return Sameness.UNKNOWN
    if digests is False:
        found.append(Sameness.WITHIN_NOISE)
    return min(found, key=_ORDER.index)
