"""What bot and workers say to each other: plain frozen values, versioned; stdlib only.

A trial is one whole training run: one tree, one mode, one stage, one seed. The bot
writes a `TrialSpec`; a node answers with a `TrialResult`. Nothing here runs anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

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
class TrialSpec:
    """Everything a node needs to run one trial, and nothing else.

    `argv` is an argument list (never a shell line) in which only NODE_PLACEHOLDERS are
    still open. `objects` is the git directory that holds `tree`. `checkpoint` is a path
    pattern inside the output directory, or None. `machine` is the `Node.machine` that
    the key was made for: no other kind of node may run it (empty: any may).
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


class FailureReason(StrEnum):
    """Why a trial failed: evidence about its arm."""

    START = "start"  # the command could not be started at all
    EXCEPTION = "exception"  # it ended with a non-zero exit status
    SIGNAL = "signal"  # it was ended by a signal that nobody outside sent
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    DISK_FULL = "disk_full"  # it filled the disk that it was given
    MISSING_METRIC = "missing_metric"
    NAN_METRIC = "nan_metric"
    INFINITE_METRIC = "infinite_metric"
    UNPARSABLE_METRIC = "unparsable_metric"
    UNSAFE_FILE = "unsafe_file"  # FIFO, device, symlink or folder in a file's place


class InfraReason(StrEnum):
    """Why a trial was lost: evidence about our machinery, never about its arm."""

    NODE_LOST = "node_lost"
    DISK = "disk"  # our own disk, not the trial's
    CHECKOUT = "checkout"
    ENVIRONMENT = "environment"
    AGENT = "agent"
    PLACEMENT = "placement"  # no node can ever offer what it asks for; not retried


@dataclass(frozen=True, slots=True)
class Ok:
    """The trial ended normally and every metric has a finite value."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The trial ended badly by its own doing. `detail` is a sentence for people."""

    reason: FailureReason
    detail: str
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class Infra:
    """The trial was lost for reasons outside of it. `detail` is for people."""

    reason: InfraReason
    detail: str


Outcome = Ok | Failed | Infra


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric as the trial went on; `step` counts from 0 if unnamed."""

    step: float
    value: float


@dataclass(frozen=True, slots=True)
class TrialResult:
    """How a trial ended and what it showed.

    `metrics` holds the taken values (finite only). `series` the learning curves,
    thinned to at most 500 points each. `stream_digest` is a SHA-256 over every value
    of every self-reported metric in the order seen (exact text), or None when no
    metric was seen 3 times: equal digests mean equal metric streams, not only equal
    ends. `wall_s` is seconds between launch and end, `peak_memory_bytes` the largest
    memory of the whole process tree. `started_at`/`ended_at` are Unix seconds, for
    display only. `notes` are sentences such as "a background process was ended".
    """

    outcome: Outcome
    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Sequence[Point]] = field(default_factory=dict)
    stream_digest: str | None = None
    exit_status: int | None = None
    wall_s: float = 0.0
    peak_memory_bytes: int = 0
    node: str = ""
    devices: tuple[str, ...] = ()
    started_at: float = 0.0
    ended_at: float = 0.0
    log_tail: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a running trial stands: last values seen, seconds since launch."""

    wall_s: float
    values: Mapping[str, Point] = field(default_factory=dict)


class TrialState(StrEnum):
    """The life of a trial; every change is one compare-and-set with the attempt."""

    QUEUED = "queued"
    RESERVED = "reserved"
    PREPARING = "preparing"
    RUNNING = "running"
    COLLECTING = "collecting"
    OK = "ok"
    FAILED = "failed"
    INFRA = "infra"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


TERMINAL = frozenset(
    {
        TrialState.OK,
        TrialState.FAILED,
        TrialState.INFRA,
        TrialState.CANCELLED,
        TrialState.SUPERSEDED,
    }
)
FINISHED = frozenset({TrialState.OK, TrialState.FAILED})
"""Ends that are results: stored for good and never run again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one trial; results of an older number are dropped."""

    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A trial handed to the dispatcher, with the attempt that it may speak for."""

    attempt: Attempt
    spec: TrialSpec


@dataclass(frozen=True, slots=True)
class Node:
    """A machine as trials see it.

    `hardware_class` and `environment_hash` are parts of trial keys: two trials are
    comparable only where both agree. `editables` are folders that trials import
    packages from instead of an installed copy.
    """

    name: str
    hardware_class: str
    environment_hash: str
    cpus: float
    gpus: float
    memory_bytes: int
    accelerator: str | None = None
    interpreter: str = ""
    environment_summary: str = ""
    editables: tuple[str, ...] = ()

    @property
    def machine(self) -> str:
        """What makes results comparable, in one word: hardware and environment."""
        return f"{self.hardware_class}/{self.environment_hash}"


class QueueError(Exception):
    """The queue cannot be read or written now; `str()` says why and how to mend it."""


class TrialQueue(Protocol):
    """What the dispatcher asks of the store. Every call is one transaction.

    Every method raises `QueueError` where the store cannot be reached or written;
    nothing has changed then.
    """

    def register(self, node: Node) -> None:
        """Say that `node` serves trials now; replaces what it said before."""
        ...

    def recover(self) -> None:
        """Queue again, as the next attempt, what a dead dispatcher had claimed."""
        ...

    def waiting(self, machines: Collection[str] = ()) -> bool:
        """Whether `claim` would find a trial now."""
        ...

    def claim(self, limit: int, machines: Collection[str] = ()) -> Sequence[Claim]:
        """QUEUED -> RESERVED for at most `limit` trials, in the order wanted.

        Only trials made for one of `machines` or for any (`TrialSpec.machine`);
        no machines named: all.
        """
        ...

    def advance(self, attempt: Attempt, state: TrialState) -> bool:
        """Move a claimed trial on; False if the attempt no longer holds it."""
        ...

    def progress(self, attempt: Attempt, progress: Progress) -> None:
        """Keep the latest progress of a running trial; stale attempts are ignored."""
        ...

    def finish(self, attempt: Attempt, result: TrialResult) -> bool:
        """Store the end of an attempt; False (and nothing stored) if it is stale.

        An INFRA outcome goes back to QUEUED until three tries are spent.
        """
        ...

    def cancelled(self) -> Sequence[Attempt]:
        """Claimed attempts whose trial was marked cancelled and may still run."""
        ...
