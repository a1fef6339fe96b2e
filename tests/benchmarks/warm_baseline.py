"""Print what a further branch costs on a warm baseline, and the price of sharing it.

    python -m tests.benchmarks.warm_baseline [--repetitions N] [--seed N]

Half of a baseline may be cached, fresh seeds first, as the plan places them. The first
table gives the trials that a branch without effect needs when its base was trained
before, beside those of the first branch (goal: at most three quarters). The second
gives the chance that 3 or more of 10 clean branches on one base are blocked: stored
runs are shared by all of them, so that one unlucky baseline hits many.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.domain.plan import is_shared
from bot.domain.policy import Role
from bot.domain.stats.power import Design, Fates, fates, lines, paths_of
from bot.domain.stats.spending import spending_of

TOLERANCE, ALPHA, LAST, SHARE = 1.5, 0.05, 20, 0.5
BRANCHES, UNLUCKY = 10, 3
FOUR, EVERY, EVEN = (5, 10, 15, 20), tuple(range(4, 21)), tuple(range(4, 21, 2))
DESIGNS = (
    ("5/10/15/20 Pocock", FOUR, "pocock"),
    ("4..20 HSD 3 (default)", EVERY, "hsd:3"),
    ("4,6..20 HSD 3", EVEN, "hsd:3"),
    ("4,6..20 HSD 4", EVEN, "hsd:4"),
)
CORRELATIONS = (0.0, 0.5, 0.9)
GOAL = 0.75
Array = np.ndarray


@dataclass(frozen=True)
class Cost:
    """Mean trials of the first branch on a base and of each further one."""

    first: float
    further: float

    @property
    def ratio(self) -> float:
        """The further branch's trials as a share of the first one's."""
        return self.further / self.first


def shared(share: float = SHARE) -> Array:
    """Which places in dispatch order hold seeds that all branches on a base share."""
    return np.array([is_shared(place, share) for place in range(LAST)])


def ends(design: Design, arms: tuple[Array, Array]) -> Fates:
    return fates(paths_of(design, arms), lines(Role.PRIMARY, TOLERANCE), 0.0)


def cost(design: Design, correlation: float, repetitions: int, seed: int) -> Cost:
    """Trials until a verdict, with nothing stored and with what may be stored."""
    rng = np.random.default_rng(seed)
    old, own = (rng.standard_normal((repetitions, LAST)) for _ in range(2))
    new = correlation * old + np.sqrt(1.0 - correlation**2) * own
    seeds = np.array(design.looks)[ends(design, (old, new)).first]
    stored = np.cumsum(shared())[seeds - 1]
    return Cost(float(2.0 * seeds.mean()), float((2.0 * seeds - stored).mean()))


def many_blocked(
    design: Design, share: float, bases: int, seed: int
) -> tuple[float, float]:
    """P(3 or more of 10 clean branches on one base are blocked), and P(one is)."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((bases, 1, LAST))
    fresh = rng.standard_normal((bases, BRANCHES, LAST))
    old = np.where(shared(share), common, fresh).reshape(-1, LAST)
    new = rng.standard_normal(old.shape)
    blocked = ends(design, (old, new)).blocked.reshape(bases, BRANCHES)
    many = np.count_nonzero(blocked, axis=1) >= UNLUCKY
    return float(many.mean()), float(blocked.mean())


def designs() -> Iterator[tuple[str, Design]]:
    for name, looks, spending in DESIGNS:
        for paired in (False, True):
            test = "paired" if paired else "Welch"
            design = Design(looks, ALPHA, spending_of(spending), paired)
            yield f"{name:22} {test:6}", design


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start = time.perf_counter()
    print(f"{'design':22} {'test':6} corr   first further  ratio  (goal {GOAL})")
    for name, design in designs():
        for correlation in CORRELATIONS:
            found = cost(design, correlation, chosen.repetitions, chosen.seed)
            met = "met" if round(found.ratio, 9) <= GOAL else "missed"
            print(
                f"{name} {correlation:4}  {found.first:6.2f} {found.further:7.2f}"
                f"  {found.ratio:.4f}  {met}"
            )
    print(f"\nP({UNLUCKY} or more of {BRANCHES} clean branches blocked), correlation 0")
    print(f"{'design':22} {'test':6}  all fresh  half cached  all cached   P(blocked)")
    bases = chosen.repetitions // 4
    for name, design in designs():
        found = [
            many_blocked(design, share, bases, chosen.seed) for share in (0, SHARE, 1)
        ]
        figures = "  ".join(f"{many:11.4f}" for many, _ in found)
        print(f"{name} {figures}  {found[0][1]:10.4f}")
    print(f"{chosen.repetitions} repetitions, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
