"""A heartbeat that a test drives."""

from collections.abc import Callable


class ScriptedPulse:
    """Time passes only when the engine waits; then `on_wait` happens."""

    def __init__(self, on_wait: Callable[[], None], start: float = 1_000.0) -> None:
        self._on_wait = on_wait
        self._now = start

    def now(self) -> float:
        return self._now

    def takes_over(self, adopt: Callable[[], None]) -> None:
        adopt()

    def wait(self) -> None:
        self._now += 1.0
        self._on_wait()
