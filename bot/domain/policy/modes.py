"""Modes: the ways of running a repository that somebody relies on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.policy.metrics import Metric
from workers.contract import SEED, Environment, Resources

REFERENCE_SEEDS = 3
"""Runs of a reference whose command takes the seed; one that does not is run once."""


class Seeding(StrEnum):
    """Whether the seed reaches the code, so that arms can be paired by it."""

    SHARED = "shared"
    NONE = "none"


class Launch(StrEnum):
    """How the command is started: the node chooses, or always a fresh process."""

    AUTO = "auto"
    SPAWN = "spawn"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A histogram quantity with its allowed range."""

    name: str
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of running the repository that somebody relies on."""

    name: str
    train: tuple[str, ...]
    metrics: tuple[Metric, ...]
    resources: Resources = field(default_factory=Resources)
    environment: Environment = field(default_factory=Environment)
    seeding: Seeding = Seeding.SHARED
    launch: Launch = Launch.AUTO
    checkpoint: str | None = None
    network: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    samples: str | None = None
    references: Mapping[str, float | tuple[str, ...]] = field(default_factory=dict)


def reference_runs(command: Sequence[str]) -> int:
    """How often a reference that is a command is run."""
    return REFERENCE_SEEDS if any(f"{{{SEED}}}" in one for one in command) else 1
