"""What a node is asked to run: one trial, described by plain frozen values."""

from dataclasses import dataclass, field
from enum import StrEnum

from workers.contract.probing import ProbeSpec

CONTRACT_VERSION = 1
"""Part of every trial key: a change of meaning here retires stored results."""

OUTPUT_DIR = "output_dir"
CHECKPOINT = "checkpoint"
SEED = "seed"
NODE_PLACEHOLDERS = (OUTPUT_DIR, CHECKPOINT)
"""Placeholders that only the node can fill; all others are filled by the plan."""


class SourceKind(StrEnum):
    """Where a metric is read from."""

    REPORTED = "reported"  # JSONL lines in the file that SEEDGATE_METRICS names
    STDOUT = "stdout"
    JSONL = "jsonl"
    CSV = "csv"
    TENSORBOARD = "tensorboard"
    TRAINER_STATE = "trainer_state"
    WALL_CLOCK = "wall_clock"
    PEAK_MEMORY = "peak_memory"


SELF_REPORTED = frozenset(SourceKind) - {SourceKind.WALL_CLOCK, SourceKind.PEAK_MEMORY}
"""Sources whose numbers the trial's own code printed or wrote."""


class Take(StrEnum):
    """Which of the values seen in one trial is the trial's value."""

    LAST = "last"
    FIRST = "first"
    MIN = "min"
    MAX = "max"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class MetricSource:
    """How one metric is read.

    `locator` is the pattern of STDOUT (RE2, with a group `value` and perhaps `step`),
    or the path of a file or folder: `{output_dir}` is filled in, and a relative path
    is looked for in the output directory, then in the working directory. Empty for
    REPORTED, WALL_CLOCK (seconds) and PEAK_MEMORY (bytes).
    `key` is the JSON field, CSV column or TensorBoard tag.
    """

    name: str
    kind: SourceKind
    locator: str = ""
    key: str = ""
    take: Take = Take.LAST


@dataclass(frozen=True, slots=True)
class Resources:
    """What one trial reserves. Memory in bytes, timeout in seconds of wall time.

    `alone`: no other trial runs on the node meanwhile, because its time is judged.
    """

    cpus: float = 1.0
    gpus: float = 0.0
    memory_bytes: int | None = None
    timeout_s: float = 3600.0
    accelerator: str | None = None
    alone: bool = False


class EnvironmentManager(StrEnum):
    """Who prepares the packages that a trial imports."""

    NONE = "none"
    UV = "uv"
    PIP = "pip"


@dataclass(frozen=True, slots=True)
class Environment:
    """The packages of a trial: the manager and the files that pin them."""

    manager: EnvironmentManager = EnvironmentManager.NONE
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scoring:
    """A second process that scores the checkpoint which the training command wrote.

    `tree` is the arm's tree with the files that define the metric taken from elsewhere
    (the base, or the branch where its version is judged). `training` is a hash of all
    that changes the checkpoint: a node that still keeps the checkpoint of an equal
    training scores that one instead of training again. Metrics are then read from this
    process; what the training said of itself is kept apart (`TrialResult.own`).
    `optional` names metrics that decide nothing: where this process does not show one
    of them, the training's own number is taken.
    """

    tree: str
    argv: tuple[str, ...]
    training: str
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialSpec:
    """Everything a node needs to run one trial, and nothing else.

    `argv` is an argument list (never a shell line) in which only NODE_PLACEHOLDERS are
    still open. `objects` is the git directory that holds `tree`. `checkpoint` is a path
    pattern inside the output directory, or None. `machine` is the `Node.machine` that
    the key was made for: no other kind of node may run it (empty: any may). `probe`
    asks for a look inside the process, `scoring` for a score by a process of its own.
    `samples` is a path pattern of sample outputs inside the output directory, or None.
    `commit` (of the base for its own tree, of the head for trees made with it) and
    `policy` (SHA-256) say where it came from, and change nothing that it does.
    """

    key: str
    objects: str
    tree: str
    arm: str
    mode: str
    stage: str
    seed: int
    argv: tuple[str, ...]
    metrics: tuple[MetricSource, ...]
    resources: Resources = field(default_factory=Resources)
    environment: Environment = field(default_factory=Environment)
    checkpoint: str | None = None
    launch: str = "spawn"
    replicate: int = 0
    machine: str = ""
    probe: ProbeSpec | None = None
    scoring: Scoring | None = None
    samples: str | None = None
    commit: str = ""
    policy: str = ""
