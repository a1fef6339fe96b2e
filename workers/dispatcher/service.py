"""The dispatcher as a process: lead, register, start the cluster, serve, go."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from workers.cluster.interface import AgentFactory, Capacity, Cluster, ClusterError
from workers.cluster.start import embedded_cluster, joined_cluster
from workers.contract import Node, QueueError, TrialQueue
from workers.dispatcher.leader import LeaderLock, lead
from workers.dispatcher.lifeline import Lifeline
from workers.dispatcher.loop import Dispatcher, Tempo
from workers.dispatcher.patience import Patience

SERVED = 0
BROKEN = 70
LEAVE_WITHIN_S = 25.0
WATCH_EVERY_S = 0.5
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Site:
    """Where a dispatcher works.

    `root` is where agents keep checkouts and runs, `lock` the file that makes one
    dispatcher of many the leader, `address` a Ray cluster to join (None: start one of
    our own with `capacity`), `tempo` how fast it works and how much at once.
    `announce` is told what this machine is before anything is served.
    """

    root: Path
    lock: Path
    capacity: Capacity
    address: str | None = None
    tempo: Tempo | None = None
    announce: Callable[[Node], None] | None = None


def serve(
    queue: TrialQueue,
    site: Site,
    lifeline_fd: int | None = 0,
    factory: AgentFactory | None = None,
) -> int:
    """Serve `queue` until the lifeline ends; an exit status for the process.

    0 after a clean end; 70 with a sentence on stderr if queue or cluster broke. Call it
    on the main thread of a process of its own. `lifeline_fd` is a descriptor whose end
    means stop (standard input), `factory` makes agents (`NodeAgent`).
    """
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s")
    lifeline = Lifeline(lifeline_fd)
    lifeline.listen()
    try:
        with _leaving_in_time(lifeline):
            _serve(queue, site, lifeline, factory or _node_agent())
    except (QueueError, ClusterError, OSError) as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201 - the parent shows it
        return BROKEN
    return SERVED


def _node_agent() -> AgentFactory:
    from workers.agent import NodeAgent

    return NodeAgent


def _serve(
    queue: TrialQueue, site: Site, lifeline: Lifeline, factory: AgentFactory
) -> None:
    cluster, machines = _prepare(queue, site, factory)
    tempo = site.tempo or Tempo()
    patience = Patience(time.monotonic, tempo.patience_s)
    lock = LeaderLock(site.lock)
    try:
        leads = lead(lock, queue, patience, lifeline.ended)
        if leads and _work_comes(queue, machines, patience, lifeline):
            with cluster as running:
                lifeline.listen()  # Ray has put its own handlers in place
                dispatcher = Dispatcher(queue, running, time.monotonic, tempo)
                dispatcher.run(lifeline.ended)
    finally:
        lock.release()


def _work_comes(
    queue: TrialQueue,
    machines: tuple[str, ...],
    patience: Patience,
    lifeline: Lifeline,
) -> bool:
    """Wait for a first trial: an answer that is stored already needs no cluster.

    False if the lifeline ended first. What a dead dispatcher had claimed is queued.
    """
    settled = False
    while not lifeline.ended():
        try:
            if not settled:
                queue.recover()
                settled = True
            # The nodes of a joined cluster, and so its trials, are known only later.
            if not machines or queue.waiting(machines):
                return True
            patience.relieve()
        except QueueError as error:
            patience.endure(error)
        time.sleep(LOOK_EVERY_S)
    return False


def _prepare(
    queue: TrialQueue, site: Site, factory: AgentFactory
) -> tuple[AbstractContextManager[Cluster], tuple[str, ...]]:
    """A cluster that has yet to be started, and the machines known to be in it.

    This machine is registered before Ray is up, or while another one leads: trials can
    be planned at once. The nodes of a cluster to join are not known yet.
    """
    root = site.root.resolve()  # the working directory is about to change
    if site.address is not None:
        return joined_cluster(root, site.address, factory), ()
    local = _describe(root, factory)
    queue.register(local)
    if site.announce is not None:
        site.announce(local)
    most = max(1, int(local.cpus))  # a container may have less than the machine
    capacity = replace(site.capacity, cpus=min(site.capacity.cpus, most))
    return embedded_cluster(root, capacity, factory, local), (local.machine,)


def _describe(root: Path, factory: AgentFactory) -> Node:
    agent = factory(root)
    try:
        return agent.describe()
    finally:
        agent.close()


@contextmanager
def _leaving_in_time(lifeline: Lifeline) -> Iterator[None]:
    """However stuck Ray is, this process ends LEAVE_WITHIN_S after it was told to."""
    done = threading.Event()

    def watch() -> None:
        while not lifeline.ended():
            if done.wait(WATCH_EVERY_S):
                return
        if not done.wait(LEAVE_WITHIN_S):
            os._exit(BROKEN)

    watchdog = threading.Thread(target=watch, daemon=True, name="watchdog")
    watchdog.start()
    try:
        yield
    finally:
        done.set()
        watchdog.join()
