"""What the fingerprint misses, and what it calls changed wrongly: real runs.

    python -m tests.benchmarks.fingerprint [--only PART]

Small edits of both samples, each held against main by the bot's own use case:

- planted: changes that act before the last probed step; none may be missed.
- late: changes that act only after it; the probe says identical, and what it sees
  beside whole trials must say changed in nine of ten.
- same: edits that change nothing; none may be called changed.
- time: seconds for all modes of a branch on two cores, nothing stored.

Its status is 1 if a figure is not reached. Takes about six minutes on two cores.
"""

import argparse
import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.domain.invasiveness import with_late
from bot.domain.verdict import Behaviour, Fingerprint
from tests.benchmarks.planted import LATE, PLANTED, SAME, SAME_DIGITS, Planted
from tests.samples.digits.build import build
from tests.samples.names.build import build_names, edit
from tests.samples.names.workbench import Workbench

SEEDS = 3
"""Pairs of whole trials for each late change: fewer than any policy asks for."""
LATE_NEEDED = 0.9
MOST_SECONDS = 15.0


Benches = dict[str, Workbench]


def main() -> int:
    """Run what is asked for, print every miss, and say whether all was reached."""
    parts: dict[str, Callable[[Benches], bool]] = {
        "planted": planted,
        "late": late_ones,
        "same": same,
        "time": timed,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=parts, action="append")
    chosen = parser.parse_args().only or [*parts]
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        build_names(home / "names")
        build(home / "digits")
        with (
            Workbench(home / "n", home / "names") as one,
            Workbench(home / "d", home / "digits") as other,
        ):
            benches = {"names": one, "digits": other}
            reached = [parts[name](benches) for name in chosen]
    return 0 if all(reached) else 1


def planted(benches: Benches) -> bool:
    """Every planted change must be seen by the probe alone."""
    began, missed = time.perf_counter(), 0
    for one in PLANTED:
        seen = _fingerprinted(benches[one.sample], one)
        missed += _told(one, seen, ok=seen.fingerprint is Fingerprint.CHANGED)
    _sum(f"{len(PLANTED)} planted changes: {missed} missed", began)
    return not missed


def late_ones(benches: Benches) -> bool:
    """Late changes must escape the probe, and show beside whole trials."""
    began, missed = time.perf_counter(), 0
    for one in LATE:
        bench = benches[one.sample]
        first = _fingerprinted(bench, one)
        plan = bench.plan(_branch_name(one))
        trials = bench.watched(plan, one.mode, SEEDS)
        seen = with_late({one.mode: first}, trials)[one.mode]
        caught = first.fingerprint is Fingerprint.IDENTICAL and seen.late
        missed += _told(one, seen, ok=caught)
    _sum(f"{len(LATE)} late changes: {missed} missed", began)
    return len(LATE) - missed >= LATE_NEEDED * len(LATE)


def same(benches: Benches) -> bool:
    """Edits that change nothing must never be called changed."""
    began = time.perf_counter()
    found = [
        (title, mode, seen)
        for title, plan_of in _same_branches(benches)
        for mode, seen in plan_of().items()
    ]
    wrong = [row for row in found if row[2].fingerprint is not Fingerprint.IDENTICAL]
    for title, mode, seen in wrong:
        print(f"  WRONG {title} in {mode}: {_summary(seen)}")
    _sum(f"{len(found)} identical pairs: {len(wrong)} not called identical", began)
    return not wrong


def _same_branches(
    benches: Benches,
) -> Sequence[tuple[str, Callable[[], dict[str, Behaviour]]]]:
    rows: list[tuple[str, Callable[[], dict[str, Behaviour]]]] = []
    for sample, path, edits in (
        ("names", "names.py", SAME),
        ("digits", "train.py", SAME_DIGITS),
    ):
        bench = benches[sample]
        for number, (title, change) in enumerate(edits):
            branch = edit(bench.repository, f"same-{number}", change, path=path)
            rows.append((title, lambda b=bench, n=branch: _all_modes(b, n)))  # type: ignore[misc]
    return rows


def _all_modes(bench: Workbench, branch: str) -> dict[str, Behaviour]:
    return dict(bench.fingerprint(bench.plan(branch)).behaviours)


def timed(benches: Benches) -> bool:
    """Seconds for all modes of a branch, with lines watched and nothing stored."""
    reached = True
    for sample, path, change in (
        ("names", "names.py", ('u": 5e-3', 'u": 5.001e-3')),
        ("digits", "train.py", ("MOMENTUM", "MASS")),
    ):
        bench = benches[sample]
        plan = bench.plan(edit(bench.repository, "timed", change, path=path))
        began = time.perf_counter()
        found = bench.fingerprint(plan, bench.lines(plan))
        seconds = time.perf_counter() - began
        modes, runs = len(found.behaviours), len(found.trials)
        print(f"{sample}: {modes} modes in {runs} runs took {seconds:.1f} s")
        reached = reached and seconds <= MOST_SECONDS
    return reached


def _branch_name(one: Planted) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in one.name)


def _fingerprinted(bench: Workbench, one: Planted) -> Behaviour:
    branch = edit(bench.repository, _branch_name(one), *one.edits, path=one.path)
    plan = bench.plan(branch)
    modes = tuple(mode for mode in plan.modes if mode.name == one.mode)
    alone = dataclasses.replace(plan, modes=modes)
    return bench.fingerprint(alone).behaviours[one.mode]


def _told(one: Planted, seen: Behaviour, *, ok: bool) -> int:
    mark = "seen  " if ok else "MISSED"
    print(f"  {mark} {one.name} ({one.mode}): {_summary(seen)}", flush=True)
    return 0 if ok else 1


def _summary(seen: Behaviour) -> str:
    if seen.fingerprint is Fingerprint.UNKNOWN:
        return f"unknown: {seen.why}"
    where = f", {seen.quantity} at step {seen.step}" if seen.quantity else ""
    values = f" ({seen.before} -> {seen.after})" if seen.before else ""
    extra = " [late]" if seen.late else " [shift]" if seen.shifted else ""
    return f"{seen.fingerprint}{where}{values}{extra}"


def _sum(sentence: str, began: float) -> None:
    print(f"{sentence} ({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
