"""GitHub's own work at merge queues, done every moment while people live."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.app.soaking.city import MAIN, City

EVERY_S = 0.3


@contextmanager
def queue_keeper(city: City) -> Iterator[None]:
    """Queues go on: what passed lands, what failed leaves, the rest is made anew."""
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(city, ended))
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _keep(city: City, ended: threading.Event) -> None:
    while not ended.wait(EVERY_S):
        for house in city.houses:
            if house.queued:
                for number in city.town.runs_queue(house.repository, MAIN):
                    city.tell(f"{house.repository.name} queue merged #{number}")
