"""What a look costs, and whether two looks at one tree ever differ.

    python -m tests.benchmarks.probe [--pairs N] [--runs N]

Overhead: whole processes, bare and watched in turn, so that a machine that grows slower
favours neither; the median of the ratios of neighbours, in processor time (which says
more on a machine that others use) and in wall time; and the ratio of the least
processor times, which noise can only enlarge. The larger model has 4.8 million
parameters and takes its steps with AdamW, in small batches: the worst case for digests.
"""

import argparse
import math
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workers.contract import Ok, Probed, ProbeKind, ProbeSpec, TrialResult, TrialSpec
from workers.probe import asked, seen

DIGITS = Path(__file__).parents[1] / "samples" / "digits" / "repository"
MODES = ("mlp", "conv")
STEPS = 20
WATCH = ProbeSpec(ProbeKind.WATCH, STEPS, every=10)
LARGER = """
import sys, torch
from torch.nn import functional as F
torch.manual_seed(1)
wide, steps = 1536, int(sys.argv[1])
model = torch.nn.Sequential(
    torch.nn.Linear(64, wide), torch.nn.GELU(), torch.nn.LayerNorm(wide),
    torch.nn.Linear(wide, wide), torch.nn.GELU(), torch.nn.LayerNorm(wide),
    torch.nn.Linear(wide, wide), torch.nn.GELU(), torch.nn.Linear(wide, 10))
optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
for _ in range(steps):
    loss = F.cross_entropy(model(torch.randn(32, 64)), torch.randint(10, (32,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
"""


@dataclass(frozen=True)
class Took:
    """Seconds of one process, and what the probe saw of it."""

    cpu_s: float
    wall_s: float
    probed: Probed | None


@dataclass(frozen=True)
class Subject:
    """A training that is run again and again."""

    name: str
    tree: Path
    argv: tuple[str, ...]


def run(subject: Subject, probe: ProbeSpec | None) -> Took:
    """Run it once in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "probe")
        spec = _spec(subject, probe)
        variables = asked(spec, folder, subject.tree, _surroundings())
        before = time.perf_counter()
        cpu_s = _processor_s([*subject.argv, scratch], subject.tree, variables)
        wall_s = time.perf_counter() - before
        result = seen(TrialResult(Ok()), spec, folder, {"{output_dir}": Path(scratch)})
    return Took(cpu_s, wall_s, result.probed)


def _spec(subject: Subject, probe: ProbeSpec | None) -> TrialSpec:
    return TrialSpec("k", "", "t", "a", "m", "s", 7, subject.argv, (), probe=probe)


def _surroundings() -> dict[str, str]:
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", **threads}


def _processor_s(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    process = os.fork()
    if process == 0:
        os.chdir(cwd)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execvpe(argv[0], list(argv), dict(env))
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{argv} ended with {os.waitstatus_to_exitcode(status)}.")
    return used.ru_utime + used.ru_stime


def digits(mode: str, tree: Path, steps: int = 250) -> Subject:
    argv = (sys.executable, "train.py", "--mode", mode, "--seed", "7")
    argv += ("--steps", str(steps), "--output-dir")
    return Subject(f"digits {mode}, {steps} steps", tree, argv)


def larger(tree: Path, steps: int) -> Subject:
    (tree / "larger.py").write_text(LARGER)
    argv = (sys.executable, "larger.py", str(steps))
    return Subject(f"4.8 M parameters, {steps} steps", tree, argv)


@contextmanager
def trees() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        shutil.copytree(DIGITS, tree, ignore=shutil.ignore_patterns("__pycache__"))
        yield tree


def overhead(subject: Subject, pairs: int) -> None:
    """Print by how much a watched run takes longer."""
    run(subject, None)
    ratios: list[tuple[float, float]] = []
    least = {None: math.inf, WATCH: math.inf}
    shares: list[float] = []
    for number in range(pairs):
        kinds = (None, WATCH) if number % 2 else (WATCH, None)
        took = {kind: run(subject, kind) for kind in kinds}
        bare, watched = took[None], took[WATCH]
        ratios.append((watched.cpu_s / bare.cpu_s, watched.wall_s / bare.wall_s))
        least = {kind: min(least[kind], one.cpu_s) for kind, one in took.items()}
        assert watched.probed is not None
        shares.append(watched.probed.overhead_s / watched.wall_s)
        assert watched.probed.steps, watched.probed
    cpu, wall = (_spread([one[at] for one in ratios]) for at in (0, 1))
    inside = statistics.median(shares)
    print(
        f"{subject.name:32} cpu {cpu}, least of each {least[WATCH] / least[None]:.3f};"
        f" wall {wall}; timed inside {inside:.2%}"
    )


def _spread(ratios: Sequence[float]) -> str:
    """Median and its standard error, as a share of the bare run."""
    middle = statistics.median(ratios)
    error = 1.2533 * statistics.stdev(ratios) / len(ratios) ** 0.5
    return f"{middle - 1:+.2%} (+-{error:.2%})"


def fingerprints(tree: Path, pairs: int) -> None:
    """Print how long fingerprints take, and how many of them differ."""
    probe = ProbeSpec(ProbeKind.FINGERPRINT, STEPS)
    for mode in MODES:
        subject = digits(mode, tree)
        took: list[float] = []
        changed = 0
        for _ in range(pairs):
            first, second = run(subject, probe), run(subject, probe)
            took += [first.wall_s, second.wall_s]
            changed += _differ(first.probed, second.probed)
        middle = statistics.median(took)
        print(
            f"fingerprint of {mode:5} {STEPS} steps: median {middle:.2f} s;"
            f" {changed} of {pairs} pairs of identical trees differ"
        )


def _differ(first: Probed | None, second: Probed | None) -> bool:
    assert first is not None
    assert second is not None
    assert len(first.steps) == STEPS, first
    parts = ("end", "command", "optimizers", "steps", "files", "flops", "processes")
    return any(getattr(first, one) != getattr(second, one) for one in parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=25, help="of fingerprints a mode")
    parser.add_argument("--runs", type=int, default=15, help="pairs for the overhead")
    options = parser.parse_args()
    with trees() as tree:
        for subject in (
            digits("mlp", tree),
            digits("conv", tree),
            digits("mlp", tree, 5000),
            larger(tree, 200),
        ):
            overhead(subject, options.runs)
        fingerprints(tree, options.pairs)


if __name__ == "__main__":
    main()
