"""What a calibration tells of each metric, and of all of them together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.history import Pilot, Place
from bot.domain.policing import Policed
from bot.domain.policy import Mode, Role
from bot.domain.stats.price import Price
from bot.domain.stats.splits import Rates
from bot.domain.trials import Observation

FEWEST = 10
"""Pilot runs that an amount may be taken from."""


class Trouble(StrEnum):
    """Why something about a metric could not be told."""

    TOO_FEW = "too_few"  # fewer than ten runs have a value: no amount is kept
    NO_SPREAD = "no_spread"  # every run gave the same value
    SIGNS = "signs"  # a tolerance relative to a mean around zero has no meaning


@dataclass(frozen=True, slots=True)
class PilotRuns:
    """How the pilot runs of one mode ended, in dispatch order."""

    mode: Mode
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What became of no change at a tolerance (in units of the metric)."""

    tolerance: float
    rates: Rates


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One metric or slice. Numbers are in units of the metric, None if not known.

    `auto` is 1.5 SDs, `policed` what the planned seeds can police, and `price` what it
    costs, where the policy says auto, that the SD is an estimate. `declared` and
    `automatic` are the A/A checks at the policy's tolerance and at `auto`. `guards`:
    it only blocks, where worse beyond the tolerance is shown.
    """

    place: Place
    role: Role
    guards: bool
    n: int
    failed: int
    mean: float | None
    sd: float | None
    skew: float | None
    auto: float | None
    policed: Policed | None = None
    price: Price | None = None
    declared: Check | None = None
    automatic: Check | None = None
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """All metrics, and what became of no change over all of them together.

    `seeds` pilot runs of each mode were split `splits` times into two arms, looked at
    after `looks` seeds each. `alpha` is promised of each family. `total` is None where
    nothing is compared with a baseline.
    """

    stage: str
    seeds: int
    looks: tuple[int, ...]
    splits: int
    alpha: float
    metrics: tuple[Calibrated, ...]
    total: Rates | None

    @property
    def pilots(self) -> Mapping[Place, Pilot]:
        """What may be kept: ten runs or more that do not all agree."""
        return pilots_of(self.metrics)


def pilots_of(metrics: Iterable[Calibrated]) -> Mapping[Place, Pilot]:
    """The pilots of ten runs or more that do not all agree."""
    return {
        one.place: Pilot(one.n, one.mean, one.sd, one.failed)
        for one in metrics
        if one.n >= FEWEST and one.mean is not None and one.sd
    }
