"""The rows of a trials file, and what each of them observed."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bot.domain.arms import Arm
from bot.domain.trials import Crashed, Measured, Observation, Trial, Value, given
from workers.contract import Failed, FailureReason, Ok, TrialResult, TrialState


class Row(BaseModel):
    """One trial: metrics, or the word for its failure."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=True)

    seed: int | None = None
    metrics: dict[str, Value] | None = None
    failed: str | None = None
    digest: str | None = None
    node: str = ""


def observe(row: Row, needed: Sequence[str]) -> Observation:
    """What the row contributes; without a finite number for a needed metric it failed.

    Metrics that nobody asked for may be anything.
    """
    if row.metrics is None:
        return Crashed(row.seed, row.failed or "failed")
    return given(row.seed, row.metrics, needed, row.digest)


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
