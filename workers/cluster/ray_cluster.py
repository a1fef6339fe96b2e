"""Trials on Ray: one agent actor a node, one small reservation task a trial.

The only importer of Ray. Three of its habits shape this: a task that blocks in
`ray.get` gives its CPUs away, so the reservation waits on a plain future; `ray.cancel`
reports success and leaves processes behind, so the agent ends trials; retries by Ray
would run user code under an old attempt, so there are none.
"""

import hashlib
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from workers.cluster.book import MOST_AT_ONCE, Book, Share
from workers.cluster.interface import (
    AgentFactory,
    Capacity,
    ClusterError,
    Ended,
    Event,
    Placed,
    Placement,
    Seen,
)
from workers.contract import (
    Attempt,
    Claim,
    Infra,
    InfraReason,
    Node,
    Progress,
    Resources,
    TrialResult,
    TrialSpec,
    TrialState,
)

OBJECT_STORE_BYTES = 100_000_000
STATUS_EVERY_S = 0.25
NODES_EVERY_S = 5.0
DESCRIBE_WITHIN_S = 60.0
CLOSE_WITHIN_S = 8.0
CONTROL_THREADS = {"control": 4, "cancel": 16}
"""Threads beside those of trials: neither may ever wait for a slow trial."""

ACCELERATOR = "accelerator_type:"
LOST = "The node was lost, or its agent died, while the trial ran."


class NodeActor:
    """What Ray runs on each node: a plain agent, method for method."""

    def __init__(self, factory: AgentFactory, root: Path) -> None:
        """Make the agent in the actor's own process."""
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
        return _lost(InfraReason.NODE_LOST, LOST)
    return result


def _lost(reason: InfraReason, detail: str) -> TrialResult:
    return TrialResult(Infra(reason, detail))


@dataclass(slots=True)
class _Flight:
    """A trial that was given to Ray."""

    reference: Any
    node: str
    started: bool = False
    cancelling: Any = None


