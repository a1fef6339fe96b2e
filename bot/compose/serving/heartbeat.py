"""What beats while something is carried on, and how that is told to end."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.compose.serving.succession import Succession

POLL_S = 0.2


class Stopped(Exception):  # noqa: N818 - not an error: somebody wanted it
    """The evaluation is not to be carried on."""


class LetGo(Stopped):
    """This process ends; another one carries the evaluation on."""


class Followed(Stopped):
    """Another task of the same pull request follows: it may want the same trials."""


@dataclass(slots=True)
class Ending:
    """How somebody is told to end: `stop` says that, the others why.

    `closing` is set where all of them end with the process, `followed` where another
    task of the same pull request comes next.
    """

    closing: threading.Event
    stop: threading.Event = field(default_factory=threading.Event)
    followed: bool = False

    def why(self) -> Stopped:
        """What is raised."""
        if self.closing.is_set():
            return LetGo()
        return Followed() if self.followed else Stopped()

    def forsaken(self) -> bool:
        """Whether it was stopped, and nobody here or elsewhere takes anything over."""
        ends = self.stop.is_set()
        return ends and not (self.followed or self.closing.is_set())


class Heartbeat:
    """The engine's heartbeat in a thread that can be stopped.

    `succession` is what tasks before this one have left.
    """

    def __init__(
        self,
        ending: Ending,
        succession: Succession | None = None,
        lacking: Callable[[], None] | None = None,
    ) -> None:
        """`ending` ends whatever waits; `lacking` is told where no machine is there."""
        self._ending, self._lacking = ending, lacking
        self.succession = succession or Succession()

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def lacks_machine(self) -> None:
        """Say, to whoever is shown progress, that no machine is there."""
        if self._lacking is not None:
            self._lacking()

    def takes_over(self, adopt: Callable[[], None]) -> None:
        """Call `adopt` now, and again when what tasks before this one left may go."""
        self.succession.takes_over(adopt)

    def wait(self) -> None:
        """A short wait; raises `Stopped` once nobody wants it any more.

        The engine waits when it has asked for what it wants.
        """
        self.succession.asked()
        if self._ending.stop.wait(POLL_S):
            raise self._ending.why()
