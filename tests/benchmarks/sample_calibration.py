"""Measures the digits sample: spread, effect and speed of each branch, and verdicts.

Trains the tree that would land for every branch, over seeds drawn at random, two at a
time on one thread each; then draws same-seed pairs again and again and judges them with
the gate's own rules. Takes about eight minutes on two cores.
"""

import argparse
import io
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from bot.adapters.policy_file import load_policy  # noqa: E402
from bot.domain.judgement import ArmEvidence, Evidence, judge_looks  # noqa: E402
from bot.domain.judgement.evidence import Rulebook  # noqa: E402
from bot.domain.policy import AbsoluteTolerance, Mode, Policy  # noqa: E402
from bot.domain.trials import Crashed, Measured, Observation  # noqa: E402
from bot.domain.verdict import ModeVerdict, Ruling, worst  # noqa: E402
from tests.samples.digits.build import FILES, Git, build  # noqa: E402

MAIN = "main"
BRANCHES = ("improvement", "regression", "refactor", "crash", "nan")
LARGEST_SEED = 2**31 - 1
METRIC = "test_loss"
AT_ONCE = 2
DECISIONS = (Ruling.PASS, Ruling.BLOCK, Ruling.UNDECIDED)


@dataclass(frozen=True)
class Run:
    """One bare training process; `loss` is None if it failed or was not a number.

    `cpu_s` is the processor time of the whole process, imports included.
    """

    branch: str
    mode: str
    seed: int
    loss: float | None
    accuracy: float | None
    cpu_s: float


def main() -> None:
    """Measure (or read again what was measured), then print both tables."""
    options = parse_options()
    rules = load_policy((FILES / ".github/seedgate.yml").read_bytes(), "the sample")
    if options.runs and options.runs.exists():
        runs = [Run(**one) for one in json.loads(options.runs.read_text())]
    else:
        runs = measure(rules, seeds(options.seeds, options.draw))
    if options.runs:
        options.runs.write_text(json.dumps([asdict(run) for run in runs]))
    print_runs(rules, runs)
    print_verdicts(rules, runs, options.evaluations, options.draw)


def parse_options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=32, help="per branch and mode")
    parser.add_argument("--evaluations", type=int, default=4000, help="simulated")
    parser.add_argument("--draw", type=int, default=1, help="decides all that is drawn")
    parser.add_argument("--runs", type=Path, help="JSON of the runs: kept, or used")
    return parser.parse_args()


def seeds(count: int, draw: int) -> list[int]:
    """Whole numbers as the gate draws them: anything that fits in 31 bits."""
    source = random.Random(draw)
    return [source.randrange(1000, LARGEST_SEED) for _ in range(count)]


def measure(rules: Policy, drawn: Sequence[int]) -> list[Run]:
    """Every branch, mode and seed once; the same seeds everywhere."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        trees = materialise(Path(scratch))
        wanted = [
            pool.submit(train, trees, branch, mode, filled(rules, mode, seed), seed)
            for seed in drawn
            for mode in rules.modes
            for branch in (MAIN, *BRANCHES)
        ]
        return [one.result() for one in wanted]


def materialise(folder: Path) -> dict[str, Path]:
    """A folder for main and for each branch with the tree that would land."""
    build(folder / "digits")
    git = Git(folder / "digits")
    found = {MAIN: folder / MAIN}
    extract(git, MAIN, found[MAIN])
    for branch in BRANCHES:
        tree = git("merge-tree", "--write-tree", MAIN, branch).strip()
        found[branch] = folder / branch
        extract(git, tree, found[branch])
    return found


def extract(git: Git, tree: str, folder: Path) -> None:
    """The files of one tree."""
    packed = subprocess.run(
        ["git", "archive", tree], cwd=git.folder, check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")


def filled(rules: Policy, mode: Mode, seed: int) -> list[str]:
    """The command of a trial, without its output directory yet."""
    blanks = {"seed": str(seed), **rules.stages[0].params}
    command = [*mode.train]
    for name, value in blanks.items():
        command = [word.replace(f"{{{name}}}", value) for word in command]
    return [sys.executable if word == "python" else word for word in command]


def train(
    trees: Mapping[str, Path], branch: str, mode: Mode, command: list[str], seed: int
) -> Run:
    """Run one bare training process on one thread."""
    with tempfile.TemporaryDirectory() as output:
        process = subprocess.Popen(
            [word.replace("{output_dir}", output) for word in command],
            cwd=trees[branch],
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        last = last_record(Path(output, "metrics.jsonl"))
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu_s, loss = usage.ru_utime + usage.ru_stime, last.get(METRIC)
    if process.returncode != 0 or loss is None or math.isnan(loss):
        return Run(branch, mode.name, seed, None, None, cpu_s)
    return Run(branch, mode.name, seed, loss, last["test_accuracy"], cpu_s)


def last_record(log: Path) -> dict[str, float]:
    """The last line of a run's log; empty if there is none."""
    lines = log.read_text().splitlines() if log.exists() else []
    return json.loads(lines[-1]) if lines else {}


