"""Modes: the ways of running a repository that somebody relies on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.policy.metrics import Metric
from workers.contract import Environment, Resources


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
