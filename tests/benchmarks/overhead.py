"""What Seedgate costs over the bare training processes: 40 real trials, both ways.

    python -m tests.benchmarks.overhead [--steps N] [--pairs N]

The same commands on the same trees with the same seeds, two at a time: started bare in
a checked-out folder, and by `seedgate local`. Half of the bare ones run before and half
after, so that a machine that grows slower or faster does not favour either.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.samples.digits.build import build

SEEDGATE = Path(sys.executable).with_name("seedgate")
AT_ONCE = 2
POLICY = """\
version: 1
defaults: {{resources: {{cpus: 1, timeout: 10m}}}}
modes:
  mlp:
    train: [python, train.py, --mode, mlp, --seed, "{{seed}}", --steps, "{steps}", --eval-every, "250", --output-dir, "{{output_dir}}"]
    metrics:
      test_loss:
        direction: minimize
        source: {{stdout: 'step +(?P<step>\\d+) .*test loss (?P<value>\\S+)', take: last}}
        tolerance: 0.03
stages: {{fast: {{seeds: [{pairs}]}}}}
"""  # noqa: E501 - a policy is written as it would stand in a file


def bare(folder: Path, seeds: Sequence[int], steps: int) -> float:
    """Seconds for one training process per seed, two at a time."""

    def train(seed: int) -> None:
        output = folder.parent / "output" / str(seed)
        command = [sys.executable, "train.py", "--mode", "mlp", "--seed", str(seed)]
        command += ["--steps", str(steps), "--eval-every", "250"]
        command += ["--output-dir", str(output)]
        threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **threads},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    before = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(train, seeds))
    return time.perf_counter() - before


def gate(repository: Path, policy: Path, cache: Path) -> tuple[float, list[float]]:
    """Seconds of the whole command, and of each trial."""
    report = cache.parent / "report.json"
    command = [str(SEEDGATE), "local", "--repo", str(repository), "--base", "main"]
    command += ["--head", "refactor", "--policy", str(policy), "--json", str(report)]
    before = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, "SEEDGATE_CACHE_DIR": str(cache)},
        capture_output=True,
        check=False,
    )
    took = time.perf_counter() - before
    trials = json.loads(report.read_text())["trials"]
    return took, [one["wall_s"] for one in trials if one["state"] == "ok"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--pairs", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder / "repository")
        policy = folder / "policy.yml"
        policy.write_text(POLICY.format(steps=options.steps, pairs=options.pairs))
        seeds = range(100_000, 100_000 + 2 * options.pairs)
        half = options.pairs
        first = bare(folder / "repository", seeds[:half], options.steps)
        took, trials = gate(folder / "repository", policy, folder / "cache")
        last = bare(folder / "repository", seeds[half:], options.steps)
    alone = first + last
    print(
        f"trials             {len(trials)}, each {min(trials):.1f}-{max(trials):.1f} s"
    )
    print(f"bare processes     {alone:.1f} s ({first:.1f} before, {last:.1f} after)")
    print(f"seedgate local     {took:.1f} s, from start to exit")
    inside = sum(trials) / AT_ONCE
    print(f"of which training  {inside:.1f} s (the trials' own wall time, two at once)")
    print(f"overhead           {100 * (took / alone - 1):.1f} % (goal: at most 10 %)")


if __name__ == "__main__":
    main()
