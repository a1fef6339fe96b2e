"""Opening a cluster: embedded on this machine, or one that is already there.

Ray is imported only here inside, after its environment is set.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workers.cluster.interface import AgentFactory, Capacity, Cluster
from workers.cluster.session import (
    embedded_environment,
    environment,
    joining_environment,
    session_folder,
    warden,
    working_directory,
)
from workers.contract import Node


@contextmanager
def embedded_cluster(
    root: Path, capacity: Capacity, factory: AgentFactory, local: Node
) -> Iterator[Cluster]:
    """A cluster of this machine alone, which `local` describes; leaving ends it all.

    `root` is where its agent keeps its files. Call it on the main thread. Raises
    `ClusterError` if Ray cannot start.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(session_folder())
        settings = embedded_environment()
        stack.enter_context(environment(settings, inherit=False))
        stack.enter_context(working_directory(folder / "empty"))
        stack.enter_context(warden(folder))
        from workers.cluster.connection import embedded
        from workers.cluster.ray_cluster import RayCluster

        stack.enter_context(embedded(capacity, folder / "r"))
        cluster = RayCluster(factory, root, local)
        stack.callback(cluster.close)
        yield cluster


@contextmanager
def joined_cluster(
    root: Path, address: str, factory: AgentFactory
) -> Iterator[Cluster]:
    """The cluster at `address`; leaving ends our trials and agents, not the cluster.

    Raises `ClusterError` if Ray cannot be reached.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(session_folder())
        settings = joining_environment()
        stack.enter_context(environment(settings, inherit=True))
        stack.enter_context(working_directory(folder / "empty"))
        from workers.cluster.connection import joined
        from workers.cluster.ray_cluster import RayCluster

        stack.enter_context(joined(address))
        cluster = RayCluster(factory, root, None)
        stack.callback(cluster.close)
        yield cluster
