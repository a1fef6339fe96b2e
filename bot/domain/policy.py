"""The policy of a repository as a frozen value: what is judged, by which rule.

Parsed from `.github/seedgate.yml` by `bot.adapters.policy_file`; nothing here reads
files. Sizes are bytes and durations seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workers.contract import Environment, MetricSource, Resources


class Role(StrEnum):
    """What a metric is for, and so when it blocks."""

    PRIMARY = "primary"
    GUARDRAIL = "guardrail"
    TARGET = "target"
    IMPROVE = "improve"
    LIMIT = "limit"
    REPORT = "report"


class Direction(StrEnum):
    """Which way is better."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"

    @property
    def orientation(self) -> int:
        """+1 where larger is better, -1 where smaller is."""
        return 1 if self is Direction.MAXIMIZE else -1


@dataclass(frozen=True, slots=True)
class AbsoluteTolerance:
    """A loss of at most `amount` (in units of the metric) is tolerated; 0 or more."""

    amount: float


@dataclass(frozen=True, slots=True)
class RelativeTolerance:
    """A loss of at most `fraction` of the baseline mean is tolerated (1 % = 0.01)."""

    fraction: float


@dataclass(frozen=True, slots=True)
class AutoTolerance:
    """1.5 times the baseline's per-run SD, from `seedgate calibrate`."""


Tolerance = AbsoluteTolerance | RelativeTolerance | AutoTolerance


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a mode. Which fields are set depends on the role (policy page)."""

    name: str
    source: MetricSource
    role: Role = Role.PRIMARY
    direction: Direction | None = None
    tolerance: Tolerance | None = None
    target: float | None = None
    margin: float | None = None
    alpha: float | None = None
    maximum: float | None = None
    minimum: float | None = None
    slices: tuple[str, ...] = ()


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
    parameter: float = 2.0


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
    """When stored baseline trials may serve: seconds, and the share per arm and look."""

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


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy, with the SHA-256 of the text that it came from.

    `given` holds the dotted names of all optional keys that the file itself set, so
    that a feature which cannot run yet can be refused by name.
    """

    modes: tuple[Mode, ...]
    stages: tuple[Stage, ...]
    sha256: str
    branches: tuple[str, ...] = ()
    evaluation: EvaluationRule = field(default_factory=EvaluationRule)
    ablation: Ablation = field(default_factory=Ablation)
    invasive: Invasive = field(default_factory=Invasive)
    protected: tuple[str, ...] = ()
    decision: Decision = field(default_factory=Decision)
    baseline: BaselineRule = field(default_factory=BaselineRule)
    budget: Budget = field(default_factory=Budget)
    permissions: Mapping[str, str] = field(default_factory=dict)
    enforcement: str = "enforce"
    relevant: tuple[str, ...] = ()
    data: Data = field(default_factory=Data)
    shadowed: str = "block"
    base_moved: str = "keep"
    anchor: str | None = None
    tolerance_budget: float | None = None
    given: frozenset[str] = frozenset()

    def mode(self, name: str) -> Mode | None:
        """The mode of that name, or None."""
        return next((mode for mode in self.modes if mode.name == name), None)

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)
