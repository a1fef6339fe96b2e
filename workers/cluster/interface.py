"""What a dispatcher asks of a cluster, and a cluster of its agents. No Ray here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workers.contract import (
    Attempt,
    Claim,
    Node,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)


class ClusterError(Exception):
    """The cluster cannot start or go on; `str()` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What an embedded cluster may use of this machine; None: all that is there."""

    cpus: int
    gpus: int | None = None
    memory_bytes: int | None = None


class Agent(Protocol):
    """One node: runs trials as processes. Every method is thread-safe."""

    def describe(self) -> Node:
        """The machine as trials see it."""
        ...

    def run(
        self, attempt: Attempt, spec: TrialSpec, devices: tuple[str, ...]
    ) -> TrialResult:
        """Run one trial to its end on `devices` (GPU ids); blocks."""
        ...

    def cancel(self, attempt: Attempt) -> None:
        """End a trial: `run` then returns INFRA, also if it is only called later."""
        ...

    def status(self) -> Mapping[Attempt, tuple[TrialState, Progress]]:
        """The attempts that run now, and where they stand."""
        ...

    def close(self) -> None:
        """End every trial and clean up."""
        ...


class AgentFactory(Protocol):
    """Makes the agent of a node; importable by name on that node."""

    def __call__(self, root: Path) -> Agent:
        """An agent that keeps its files under `root`."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A node has room; `node` is the cluster's own id of it."""

    node: str


@dataclass(frozen=True, slots=True)
class Later:
    """Some node has what it takes, but not now."""


@dataclass(frozen=True, slots=True)
class Never:
    """No node can ever offer it; `detail` is a sentence."""

    detail: str


Placement = Placed | Later | Never


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign of life of a running attempt."""

    attempt: Attempt
    state: TrialState
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over, with all its processes."""

    attempt: Attempt
    result: TrialResult


Event = Seen | Ended


class Cluster(Protocol):
    """Machines that run trials. Used by one thread; raises `ClusterError`."""

    def nodes(self) -> Sequence[Node]:
        """The nodes that serve trials now."""
        ...

    def place(self, claim: Claim) -> Placement:
        """Start a trial if there is room; it runs only if the answer is `Placed`."""
        ...

    def poll(self, wait_s: float) -> Sequence[Event]:
        """What happened since the last call; waits up to `wait_s` for an end."""
        ...

    def cancel(self, attempt: Attempt) -> None:
        """Ask for the end of a trial; returns at once, `Ended` follows. Repeatable."""
        ...
