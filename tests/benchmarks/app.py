"""The App beside a strict GitHub: how soon it answers, and how often it calls.

    python -m tests.benchmarks.app [--only answers,calls,busy,sweep] [--minutes 3]
        [--postgres]

The GitHub is the fake one in this process, with its limits as they are; webhooks, git
and trials are real, and so is the store: a file, or a server. Times count from the deed
of a person to what people can see.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.app_answers import answers
from tests.benchmarks.app_busy import busy
from tests.benchmarks.app_calls import calls
from tests.benchmarks.app_sweep import sweep
from tests.benchmarks.figures import Figures
from tests.benchmarks.stores import database

PARTS: dict[str, Callable[[Path, Figures, argparse.Namespace], None]] = {
    "answers": answers,
    "calls": calls,
    "busy": busy,
    "sweep": sweep,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--minutes", type=float, default=3.0, help="of `busy`")
    parser.add_argument("--pulls", type=int, default=1000, help="of `sweep`")
    parser.add_argument("--times", type=int, default=20, help="of each answer")
    parser.add_argument("--postgres", action="store_true", help="instead of SQLite")
    given = parser.parse_args()
    figures = Figures()
    for name in given.only.split(","):
        begun = time.monotonic()
        print(f"-- {name}", flush=True)
        with (
            tempfile.TemporaryDirectory(prefix="seedgate-bench-") as folder,
            database(postgres=given.postgres) as given.database,
        ):
            PARTS[name](Path(folder), figures, given)
        print(f"   ({time.monotonic() - begun:.0f} s)", flush=True)
    return figures.missed


if __name__ == "__main__":
    sys.exit(main())
