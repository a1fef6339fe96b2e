"""The rules around the metrics: error rates, budgets, baselines, watched paths."""

import math
from dataclasses import dataclass, field
from enum import StrEnum


class SpendingFamily(StrEnum):
    """The alpha-spending function (Lan and DeMets 1983 and followers)."""

    POCOCK = "pocock"
    OBRIEN_FLEMING = "obf"
    KIM_DEMETS = "kd"
    HWANG_SHIH_DECANI = "hsd"


@dataclass(frozen=True, slots=True)
class Spending:
    """A spending function; `parameter` is rho of `kd` or gamma of `hsd`, else 0."""

    family: SpendingFamily = SpendingFamily.HWANG_SHIH_DECANI
    parameter: float = 3.0


def parse_spending(text: str) -> Spending | None:
    """The function that `pocock`, `obf`, `kd:RHO` or `hsd:GAMMA` names, or None.

    RHO must be above 0 (Kim and DeMets 1987); GAMMA is any finite number.
    """
    family, colon, parameter = text.partition(":")
    match family, bool(colon):
        case "pocock" | "obf", False:
            return Spending(SpendingFamily(family), 0.0)
        case "kd" | "hsd", True:
            return _with_parameter(SpendingFamily(family), parameter)
        case _:
            return None


def _with_parameter(family: SpendingFamily, text: str) -> Spending | None:
    try:
        parameter = float(text)
    except ValueError:
        return None
    is_rho = family is SpendingFamily.KIM_DEMETS
    sound = math.isfinite(parameter) and (parameter > 0 or not is_rho)
    return Spending(family, parameter) if sound else None


class SmallTolerance(StrEnum):
    """What to do when a tolerance is too small for the seeds to police."""

    REFUSE = "refuse"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Decision:
    """The error rates of the gate."""

    alpha: float = 0.05
    improvement_alpha: float = 0.025
    spending: Spending = field(default_factory=Spending)
    tolerance_too_small: SmallTolerance = SmallTolerance.REFUSE
    futility: bool = False
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class EvaluationRule:
    """What defines the metric: a change under `paths` is a new metric version."""

    paths: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ablation:
    """How a branch is cut into changes. `unit`: commit, trailer or file."""

    unit: str = "commit"
    when: str = "on-pass-or-fail"
    max_changes: int = 8


@dataclass(frozen=True, slots=True)
class Invasive:
    """How modes are fingerprinted. `undeclared` and `equivalent`: block or allow."""

    steps: int = 20
    undeclared: str = "block"
    equivalent: str = "block"


@dataclass(frozen=True, slots=True)
class BaselineRule:
    """When stored baseline trials serve: seconds, and their share per arm and look."""

    refresh_s: float | None = None
    max_age_s: float = 14 * 86400.0
    cached_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one evaluation may spend; None is no bound."""

    trials: int | None = None
    gpu_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """The data set: watched paths and a version that is part of trial keys."""

    paths: tuple[str, ...] = ()
    version: str | None = None
