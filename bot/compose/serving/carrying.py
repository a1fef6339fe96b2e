"""Threads that carry long work on, each with a way to stop it; and the one for all."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

POLL_S = 0.2


class Stopped(Exception):  # noqa: N818 - not an error: somebody wanted it
    """The work is not to be carried on."""


class Heartbeat:
    """The engine's heartbeat in a thread that can be stopped."""

    def __init__(self, stop: threading.Event) -> None:
        """`stop` ends whatever waits."""
        self._stop = stop

    @property
    def stopped(self) -> bool:
        """Whether nobody wants it any more."""
        return self._stop.is_set()

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def wait(self) -> None:
        """A short wait; raises `Stopped` once nobody wants it any more."""
        if self._stop.wait(POLL_S):
            raise Stopped


class Carried:
    """Work in a thread of its own."""

    def __init__(self) -> None:
        """It is begun by `Carriers.carry`."""
        self._stop = threading.Event()
        self._future: Future[None] | None = None

    def stop(self) -> None:
        """Let it end soon; it is not waited for."""
        self._stop.set()

    def ended(self) -> None:
        """Wait until it has let go of everything."""
        if self._future is not None:
            wait([self._future])

    @property
    def pulse(self) -> Heartbeat:
        """What it asks whether to go on."""
        return Heartbeat(self._stop)

    def begin(self, pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        """Have it done when a thread is free."""
        self._future = pool.submit(work)


class Carriers:
    """At most so many works at a time; others wait for their turn."""

    def __init__(self, most: int) -> None:
        """No thread is started before there is work."""
        self.most = most
        self._pool = ThreadPoolExecutor(most, "carrier")
        self._lock = threading.Lock()
        self._all: set[Carried] = set()
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether everything ends, and not one work alone."""
        return self._closing

    def carry(self, work: Callable[[Heartbeat], None]) -> Carried:
        """Begin work; it minds its own faults."""
        one = Carried()
        with self._lock:
            if self._closing:
                one.stop()
                return one
            self._all.add(one)
            one.begin(self._pool, lambda: self._done(one, work))
        return one

    def close(self) -> None:
        """Stop them all, and wait until they have ended."""
        with self._lock:
            self._closing = True
            for one in self._all:
                one.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _done(self, one: Carried, work: Callable[[Heartbeat], None]) -> None:
        try:
            work(one.pulse)
        finally:
            with self._lock:
                self._all.discard(one)
