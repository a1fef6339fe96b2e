"""The dispatcher's process wired: the store behind the queue of the contract.

The only module of the bot that sees more of the workers than their contract.
"""

import contextlib
import dataclasses
import json
import sys
import time
from pathlib import Path

from bot.adapters.children import NODE_FILE
from bot.adapters.store import SqlStore
from bot.domain.errors import MachineryFault, UserFault
from workers.contract import Node
from workers.dispatcher import Capacity, Site, Tempo, serve


def _announce(node: Node) -> None:
    """Say what this machine is in a file of the folder that we were started in."""
    draft = Path(f"{NODE_FILE}.draft")
    draft.write_text(json.dumps(dataclasses.asdict(node)), encoding="utf-8")
    draft.rename(NODE_FILE)


def dispatch() -> None:
    """Entry of the dispatcher's process: serve the store's trials until told to end.

    Options are its first argument. Where the store is, perhaps with a password, comes
    as the first line of standard input: others can read arguments, and inherit an
    environment.
    """
    options = json.loads(sys.argv[1])
    secrets = json.loads(sys.stdin.readline())
    cache = Path(options["cache"])
    site = Site(
        root=cache / "node",
        lock=cache / "dispatcher.lock",
        capacity=Capacity(cpus=options["cpus"]),
        address=options["address"],
        tempo=Tempo(at_once=options["at_once"]),
        announce=_announce,
    )
    try:
        store = SqlStore(secrets["url"], time.time)
    except (MachineryFault, UserFault) as fault:
        sys.exit(str(fault))
    try:
        sys.exit(serve(store, site))
    finally:
        _tidy()


def _tidy() -> None:
    """Take our folder away, which whoever started us cannot where it was killed."""
    Path(NODE_FILE).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        Path.cwd().rmdir()
