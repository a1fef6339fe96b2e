"""What becomes of a delivery on its way: kept, lost, late, twice, changed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.fakegithub.records import Delivery

Kind = Literal[
    "deliver", "drop", "vanish", "delay", "duplicate", "reorder", "tamper", "forge"
]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a delivery.

    drop: it is lost on the way and logged as failed; vanish: never attempted, never
    listed; delay: `seconds` later; duplicate: twice; reorder: after the next one;
    tamper: changed after signing; forge: signed with another secret.
    """

    kind: Kind = "deliver"
    seconds: float = 0.0


Policy = Callable[[Delivery], Fate]


def faithful(delivery: Delivery) -> Fate:
    """Delivers everything once, at once."""
    return Fate()


def nothing(delivery: Delivery) -> Fate:
    """GitHub has a bad day: nothing is attempted, and nothing listed."""
    return Fate("vanish")


def seeded(seed: int, shares: dict[Kind, float], longest: float = 0.2) -> Policy:
    """Draws fates by their shares (the rest is delivered); redeliveries go through."""
    drawn = random.Random(seed)
    kinds: list[Kind] = [*shares, "deliver"]
    weights = [*shares.values(), max(0.0, 1.0 - sum(shares.values()))]

    def policy(delivery: Delivery) -> Fate:
        if delivery.redelivery:
            return Fate()
        kind = drawn.choices(kinds, weights)[0]
        return Fate(kind, drawn.uniform(0, longest) if kind == "delay" else 0.0)

    return policy
