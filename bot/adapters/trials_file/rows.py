"""The rows of a trials file, and what each of them observed."""

import math
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bot.domain.arms import Arm
from bot.domain.trials import Crashed, Measured, Observation, Trial
from workers.contract import Failed, FailureReason, Ok, TrialResult, TrialState

Number = float | int | str | bool | None
MISSING = "missing_metric"


class Row(BaseModel):
    """One trial: metrics, or the word for its failure."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=True)

    seed: int | None = None
    metrics: dict[str, Number] | None = None
    failed: str | None = None
    digest: str | None = None
    node: str = ""


def observe(row: Row, needed: Sequence[str]) -> Observation:
    """What the row contributes; without a finite number for a needed metric it failed.

    Metrics that nobody asked for may be anything.
    """
    if row.metrics is None:
        return Crashed(row.seed, row.failed or "failed")
    for name in needed:
        fault = _fault(name, row.metrics.get(name))
        if fault is not None:
            return Crashed(row.seed, fault[0], fault[1], name)
    numbers = {name: _float(value) for name, value in row.metrics.items()}
    finite = {name: one for name, one in numbers.items() if math.isfinite(one)}
    return Measured(row.seed, finite, row.digest)


def _float(value: Number) -> float:
    """The number as a float; NaN for what is none, infinity for what is too large."""
    if isinstance(value, bool | str | None):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _fault(name: str, value: Number) -> tuple[str, str] | None:
    if value is None:
        return MISSING, f"`{name}` is missing"
    if isinstance(value, bool | str):
        return "unparsable_metric", f"`{name}` is {value!r}, not a number"
    number = _float(value)
    if math.isnan(number):
        return "nan_metric", f"`{name}` is NaN"
    if math.isinf(number):
        return "infinite_metric", f"`{name}` is infinite"
    return None


def trial(row: Row, one: Observation, arm: Arm, place: tuple[str, str, int]) -> Trial:
    """The row as a trial, for the report; `place` is mode, stage and position."""
    mode, stage, position = place
    state, result = _end(row, one)
    return Trial(
        key="",
        arm=arm,
        mode=mode,
        stage=stage,
        seed=one.seed,
        position=position,
        state=state,
        result=result,
        cached=True,
    )


def _end(row: Row, one: Observation) -> tuple[TrialState, TrialResult]:
    match one:
        case Measured(metrics=metrics, digest=digest):
            ended = TrialResult(Ok(), metrics, stream_digest=digest, node=row.node)
            return TrialState.OK, ended
        case Crashed(reason=reason, detail=detail, metric=metric):
            failed = Failed(_reason(reason), detail or reason, metric)
            return TrialState.FAILED, TrialResult(failed, node=row.node)


def _reason(word: str) -> FailureReason:
    """The failure that a word names: `nan` is a NaN metric; unknown is an exception."""
    known = {str(one): one for one in FailureReason}
    return known.get(word) or known.get(f"{word}_metric") or FailureReason.EXCEPTION
