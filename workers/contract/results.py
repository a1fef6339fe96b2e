"""How a trial ended and what it showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workers.contract.observed import Observed
from workers.contract.probing import Probed


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
    `own` holds the numbers that the training said of itself where `metrics` come from a
    scoring process. `probed` is what the probe saw, `observed` the typed lines.
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
    own: Mapping[str, float] = field(default_factory=dict)
    probed: Probed | None = None
    observed: Observed | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a running trial stands: last values seen, seconds since launch."""

    wall_s: float
    values: Mapping[str, Point] = field(default_factory=dict)
