"""What an evaluation asks of the store: intent in, evidence out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workers.contract import Node, Progress, TrialResult, TrialSpec, TrialState


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """A row of the store: the last attempt of one trial, and whether it was ours.

    `evaluation` is the evaluation that first wanted it; `finished_at` Unix seconds.
    """

    key: str
    spec: TrialSpec
    state: TrialState
    attempt: int
    evaluation: str
    result: TrialResult | None = None
    progress: Progress | None = None
    finished_at: float | None = None


class EvaluationStore(Protocol):
    """The engine's side of the store: intent in, evidence out."""

    def nodes(self, since: float = 0.0) -> Sequence[Node]:
        """The nodes registered at `since` (Unix seconds) or later, latest first."""
        ...

    def find(self, keys: Sequence[str]) -> Mapping[str, StoredTrial]:
        """The stored trials among `keys`."""
        ...

    def want(self, evaluation: str, specs: Sequence[TrialSpec]) -> None:
        """Queue these trials in this order after what is queued; safe to repeat.

        A trial that is finished, queued or running is left alone; one that was
        cancelled or lost is queued again with a new attempt.
        """
        ...

    def cancel(self, evaluation: str, keys: Sequence[str]) -> None:
        """Withdraw this evaluation's wish; a trial that nobody wants is cancelled."""
        ...

    def wishing(self) -> Sequence[str]:
        """The evaluations that want trials which have not ended."""
        ...

    def withdraw(self, evaluation: str, *, begun: bool = True) -> None:
        """Withdraw all wishes of an evaluation that nobody carries on.

        But those of trials that have a result: they tell for whom it is kept. Without
        `begun` only those of trials that wait.
        """
        ...

    def save_evaluation(self, evaluation: str, document: str) -> None:
        """Keep the latest report (JSON text) of an evaluation."""
        ...

    def load_evaluation(self, evaluation: str) -> str | None:
        """The kept report, or None. A unique prefix of the id is enough."""
        ...
