"""A GitHub of its own: `python -m tests.fakegithub --port 0 --control-port 0`.

Prints one line of JSON with the addresses, then serves until it is interrupted.
"""

import argparse
import json
import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from tests.fakegithub.control import Control
from tests.fakegithub.deliveries import Deliveries
from tests.fakegithub.people import Town
from tests.fakegithub.server import FakeGitHub
from tests.fakegithub.serving import served


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakegithub")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--prefix", default="", help="/api/v3 for an Enterprise server")
    parser.add_argument("--folder", type=Path, help="where repositories are kept")
    return parser.parse_args()


def main() -> None:
    """Serves until a signal comes."""
    asked, ended = arguments(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as stack:
        folder = asked.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="fakegithub-"))
        )
        town = Town.founded(folder)
        fake = FakeGitHub(town.world, town.git(), asked.prefix)
        deliveries = Deliveries(town.world)
        stack.callback(deliveries.close)
        api = stack.enter_context(fake.running(asked.port))
        control = Control(town, fake, deliveries)
        at = stack.enter_context(served(control, asked.control_port))
        told = {"api": api, "web": town.world.web_url, "control": at}
        print(json.dumps(told), flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
