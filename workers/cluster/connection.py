"""Being connected to a Ray: one of our own, or one that somebody else started."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray._private import services
from ray._private.node import Node as RayNode
from ray.exceptions import RayError

from workers.cluster.interface import Capacity, ClusterError
from workers.cluster.reaching import require_listener

OBJECT_STORE_BYTES = 100_000_000
_FAULTS = (RayError, RuntimeError, ValueError, OSError)
_HELPERS = ("start_monitor", "start_log_monitor", "start_api_server")


def _first_line(error: Exception) -> str:
    """Ray's messages go on with logs and stack traces."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


@contextmanager
def explained() -> Iterator[None]:
    """Raise `ClusterError` for what Ray raises."""
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
    with (
        _without_helpers(),
        _connected(
            address="local",
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            _temp_dir=str(folder),
            _node_ip_address="127.0.0.1",
            **offered,
        ),
    ):
        yield


@contextmanager
def _without_helpers() -> Iterator[None]:
    """Start Ray without its autoscaler's monitor, its log monitor and its dashboard.

    A cluster of one machine whose logs nobody forwards needs none of them, and
    `ray.init` has no setting for them (without a dashboard it still starts that
    process, for statistics that are turned off). They cost two seconds of CPU at the
    start and a second of waiting at the end. Where a later Ray has other names for
    them, it starts them as ever.
    """
    unneeded = [one for one in _HELPERS if _has(one)]
    before = {name: getattr(RayNode, name) for name in unneeded}
    for name in unneeded:
        setattr(RayNode, name, lambda *_, **__: None)
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(RayNode, name, method)


def _connect(**options: Any) -> None:
    ray.init(log_to_driver=False, logging_level=logging.ERROR, **options)


def _has(name: str) -> bool:
    return callable(getattr(RayNode, name, None))


@contextmanager
def joined(address: str) -> Iterator[None]:
    """A Ray that somebody else started."""
    try:
        place = _place(address)
        if place is not None:
            require_listener(address, *place)
        _connect(address=address)
    except _FAULTS as error:
        why = _first_line(error).rstrip(".:")
        problem = f"The Ray of RAY_ADDRESS, {address}, cannot be joined ({why}): "
        mend = "correct the variable (HOST:PORT or auto), or unset it."
        raise ClusterError(problem + mend) from error
    try:
        yield
    finally:
        ray.shutdown()


def _place(address: str) -> tuple[str, str] | None:
    """Host and port at which Ray will look; it takes this machine's names for others.

    None where it starts one (`local`) or knows when to give up (`ray://...`).
    """
    if "://" in address:
        return None
    found = services.canonicalize_bootstrap_address(address)
    if found is None:
        return None
    host, _, port = found.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), port


@contextmanager
def _connected(**options: Any) -> Iterator[None]:
    try:
        _connect(**options)
    except _FAULTS as error:
        message = f"Ray could not start: {_first_line(error)}"
        raise ClusterError(message) from error
    try:
        yield
    finally:
        ray.shutdown()
