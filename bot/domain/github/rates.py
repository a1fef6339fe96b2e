"""How many calls GitHub still takes within the hour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls of an installation: of `limit` an hour `remaining` are left until `reset`.

    `reset` is in seconds since the epoch by GitHub's clock.
    """

    limit: int
    remaining: int
    reset: float
