"""What a store holds of the webhooks that were sent to whoever works with it."""

from contextlib import closing

from sqlalchemy import select

from bot.adapters.store.database.once import Once
from bot.adapters.store.schema_pulls import remarks
from bot.adapters.store.schema_web import deliveries
from bot.app.hooks import DeliveryState
from tests.benchmarks.sending import OURS

STORE_S = 30.0


def pending(url: str) -> int:
    """How many of ours are to be worked off."""
    return sum(one is DeliveryState.PENDING for one in states(url).values())


def states(url: str) -> dict[str, DeliveryState]:
    """What became of what was sent by us, by GUID."""
    store, mine = Once(url, STORE_S), deliveries.c.guid.startswith(OURS)
    query = select(deliveries.c.guid, deliveries.c.state).where(mine)
    with closing(store), store.read() as connection:
        return {row.guid: DeliveryState(row.state) for row in connection.execute(query)}


def comments(url: str) -> set[int]:
    """Numbers of comments that were read and settled, be they ours or not."""
    store, settled = Once(url, STORE_S), ~remarks.c.waits
    with closing(store), store.read() as connection:
        rows = connection.execute(select(remarks.c.id).where(settled))
        return set(rows.scalars())
