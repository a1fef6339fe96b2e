"""Prints what the rules beside the verdict do: the choice of test, the tolerance budget
and the comparison with a pinned release.

    python -m tests.benchmarks.side_rules [--repetitions N]
"""

import argparse

import numpy as np
from scipy import stats

from bot.domain.policy import Spending
from bot.domain.stats.choice import break_even
from bot.domain.stats.power import Design, simulate

SEED = 20_251_121
LOOKS = tuple(range(4, 21))
CORRELATIONS = (0.0, 0.5, 0.9)
TOLERANCE = 1.5  # SDs of single runs


def chosen_by_the_data(n: int, repetitions: int) -> tuple[float, float]:
    """One-sided type I at .05 of "paired where this sample's correlation pays".

    Beside it that of the paired t alone; both at no effect and no correlation.
    """
    rng = np.random.default_rng([SEED, n])
    old, new = rng.standard_normal((2, repetitions, n))
    paired = stats.ttest_rel(new, old, axis=1, alternative="greater").pvalue
    apart = stats.ttest_ind(
        new, old, axis=1, equal_var=False, alternative="greater"
    ).pvalue
    centred = [arm - arm.mean(axis=1, keepdims=True) for arm in (old, new)]
    cross = (centred[0] * centred[1]).sum(axis=1)
    squares = [(arm**2).sum(axis=1) for arm in centred]
    r = cross / np.sqrt(squares[0] * squares[1])
    picked = np.where(r > break_even(n), paired, apart)
    return float((picked <= 0.05).mean()), float((paired <= 0.05).mean())


def crossings(
    correlation: float, loss: float, harm_at: float, repetitions: int
) -> tuple[float, float, float]:
    """Shares that PASS, that BLOCK, and that pass with a loss that was shown.

    `loss` and `harm_at` are in tolerances: harm is shown where d >= -harm_at is
    rejected, 0 for a baseline and 1 for a release (whose tolerance is twice as wide).
    """
    design = Design(LOOKS, 0.05, Spending(), paired=True)
    paths = simulate(design, correlation, repetitions, SEED)
    wide = TOLERANCE * (2.0 if harm_at else 1.0)
    d, edge = paths.d - loss * TOLERANCE, paths.critical * paths.se
    passed, harmed = d + wide >= edge, d + harm_at * wide <= -edge
    crossed = passed | harmed
    first = np.where(crossed.any(axis=1), crossed.argmax(axis=1), len(LOOKS) - 1)
    rows = np.arange(len(first))
    good, bad = passed[rows, first], harmed[rows, first]
    charged = float((good & bad).sum() / max(1, good.sum()))
    return float(good.mean()), float((bad & ~good).mean()), charged


def main(repetitions: int) -> None:
    """The three tables."""
    print("a test chosen by the data that it judges, one-sided type I at .05, Welch or")
    print("paired, no correlation")
    print("   n   chosen by data   paired always")
    for n in (3, 5, 10, 20):
        picked, fixed = chosen_by_the_data(n, repetitions)
        print(f"  {n:2d}           {picked:.4f}          {fixed:.4f}")
    print()
    print("tolerated losses: passing branches whose loss is shown, and so charged")
    print("  correlation   loss of m / 4   m / 2   3 m / 4")
    for rho in CORRELATIONS:
        found = [crossings(rho, x, 0.0, repetitions)[2] for x in (0.25, 0.5, 0.75)]
        print(f"          {rho:.1f}" + "".join(f"{one:14.3f}" for one in found))
    print()
    print("against a release, tolerance 2 m: PASS / BLOCK of a branch behind it by")
    print("  correlation         0              m            1.5 m            2 m")
    for rho in CORRELATIONS:
        cells = [crossings(rho, x, 1.0, repetitions)[:2] for x in (0.0, 1.0, 1.5, 2.0)]
        print(
            f"          {rho:.1f}" + "".join(f"   {a:.3f} / {b:.4f}" for a, b in cells)
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=60_000)
    main(parser.parse_args().repetitions)
