"""A clock for what waits."""


class Clock:
    """Seconds that pass as tests say."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds
