"""The dispatcher's process wired: the store behind the queue of the contract.

The only module of the bot that sees more of the workers than their contract.
"""

import json
import sys
import time
from pathlib import Path

from bot.adapters.store import SqlStore
from bot.domain.errors import MachineryFault
from workers.dispatcher import Capacity, Site, Tempo, serve


def dispatch() -> None:
    """Entry of the dispatcher's process: serve the store's trials until told to end."""
    options = json.loads(sys.argv[1])
    cache = Path(options["cache"])
    site = Site(
        root=cache / "node",
        lock=cache / "dispatcher.lock",
        capacity=Capacity(cpus=options["cpus"]),
        address=options["address"],
        tempo=Tempo(at_once=options["at_once"]),
    )
    try:
        store = SqlStore(options["url"], time.time)
    except MachineryFault as fault:
        sys.exit(str(fault))
    sys.exit(serve(store, site))
