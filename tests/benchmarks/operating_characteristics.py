"""Print simulated operating characteristics beside the stated ones.

Normal runs, tolerance 1.5 per-run SDs, one-sided alpha 0.05: PASS, BLOCK and trials of
both arms without effect, and false PASS at a loss of the whole tolerance.

Run: python -m tests.benchmarks.operating_characteristics [--repetitions N] [--seed N]
"""

import argparse
import time

from bot.domain.stats.power import Design, operating
from bot.domain.stats.spending import parse_spending

FOUR, EVERY = (5, 10, 15, 20), tuple(range(4, 21))
POCOCK, HSD3, HSD2 = map(parse_spending, ("pocock", "hsd:3", "hsd:2"))
CORRELATIONS = (0.0, 0.5, 0.9)
TOLERANCE_SD = 1.5
Figures = tuple[float, float, float, float]
STATED: list[tuple[str, Design, tuple[Figures, ...]]] = [
    (
        "5/10/15/20 Pocock, Welch",
        Design(FOUR, 0.05, POCOCK, paired=False),
        ((0.968, 0.032, 16.7, 0.036), (0.995, 0.005, 16.2, 0.007), (1, 0, 15.1, 0)),
    ),
    (
        "5/10/15/20 Pocock, paired",
        Design(FOUR, 0.05, POCOCK, paired=True),
        ((0.968, 0.030, 18.1, 0.038), (0.989, 0.011, 13.8, 0.027), (1, 0, 10.0, 0.018)),
    ),
    (
        "4..20 HSD 3, Welch",
        Design(EVERY, 0.05, HSD3, paired=False),
        ((0.954, 0.039, 13.6, 0.042), (0.990, 0.008, 13.3, 0.010), (1, 0, 12.2, 0.001)),
    ),
    (
        "4..20 HSD 3, paired",
        Design(EVERY, 0.05, HSD3, paired=True),
        ((0.946, 0.040, 15.1, 0.046), (0.981, 0.019, 10.8, 0.034), (1, 0, 8.0, 0.024)),
    ),
]
DEFAULTS = [
    (f"4..20 HSD 2 (default), {name}", Design(EVERY, 0.05, HSD2, paired=paired))
    for name, paired in (("Welch", False), ("paired", True))
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start = time.perf_counter()
    head = f"{'design':31} corr {'':9}   PASS  BLOCK  UNDEC trials  false PASS at -m"
    print(head)
    worst = [0.0, 0.0]
    for name, design, stated in STATED:
        for correlation, figures in zip(CORRELATIONS, stated, strict=True):
            found = simulate(design, correlation, chosen)
            line(name, correlation, "computed", found)
            line("", correlation, "stated", (*figures[:2], None, *figures[2:]))
            checked = (found[0], found[1], found[4])
            pairs = zip(checked, (*figures[:2], figures[3]), strict=True)
            difference = [a - b for a, b in pairs]
            trials = found[3] - figures[2]
            line(
                "",
                correlation,
                "differ",
                (*difference[:2], None, trials, difference[2]),
            )
            worst[0] = max(worst[0], *map(abs, difference))
            worst[1] = max(worst[1], abs(trials))
    for name, design in DEFAULTS:
        for correlation in CORRELATIONS:
            line(name, correlation, "computed", simulate(design, correlation, chosen))
    print(f"worst difference: {100 * worst[0]:.2f} points, {worst[1]:.2f} trials")
    print(f"{chosen.repetitions} repetitions, {time.perf_counter() - start:.1f} s")


def simulate(
    design: Design, correlation: float, chosen: argparse.Namespace
) -> tuple[float, ...]:
    none, loss = operating(
        design, TOLERANCE_SD, (0.0, -1.0), correlation, chosen.repetitions, chosen.seed
    )
    return none.passed, none.blocked, none.undecided, none.trials, loss.passed


def line(name: str, correlation: float, kind: str, figures) -> None:
    shown = [" " * 6 if one is None else f"{one:6.3f}" for one in figures]
    print(f"{name:31} {correlation:4} {kind:9}", *shown)


if __name__ == "__main__":
    main()
