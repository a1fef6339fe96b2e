"""`make serve-demo`: a pull request's life on a laptop, without network or browser.

    python -m tests.demo [--whole]

Starts a GitHub of its own and a real `seedgate serve`, walks through a pull request
from opening to merge, and prints each page as people would see it there. The sample
only pretends to train, so a trial takes a blink; all else is real: webhooks, git,
store, dispatcher and Ray. Everything is in one folder that is removed in the end, and
every process is ended, on Ctrl-C too.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.demo.gate import gate
from tests.demo.github import github
from tests.demo.walk import Walk

INTERRUPTED = 130


def main() -> int:
    """The exit code: 0, or 130 where somebody stopped it."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo")
    parser.add_argument("--whole", action="store_true", help="unfold every page")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    try:
        _walk(whole=asked.whole)
    except KeyboardInterrupt:
        _tell("\nStopped; nothing is left.")
        return INTERRUPTED
    _tell(f"\nAll of it took {time.monotonic() - began:.0f} s, and nothing is left.")
    return 0


def _walk(*, whole: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="seedgate-demo-") as name:
        folder = Path(name)
        with github(folder) as town, gate(folder, town.api) as served:
            try:
                Walk(town, served, _tell, whole).go()
            except Exception:
                sys.stderr.write(served.log.read_text())
                raise


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
