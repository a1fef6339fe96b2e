"""How long the command line takes to answer: `--help`, `judge`, `check`, `power`.

    python -m tests.benchmarks.startup [--runs N]

Whole processes, wall time, median and spread of N runs after one that warms the disk.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEEDGATE = Path(sys.executable).with_name("seedgate")
POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.1}
      error: {direction: minimize, tolerance: 1%}
      seconds: {role: limit, max: 60, source: wall_clock}
stages: {fast: {seeds: {min: 4, max: 20}}}
"""
GOALS_S = {"--help": 0.4, "judge": 1.5}


def trials(n: int) -> str:
    """Results of n same-seed pairs."""
    rows = {
        arm: [
            {
                "seed": seed,
                "metrics": {"loss": 1 + shift + seed % 7 / 100, "error": 0.2}
                | {"seconds": 5.0},
            }
            for seed in range(n)
        ]
        for arm, shift in (("baseline", 0.0), ("branch", 0.01))
    }
    return json.dumps({"mode": "mlp", "stage": "fast", "arms": rows})


def seconds(*words: str) -> float:
    """Wall time of one call."""
    before = time.perf_counter()
    done = subprocess.run([str(SEEDGATE), *words], capture_output=True, check=False)
    took = time.perf_counter() - before
    assert done.returncode in (0, 1, 2), done.stderr.decode()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        policy, given = Path(folder, "policy.yml"), Path(folder, "trials.json")
        policy.write_text(POLICY)
        given.write_text(trials(20))
        calls = {
            "--help": ("--help",),
            "judge": ("judge", "--policy", str(policy), "--trials", str(given)),
            "check": ("check", str(policy)),
            "power": ("power", "--sd", "1", "--tolerance", "1.5"),
        }
        print(f"{'call':8} {'min':>7} {'median':>7} {'max':>7}   goal (seconds)")
        for name, words in calls.items():
            seconds(*words)
            took = sorted(seconds(*words) for _ in range(runs))
            middle = statistics.median(took)
            goal = f"< {GOALS_S[name]}" if name in GOALS_S else ""
            print(f"{name:8} {took[0]:7.3f} {middle:7.3f} {took[-1]:7.3f}   {goal}")


if __name__ == "__main__":
    main()
