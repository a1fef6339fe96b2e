"""The long soak: people, bad luck and kills at random for as long as you like.

    python -m tests.benchmarks.soak [--minutes 20] [--seed 7] [--houses 6] [--keep DIR]

`--seed` repeats what people do and when the App is killed; how the two meet may differ.
"""

import argparse
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.app.soak import Wishes, soak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--houses", type=int, default=6, help="owners, each limited")
    parser.add_argument("--keep", type=Path, help="a folder for all that was written")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    wishes = Wishes(
        given.seed,
        seconds=60 * given.minutes,
        houses=given.houses,
        a_second=0.25 * given.houses,
        patience=900.0,
    )
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="seedgate-soak-")
        folder = given.keep or Path(stack.enter_context(temporary))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            told = soak(folder, wishes)
        except AssertionError as wrong:
            print("\n".join([str(wrong), *getattr(wrong, "__notes__", ())]))
            return 1
    print("\n".join(told.lines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
