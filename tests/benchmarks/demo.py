"""From a fresh clone to the verdict of `make demo`, with a warm package cache.

    python -m tests.benchmarks.demo

Clones this repository's last commit, runs `make demo` in it and prints what it took.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        clone, cache = Path(name, "seedgate"), Path(name, "cache")
        before = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", HERE, clone], check=True)
        subprocess.run(
            ["make", "demo"],
            cwd=clone,
            env={**os.environ, "SEEDGATE_CACHE_DIR": str(cache)},
            check=True,
        )
        took = time.perf_counter() - before
        report = json.loads((clone / "demo/report.json").read_text())
    judging = report["cost"]["elapsed_s"]
    print(f"clone to verdict   {took:.0f} s (goal: at most 480 s)")
    print(f"of which judging   {judging:.0f} s (goal: at most 180 s)")
    print(f"verdict            {report['verdict']}, {len(report['trials'])} trials")


if __name__ == "__main__":
    main()