class RayCluster:
    """A `Cluster` on the Ray that this process is connected to."""

    def __init__(self, factory: AgentFactory, root: Path, local: Node | None) -> None:
        """Agents are made by `factory`, and keep their files under `root`.

        `local` describes the one machine of an embedded cluster. None: a joined one,
        whose agents outlive this process and are asked to describe themselves.
        """
        self._factory = factory
        self._root = root
        self._local = local
        self._detached = local is None
        self._namespace = _namespace(root)
        self._agents: dict[str, Any] = {}
        self._described: dict[str, Node] = {}
        self._status: dict[str, Any] = {}
        self._flights: dict[Attempt, _Flight] = {}
        self._book = Book()
        self._refreshed_at = self._asked_at = float("-inf")

    # Nodes -----------------------------------------------------------------------

    def nodes(self) -> Sequence[Node]:
        """This machine, or every joined node whose agent has described itself."""
        with _explained():
            self._refresh()
            if self._local is not None:
                return [self._local]
            for node, agent in self._agents.items():
                if node not in self._described:
                    self._describe(node, agent)
        return list(self._described.values())

    def _describe(self, node: str, agent: Any) -> None:
        described = agent.describe.options(concurrency_group="control").remote()
        with suppress(RayActorError):  # the next refresh makes a new agent
            self._described[node] = ray.get(described, timeout=DESCRIBE_WITHIN_S)

    def _refresh(self) -> None:
        """Give each live node an agent; forget dead nodes."""
        if time.monotonic() - self._refreshed_at < NODES_EVERY_S:
            return
        self._refreshed_at = time.monotonic()
        nodes = ray.nodes()  # type: ignore[no-untyped-call]
        shares = [_share(node) for node in nodes if node["Alive"]]
        if not shares:
            message = "Every node of the cluster is dead."
            raise ClusterError(message)
        self._book.update(shares)
        alive = {share.node for share in shares}
        for node in set(self._agents) - alive:
            self._forget(node)
        for node in alive - set(self._agents):
            self._agents[node] = self._start_agent(node)

    def _forget(self, node: str) -> None:
        for known in (self._agents, self._described, self._status):
            known.pop(node, None)

    def _start_agent(self, node: str) -> Any:
        remote: Any = ray.remote(concurrency_groups=CONTROL_THREADS)  # type: ignore[call-overload]
        actor = remote(NodeActor).options(
            name=f"agent-{node}",
            namespace=self._namespace,
            get_if_exists=True,
            lifetime="detached" if self._detached else None,
            num_cpus=0,
            max_restarts=0,
            max_concurrency=MOST_AT_ONCE,
            scheduling_strategy=_on(node),
        )
        agent = actor.remote(self._factory, self._root)
        if self._detached:
            _end_orphans(agent)
        return agent

    # Trials ----------------------------------------------------------------------

    def place(self, claim: Claim) -> Placement:
        """Start a trial if there is room; it runs only if the answer is `Placed`."""
        with _explained():
            self._refresh()
            placement = self._book.enter(claim.attempt, claim.spec.resources)
            if isinstance(placement, Placed):
                self._submit(claim, placement.node)
        return placement

    def _submit(self, claim: Claim, node: str) -> None:
        share = self._book.share(node)
        task = ray.remote(run_reserved).options(
            max_retries=0,
            scheduling_strategy=_on(node),
            **_reservation(claim.spec.resources, share),
        )
        agent = self._agents[node]
        reference = task.remote(agent, claim.attempt, claim.spec)
        self._flights[claim.attempt] = _Flight(reference, node)

    def poll(self, wait_s: float) -> Sequence[Event]:
        """What happened since the last call; waits up to `wait_s` for an end."""
        with _explained():
            seen = self._collect_status()
            return [*seen, *self._collect_ends(wait_s)]

    def _collect_ends(self, wait_s: float) -> list[Ended]:
        owners = {one.reference: attempt for attempt, one in self._flights.items()}
        if not owners:
            time.sleep(wait_s)
            return []
        ray.wait(list(owners), num_returns=1, timeout=wait_s)
        ready, _ = ray.wait(list(owners), num_returns=len(owners), timeout=0)
        return [self._land(owners[reference]) for reference in ready]

    def _land(self, attempt: Attempt) -> Ended:
        flight = self._flights.pop(attempt)
        self._book.strike(attempt)
        try:
            result: TrialResult = ray.get(flight.reference)
        except RayTaskError as error:
            detail = f"The agent failed: {error.cause or error}"
            result = _lost(InfraReason.AGENT, detail)
        except RayError:
            result = _lost(InfraReason.NODE_LOST, LOST)
        if result.outcome == Infra(InfraReason.NODE_LOST, LOST):
            self._ask(flight.node)  # if the agent is dead, its answer tells
        return Ended(attempt, result)

    def _collect_status(self) -> list[Seen]:
        """Signs of life: what agents answered, and trials that still wait in Ray."""
        seen: list[Seen] = []
        for node, reference in list(self._status.items()):
            if ray.wait([reference], timeout=0)[0]:
                del self._status[node]
                seen += self._answer(node, reference)
        self._ask_all()
        return seen

    def _answer(self, node: str, reference: Any) -> list[Seen]:
        try:
            running: dict[Attempt, tuple[TrialState, Progress]] = ray.get(reference)
        except RayActorError:
            self._forget(node)
            self._refreshed_at = float("-inf")
            return []
        for attempt in running.keys() & self._flights.keys():
            self._flights[attempt].started = True
        waiting = [
            Seen(attempt, TrialState.RESERVED)
            for attempt, flight in self._flights.items()
            if flight.node == node and not flight.started
        ]
        return [*waiting, *(Seen(one, *where) for one, where in running.items())]

    def _ask_all(self) -> None:
        if time.monotonic() - self._asked_at >= STATUS_EVERY_S:
            self._asked_at = time.monotonic()
            for node in {one.node for one in self._flights.values()}:
                self._ask(node)

    def _ask(self, node: str) -> None:
        if node in self._agents and node not in self._status:
            status = self._agents[node].status
            self._status[node] = status.options(concurrency_group="control").remote()

    def cancel(self, attempt: Attempt) -> None:
        """Ask the agent, unless it is still busy with the last time it was asked."""
        flight = self._flights.get(attempt)
        if flight is None or flight.node not in self._agents:
            return
        with _explained():
            if flight.cancelling is None or ray.wait([flight.cancelling], timeout=0)[0]:
                cancel = self._agents[flight.node].cancel
                group = cancel.options(concurrency_group="cancel")
                flight.cancelling = group.remote(attempt)

    def close(self) -> None:
        """End every trial of ours, and the agents themselves."""
        with suppress(RayError, ClusterError):
            closing = [
                agent.close.options(concurrency_group="control").remote()
                for agent in self._agents.values()
            ]
            ray.wait(closing, num_returns=len(closing) or 1, timeout=CLOSE_WITHIN_S)
            for agent in self._agents.values():
                ray.kill(agent)


