"""Stages: the rungs of the ladder, each started only if the one before passed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Gate(StrEnum):
    """When a stage runs; `LABEL` names the label in `Stage.label`."""

    ALWAYS = "always"
    NEVER = "never"
    ON_PASS = "on-pass"
    LABEL = "label"


class StageKind(StrEnum):
    """What a stage does: the repo's own tests, network sanity, or training trials."""

    TESTS = "tests"
    SANITY = "sanity"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Stage:
    """One rung of the ladder. `looks` are seeds per arm, strictly increasing."""

    name: str
    kind: StageKind = StageKind.TRAINING
    params: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[int, ...] = tuple(range(4, 21))
    command: tuple[str, ...] = ()
    when: Gate = Gate.ALWAYS
    label: str | None = None

    @property
    def planned(self) -> bool:
        """Whether it runs without anybody asking for it."""
        return self.when in (Gate.ALWAYS, Gate.ON_PASS)
