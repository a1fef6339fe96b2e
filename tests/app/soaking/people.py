"""What people do at random: a plan from a seed, carried out as far as GitHub lets them.

The plan is the same for a seed; what a deed finds when its turn comes may differ.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.app.soaking import proposing, talking
from tests.app.soaking.city import City, House
from tests.fakegithub.changes import Refused

FIRST = ("opens", "opens", "opens other")


@dataclass(frozen=True)
class Deed:
    """Who does what when; `seed` draws everything that is open about it."""

    at: float
    house: int
    name: str
    seed: int


def planned(seed: int, seconds: float, houses: int, a_second: float) -> list[Deed]:
    """The deeds of a soak; each house begins with a few that others build upon."""
    draw = random.Random(f"deeds/{seed}")
    names, weights = list(DEEDS), [weight for _, weight in DEEDS.values()]
    times = sorted(draw.uniform(0, seconds) for _ in range(int(seconds * a_second)))
    deeds = [Deed(0.0, one, name, draw.getrandbits(32)) for name, one in _first(houses)]
    for at in times:
        name, house = draw.choices(names, weights)[0], draw.randrange(houses)
        deeds.append(Deed(at, house, name, draw.getrandbits(32)))
    return deeds


def _first(houses: int) -> list[tuple[str, int]]:
    return [(name, one) for name in FIRST for one in range(houses)]


def perform(city: City, deed: Deed) -> bool:
    """Do it; whether it was done: what GitHub forbids is left."""
    house, draw = city.houses[deed.house], random.Random(deed.seed)
    done = True
    try:
        with city.lock:
            told = DEEDS[deed.name][0](city, house, draw)
    except Refused as refused:
        told, done = f"refused: {refused.message[:60]}", False
    city.tell(f"{house.repository.name} {deed.name}: {told}")
    return done


Doing = Callable[[City, House, random.Random], str]
DEEDS: dict[str, tuple[Doing, int]] = {
    "opens": (proposing.opens, 16),
    "opens other": (proposing.opens_other, 5),
    "opens twice": (proposing.opens_twice, 4),
    "forks": (proposing.forks, 2),
    "pushes": (proposing.pushes, 14),
    "moves base": (proposing.moves_base, 3),
    "retargets": (proposing.retargets, 5),
    "drafts": (proposing.drafts, 6),
    "closes": (proposing.closes, 4),
    "reopens": (proposing.reopens, 5),
    "merges": (proposing.merges, 8),
    "queues": (proposing.queues, 8),
    "dequeues": (proposing.dequeues, 2),
    "accepts": (talking.accepts, 7),
    "unaccepts": (talking.unaccepts, 2),
    "orders": (talking.orders, 10),
    "asks": (talking.asks, 5),
    "errs": (talking.errs, 6),
    "clicks": (talking.clicks, 6),
    "reruns": (talking.reruns, 4),
}