def print_runs(rules: Policy, runs: Sequence[Run]) -> None:
    """One line for each mode and branch."""
    print(
        "| mode | branch | runs | failed | test loss | SD | test error | effect"
        " | SD of differences | correlation | tolerance | CPU time |\n"
        + "|---" * 12
        + "|"
    )
    for mode in rules.modes:
        baseline = of(runs, MAIN, mode.name)
        for branch in (MAIN, *BRANCHES):
            print(row(mode, baseline, of(runs, branch, mode.name)))


def of(runs: Sequence[Run], branch: str, mode: str) -> list[Run]:
    """The runs of one branch and mode, in the order of their seeds."""
    chosen = [run for run in runs if (run.branch, run.mode) == (branch, mode)]
    return sorted(chosen, key=lambda run: run.seed)


def row(mode: Mode, baseline: Sequence[Run], branch: Sequence[Run]) -> str:
    """What the runs of one branch and mode showed; effects are positive if better."""
    pairs = [
        (old.loss, new.loss)
        for old, new in zip(baseline, branch, strict=True)
        if old.loss is not None and new.loss is not None
    ]
    head = f"| {mode.name} | {branch[0].branch} | {len(branch)} "
    head += f"| {len(branch) - len(pairs)} "
    spent = f"{statistics.median(run.cpu_s for run in branch):.1f} s"
    if len(pairs) < 3:
        return head + "| " * 6 + f"| {tolerance(mode):.2f} | {spent} |"
    old, new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    gains = [before - after for before, after in pairs]
    error = statistics.mean(
        100 - 100 * run.accuracy for run in branch if run.accuracy is not None
    )
    return head + (
        f"| {statistics.mean(new):.3f} | {statistics.stdev(new):.4f} | {error:.1f} % "
        f"| {statistics.mean(gains):+.3f} | {statistics.stdev(gains):.4f} "
        f"| {statistics.correlation(old, new):.2f} | {tolerance(mode):.2f} | {spent} |"
    )


def tolerance(mode: Mode) -> float:
    """The loss that the policy tolerates."""
    found = mode.metrics[0].tolerance
    assert isinstance(found, AbsoluteTolerance)
    return found.amount


def print_verdicts(
    rules: Policy, runs: Sequence[Run], evaluations: int, draw: int
) -> None:
    """How often each verdict comes, and how many seeds a mode needed for it."""
    print(
        "\n| branch | pass | block | undecided | seeds per mode: mean | 95 % | most |"
    )
    print("|---" * 7 + "|")
    for branch in BRANCHES:
        source = random.Random(draw)
        drawn = [judged(rules, runs, branch, source) for _ in range(evaluations)]
        ends = Counter(worst(tuple(one.state for one in modes)) for modes in drawn)
        used = sorted(mode.look for modes in drawn for mode in modes)
        shares = " | ".join(f"{ends[one] / evaluations:.2%}" for one in DECISIONS)
        mean, late = statistics.mean(used), used[int(0.95 * len(used))]
        print(f"| {branch} | {shares} | {mean:.1f} | {late} | {used[-1]} |")


def judged(
    rules: Policy, runs: Sequence[Run], branch: str, source: random.Random
) -> list[ModeVerdict]:
    """Both modes of one evaluation whose seeds are drawn from those measured."""
    measured = sorted({run.seed for run in runs})
    places = source.choices(range(len(measured)), k=rules.stages[0].looks[-1])
    found = []
    for mode in rules.modes:
        old, new = of(runs, MAIN, mode.name), of(runs, branch, mode.name)
        baseline = tuple(observation(old[place]) for place in places)
        changed = tuple(observation(new[place]) for place in places)
        rulebook = Rulebook(mode, rules.decision, rules.stages[0].looks)
        first = partial(first_pairs, baseline, changed)
        found.append(judge_looks(rulebook, first, targeted=True))
    return found


def first_pairs(
    baseline: tuple[Observation, ...], branch: tuple[Observation, ...], n: int
) -> Evidence:
    """What a look at n seeds sees."""
    return Evidence(ArmEvidence(baseline[:n]), ArmEvidence(branch[:n]), paired=True)


def observation(run: Run) -> Observation:
    """A run as the gate sees it; the digest is that of its only number here."""
    if run.loss is None or run.accuracy is None:
        return Crashed(run.seed, "failed", metric=METRIC)
    values = {METRIC: run.loss, "test_accuracy": run.accuracy}
    return Measured(run.seed, values, digest=repr(run.loss))


if __name__ == "__main__":
    main()