def _namespace(root: Path) -> str:
    """Two dispatchers on one cluster that serve different stores keep apart."""
    text = f"{socket.gethostname()}:{root}"
    return f"seedgate-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _share(node: dict[str, Any]) -> Share:
    offered: dict[str, float] = node["Resources"]
    kinds = [one for one in offered if one.startswith(ACCELERATOR)]
    return Share(
        node=node["NodeID"],
        cpus=offered.get("CPU", 0.0),
        gpus=offered.get("GPU", 0.0),
        memory_bytes=offered.get("memory", 0.0),
        accelerators=tuple(sorted(kind.removeprefix(ACCELERATOR) for kind in kinds)),
    )


def _on(node: str) -> NodeAffinitySchedulingStrategy:
    return NodeAffinitySchedulingStrategy(node, soft=False)


def _reservation(wanted: Resources, share: Share) -> dict[str, Any]:
    """Ray's options for what a trial asks for."""
    options: dict[str, Any] = {"num_cpus": wanted.cpus}
    if wanted.gpus:
        options["num_gpus"] = wanted.gpus
    if wanted.memory_bytes:
        options["memory"] = wanted.memory_bytes
    if wanted.accelerator is not None:
        options["accelerator_type"] = share.accelerator(wanted.accelerator)
    return options


def _end_orphans(agent: Any) -> None:
    """A detached agent may still run trials of a dispatcher that died."""
    with suppress(RayActorError):
        running = ray.get(agent.status.options(concurrency_group="control").remote())
        for attempt in running:
            agent.cancel.options(concurrency_group="cancel").remote(attempt)


def _first_line(error: Exception) -> str:
    """Ray's messages go on with logs and stack traces."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except RayError as error:
        message = f"Ray failed: {_first_line(error)}"
        raise ClusterError(message) from error


@contextmanager
def embedded(capacity: Capacity, folder: Path) -> Iterator[None]:
    """A Ray of our own on this machine, reachable from this machine alone.

    Must be called on the main thread: Ray's processes die with the thread that started
    them. `folder` is where Ray keeps sockets and logs.
    """
    offered: dict[str, Any] = {"num_cpus": capacity.cpus}
    if capacity.gpus is not None:
        offered["num_gpus"] = capacity.gpus
    if capacity.memory_bytes is not None:
        offered["_memory"] = capacity.memory_bytes
    with _connected(
        address="local",
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        _temp_dir=str(folder),
        _node_ip_address="127.0.0.1",
        **offered,
    ):
        yield


@contextmanager
def joined(address: str) -> Iterator[None]:
    """A Ray that somebody else started."""
    with _connected(address=address):
        yield


@contextmanager
def _connected(**options: Any) -> Iterator[None]:
    try:
        ray.init(
            log_to_driver=False,
            logging_level=logging.ERROR,
            **options,
        )
    except (RayError, RuntimeError, ValueError, OSError) as error:
        message = f"Ray could not start: {_first_line(error)}"
        raise ClusterError(message) from error
    try:
        yield
    finally:
        ray.shutdown()
