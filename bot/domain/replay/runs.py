"""Past results as they were given: runs by arm, and which arms to compare."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.trials import Crashed, Observation, Value, given, real


@dataclass(frozen=True, slots=True)
class Run:
    """One run that was made in the past.

    `values` are its metrics and whatever else was written down of it. `failed` says
    how it failed, None where it ended normally. `node` is where it ran, if known.
    """

    values: Mapping[str, Value]
    seed: int | None = None
    failed: str | None = None
    node: str | None = None

    def number(self, name: str) -> float | None:
        """The finite number under a name, or None."""
        value = real(self.values.get(name))
        return value if math.isfinite(value) else None


Runs = Mapping[str, Sequence[Run]]
"""The runs of each arm, in the order in which they were made."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms by their names; without `baseline` the branch is judged alone.

    `without` names, for each change, the arm of the branch without it. `merged` says
    what became of the branch, None where it is not known.
    """

    name: str
    branch: str
    baseline: str | None = None
    merged: bool | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """What to replay, by which mode and stage of the policy (None: its only one).

    Every run of an arm has the same value of each `constant` field. `timed` are the
    fields that measure the machine; None: those whose names say so.
    """

    comparisons: tuple[Comparison, ...]
    mode: str | None = None
    stage: str | None = None
    constant: tuple[str, ...] = ("steps",)
    timed: tuple[str, ...] | None = None


def observe(run: Run, names: Sequence[str]) -> Observation:
    """What a run showed; one without a finite number for each name has failed."""
    if run.failed is not None:
        return Crashed(run.seed, run.failed)
    return given(run.seed, run.values, names)
