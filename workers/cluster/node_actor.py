"""The two things that run inside Ray: an agent a node, and a reservation a trial."""

import hashlib
import logging
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from workers.cluster.book import MOST_AT_ONCE
from workers.cluster.interface import AgentFactory
from workers.contract import (
    Attempt,
    Infra,
    InfraReason,
    Node,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)

CONTROL, CANCEL = "control", "cancel"
THREADS = {CONTROL: 4, CANCEL: 16}
"""Threads beside those of trials: neither may ever wait for a slow trial."""

LOST = TrialResult(
    Infra(
        InfraReason.NODE_LOST,
        "The node was lost, or its agent died, while the trial ran.",
    )
)


class NodeActor:
    """What Ray runs on each node: a plain agent, method for method."""

    def __init__(self, factory: AgentFactory, root: Path) -> None:
        """Make the agent in the actor's own process; it has a log of its own.

        What a process of Ray's writes to stderr goes with the session.
        """
        log = logging.FileHandler(root / "agent.log", delay=True)
        logging.basicConfig(handlers=[log], format="%(asctime)s %(message)s")
        self._agent = factory(root)

    def describe(self) -> Node:
        """See `Agent`."""
        return self._agent.describe()

    def run(
        self, attempt: Attempt, spec: TrialSpec, devices: tuple[str, ...]
    ) -> TrialResult:
        """See `Agent`."""
        return self._agent.run(attempt, spec, devices)

    def cancel(self, attempt: Attempt) -> None:
        """See `Agent`."""
        self._agent.cancel(attempt)

    def status(self) -> dict[Attempt, tuple[TrialState, Progress]]:
        """See `Agent`."""
        return dict(self._agent.status())

    def close(self) -> None:
        """See `Agent`."""
        self._agent.close()


def run_reserved(
    agent: Any,
    attempt: Attempt,
    spec: TrialSpec,
) -> TrialResult:
    """The task that holds a trial's resources; Ray tells it which GPUs are its own."""
    ids = ray.get_runtime_context().get_accelerator_ids()
    reference = agent.run.remote(attempt, spec, tuple(ids.get("GPU", ())))
    try:
        result: TrialResult = reference.future().result()
    except RayActorError:
        return LOST
    return result


def call(method: Any, *arguments: object, group: str = CONTROL) -> Any:
    """Call a method of an agent beside its trials; a reference to the answer."""
    return method.options(concurrency_group=group).remote(*arguments)


def start_agent(factory: AgentFactory, root: Path, node: str, *, detached: bool) -> Any:
    """The agent of a node: a new one, or a detached one that is still there."""
    remote: Any = ray.remote(concurrency_groups=THREADS)  # type: ignore[call-overload]
    actor = remote(NodeActor).options(
        name=f"agent-{node}",
        namespace=_namespace(root),
        get_if_exists=True,
        lifetime="detached" if detached else None,
        num_cpus=0,
        max_restarts=0,
        max_concurrency=MOST_AT_ONCE,
        scheduling_strategy=on(node),
    )
    agent = actor.remote(factory, root)
    if detached:
        _end_orphans(agent)
    return agent


def on(node: str) -> NodeAffinitySchedulingStrategy:
    """On this node, or not at all."""
    return NodeAffinitySchedulingStrategy(node, soft=False)


def _end_orphans(agent: Any) -> None:
    """A detached agent may still run trials of a dispatcher that died."""
    with suppress(RayActorError):
        running = ray.get(call(agent.status))
        for attempt in running:
            call(agent.cancel, attempt, group=CANCEL)


def _namespace(root: Path) -> str:
    """Two dispatchers on one cluster that serve different stores keep apart."""
    text = f"{socket.gethostname()}:{root}"
    return f"seedgate-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
