"""Trials as the gate sees them: which arm, which place in dispatch order, which end."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.arms import Arm
from workers.contract import (
    FINISHED,
    Failed,
    FailureReason,
    Infra,
    Ok,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of an evaluation.

    `position` is its place in dispatch order within its arm, mode and stage, from 0:
    look n uses positions 0..n-1. `cached` says that the result was there before this
    run of the command; `shared` that another evaluation asked for it first; `since`
    that it ended since this comparison began, whichever evaluation of it wanted it.
    `spec` is what was run, None where results were given from outside.
    """

    key: str
    arm: Arm
    mode: str
    stage: str
    seed: int | None
    position: int
    state: TrialState
    attempt: int = 0
    result: TrialResult | None = None
    progress: Progress | None = None
    cached: bool = False
    shared: bool = False
    since: bool = False
    spec: TrialSpec | None = None

    @property
    def finished(self) -> bool:
        """Whether it ended with a result (ok or failed), not merely ended."""
        return self.state in FINISHED


@dataclass(frozen=True, slots=True)
class Measured:
    """A trial that ended normally: its values, and its stream digest if known."""

    seed: int | None
    metrics: Mapping[str, float]
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Crashed:
    """A trial that failed by its own doing; `reason` is a word, `detail` a sentence."""

    seed: int | None
    reason: str
    detail: str = ""
    metric: str | None = None


Observation = Measured | Crashed
"""What one dispatched trial contributes to a look; nothing is dropped."""


def observe(trial: Trial) -> Observation | None:
    """What a finished trial showed; None while it may still end or was lost."""
    result = trial.result
    if result is None:
        return None
    match result.outcome:
        case Ok():
            return Measured(trial.seed, result.metrics, result.stream_digest)
        case Failed(reason, detail, metric):
            return Crashed(trial.seed, str(reason), detail, metric)
        case Infra():
            return None
        case _:
            assert_never(result.outcome)


Value = float | int | str | bool | None
"""What results that were given from outside may hold in the place of a number."""


def given(
    seed: int | None,
    values: Mapping[str, Value],
    needed: Sequence[str],
    digest: str | None = None,
) -> Observation:
    """What a run showed whose values were given; finite numbers alone are kept.

    One without a finite number under each needed name has failed, by name.
    """
    for name in needed:
        fault = _fault(name, values.get(name))
        if fault is not None:
            return Crashed(seed, str(fault[0]), fault[1], name)
    numbers = {name: real(value) for name, value in values.items()}
    finite = {name: one for name, one in numbers.items() if math.isfinite(one)}
    return Measured(seed, finite, digest)


def real(value: Value) -> float:
    """The number; NaN for what is none, infinity for what is too large."""
    if isinstance(value, bool | str | None):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _fault(name: str, value: Value) -> tuple[FailureReason, str] | None:
    if value is None:
        return FailureReason.MISSING_METRIC, f"`{name}` is missing"
    if isinstance(value, bool | str):
        said = f"`{name}` is {value!r}, not a number"
        return FailureReason.UNPARSABLE_METRIC, said
    number = real(value)
    if math.isnan(number):
        return FailureReason.NAN_METRIC, f"`{name}` is NaN"
    if math.isinf(number):
        return FailureReason.INFINITE_METRIC, f"`{name}` is infinite"
    return None
