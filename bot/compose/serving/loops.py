"""Work that is done again and again in a thread of its own, whatever goes wrong."""

import logging
import threading
from collections.abc import Callable

from bot.domain.errors import MachineryFault

LOG = logging.getLogger("seedgate")
TROUBLED_S = 0.5
LONGEST_TROUBLED_S = 15.0
FEW, MOST_COUNTED = 3, 10


class Loop:
    """`work` is done, says how many seconds there are to the next time, and so on.

    What it raises is logged, and it is tried again after a while, longer each time.
    """

    def __init__(
        self, name: str, work: Callable[[], float], stop: threading.Event
    ) -> None:
        """Nothing is started before `start`; `stop` ends it."""
        self._name, self._work, self._stop = name, work, stop
        self._bell = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._troubles = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ring(self) -> None:
        """There is work now."""
        self._bell.set()

    def join(self, patience_s: float) -> None:
        """Wait for the end of what is under way; somebody has set `stop`."""
        self._bell.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._bell.wait(self._once())
            self._bell.clear()

    def _once(self) -> float:
        try:
            wait = self._work()
        except MachineryFault as fault:
            # What is known to happen is said in its own words, and not for ever.
            if self._troubles < FEW:
                LOG.warning("%s waits: %s %s", self._name, fault.problem, fault.mend)
            return self._pause()
        except Exception:
            LOG.exception("%s failed; it goes on.", self._name)
            return self._pause()
        if self._troubles:
            LOG.info("%s goes on.", self._name)
        self._troubles = 0
        return wait

    def _pause(self) -> float:
        self._troubles = min(self._troubles + 1, MOST_COUNTED)
        return min(TROUBLED_S * 2.0**self._troubles, LONGEST_TROUBLED_S)
