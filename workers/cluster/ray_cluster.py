"""The cluster behind a dispatcher: what it places, hears and cancels, on Ray.

Three of its habits shape this: a task that blocks in
`ray.get` gives its CPUs away, so the reservation waits on a plain future; `ray.cancel`
reports success and leaves processes behind, so the agent ends trials; retries by Ray
would run user code under an old attempt, so there are none.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError

from workers.cluster.book import Book, Share
from workers.cluster.connection import explained
from workers.cluster.interface import (
    AgentFactory,
    ClusterError,
    Ended,
    Event,
    Placed,
    Placement,
    Seen,
)
from workers.cluster.node_actor import (
    CANCEL,
    LOST,
    call,
    on,
    run_reserved,
    start_agent,
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
    TrialState,
)

STATUS_EVERY_S = 1.0
NODES_EVERY_S = 5.0
DESCRIBE_WITHIN_S = 60.0
CLOSE_WITHIN_S = 8.0
ACCELERATOR = "accelerator_type:"


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
        self._agents: dict[str, Any] = {}
        self._described: dict[str, Node] = {}
        self._status: dict[str, Any] = {}
        self._flights: dict[Attempt, _Flight] = {}
        self._book = Book()
        self._refreshed_at = self._asked_at = float("-inf")

    # Nodes -----------------------------------------------------------------------

    def nodes(self) -> Sequence[Node]:
        """This machine, or every joined node whose agent has described itself."""
        with explained():
            self._refresh()
            if self._local is not None:
                return [self._local]
            for node, agent in self._agents.items():
                if node not in self._described:
                    self._describe(node, agent)
        return list(self._described.values())

    def _describe(self, node: str, agent: Any) -> None:
        with suppress(RayActorError):  # the next refresh makes a new agent
            described = ray.get(call(agent.describe), timeout=DESCRIBE_WITHIN_S)
            self._described[node] = described

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
            self._agents[node] = start_agent(
                self._factory, self._root, node, detached=self._local is None
            )

    def _forget(self, node: str) -> None:
        for known in (self._agents, self._described, self._status):
            known.pop(node, None)

    # Trials ----------------------------------------------------------------------

    def place(self, claim: Claim) -> Placement:
        """Start a trial if there is room; it runs only if the answer is `Placed`."""
        with explained():
            self._refresh()
            placement = self._book.enter(claim.attempt, claim.spec.resources)
            if isinstance(placement, Placed):
                self._submit(claim, placement.node)
        return placement

    def _submit(self, claim: Claim, node: str) -> None:
        share = self._book.share(node)
        task = ray.remote(run_reserved).options(
            max_retries=0,
            scheduling_strategy=on(node),
            **_reservation(claim.spec.resources, share),
        )
        agent = self._agents[node]
        reference = task.remote(agent, claim.attempt, claim.spec)
        self._flights[claim.attempt] = _Flight(reference, node)

    def poll(self, wait_s: float) -> Sequence[Event]:
        """What happened since the last call; waits up to `wait_s` for an end."""
        with explained():
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
            result = TrialResult(Infra(InfraReason.AGENT, detail))
        except RayError:
            result = LOST
        if result == LOST:
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
            self._status[node] = call(self._agents[node].status)

    def cancel(self, attempt: Attempt) -> None:
        """Ask the agent, unless it is still busy with the last time it was asked."""
        flight = self._flights.get(attempt)
        if flight is None or flight.node not in self._agents:
            return
        with explained():
            if flight.cancelling is None or ray.wait([flight.cancelling], timeout=0)[0]:
                cancel = self._agents[flight.node].cancel
                flight.cancelling = call(cancel, attempt, group=CANCEL)

    def close(self) -> None:
        """End every trial of ours, and the agents themselves."""
        with suppress(RayError, ClusterError):
            closing = [call(agent.close) for agent in self._agents.values()]
            ray.wait(closing, num_returns=len(closing) or 1, timeout=CLOSE_WITHIN_S)
            for agent in self._agents.values():
                ray.kill(agent)


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
