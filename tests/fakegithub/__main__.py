"""A GitHub of its own: `python -m tests.fakegithub --port 0 --control-port 0`.

Prints one line of JSON with the addresses, then serves until it is interrupted.
"""

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.fakegithub.control import Control
from tests.fakegithub.hosting import hosted
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
    with (
        hosted(asked.folder, prefix=asked.prefix, port=asked.port, judged=False) as it,
        served(Control(it.town, it.fake, it.deliveries), asked.control_port) as at,
    ):
        told = {"api": it.url, "web": it.town.world.web_url, "control": at}
        print(json.dumps(told), flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
