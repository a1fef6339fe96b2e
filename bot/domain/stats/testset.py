"""The noise of a finite test set: what its size can resolve, and what it adds.

The gate speaks of the frozen test set, where only seeds vary. A claim about new data
has the noise of the examples besides.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import UserFault
from bot.domain.stats.estimate import scale_of

FEWEST_EXAMPLES = 3  # a tolerance of fewer examples is a tolerance of nothing
NEAR = 3.0  # SDs from a bound at which a metric is saturated
_CELLS = 4_000_000  # resampled weights held at once

Scores = Sequence[Sequence[float]]
"""Per-example results of one arm: a row per seed, a column per example."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What a test set of `examples` resolves, in units of the metric.

    `resolution` is one example; `se` the binomial standard error of a share.
    """

    examples: int
    resolution: float
    se: float

    def hides(self, tolerance: float) -> bool:
        """Whether a loss of `tolerance` is below 3 examples or below the SE."""
        return tolerance < max(FEWEST_EXAMPLES * self.resolution, self.se)

    def evidence(self, tolerance: float) -> Mapping[str, float | int]:
        """The evidence of a test set that is too small for a tolerance."""
        return {
            "tolerance": tolerance,
            "resolution": self.resolution,
            "se": self.se,
            "examples": self.examples,
        }


def noise(share: float, examples: int, full: float = 1.0) -> Noise:
    """The noise of a mean of right answers, `full` being the metric if all are right.

    `full` is 1 for a share and 100 for points. Raises UserFault where `examples` is
    below 1 or `share` outside 0 to `full`.
    """
    if examples < 1:
        mend = "Give the number of examples in the test set."
        raise UserFault(f"A test set of {examples} examples shows nothing.", mend)
    part = share / full
    if not 0.0 <= part <= 1.0:
        problem = f"{share:g} is no share of right answers between 0 and {full:g}."
        raise UserFault(problem, "Only such metrics have a binomial standard error.")
    se = full * math.sqrt(part * (1.0 - part) / examples)
    return Noise(examples, full / examples, se)


def nearest_bound(
    mean: float, sd: float, bounds: tuple[float | None, float | None]
) -> float | None:
    """The bound within 3 SDs of the mean (or met by it), if there is one."""
    known = [bound for bound in bounds if bound is not None]
    near = [bound for bound in known if abs(mean - bound) <= NEAR * sd]
    return min(near, key=lambda bound: abs(mean - bound), default=None)


def mcnemar(only_first: int, only_second: int) -> float:
    """The two-sided exact p of one pair of models (McNemar 1947, binomial form).

    Of the examples that one model alone gets right, `only_first` are the first's.
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(math.comb(n, k) for k in range(fewer + 1))
    return min(1.0, float(Fraction(2 * tail, 2**n)))


@dataclass(frozen=True, slots=True)
class Claims:
    """An effect d with two intervals and standard errors: which data it speaks of.

    `here` is this test set (seeds vary), `anew` a new one (examples vary too); both in
    units of a per-example result, d oriented so that positive is better.
    """

    d: float
    here: tuple[float, float]
    anew: tuple[float, float]
    se_here: float
    se_anew: float


def bootstrap(
    baseline: Scores,
    branch: Scores,
    orientation: int,
    seed: int,
    repetitions: int = 2000,
) -> Claims:
    """The paired bootstrap over seeds and over examples, independently of each other.

    Pigeonhole bootstrap of same-seed, same-example differences (Owen 2007): percentile
    intervals with 90 % confidence. It is conservative with few seeds. `orientation` is
    +1 where larger results are better. Raises ValueError unless both arms have the
    same shape and finite results.
    """
    old, new = np.array(baseline, dtype=float), np.array(branch, dtype=float)
    if old.shape != new.shape or old.ndim != 2 or not old.size:  # noqa: PLR2004
        raise ValueError("both arms need results of the same seeds and examples")
    if not (np.isfinite(old).all() and np.isfinite(new).all()):
        raise ValueError("a result that is not finite is a failed trial")
    scale = scale_of((float(np.abs(old).max()), float(np.abs(new).max())))
    difference = orientation * (new / scale - old / scale)
    rng = np.random.default_rng(seed)
    here, anew = _resampled(difference, rng, repetitions)
    return Claims(
        d=scale * float(difference.mean()),
        here=_ends(scale * here),
        anew=_ends(scale * anew),
        se_here=scale * float(here.std()),
        se_anew=scale * float(anew.std()),
    )


def _resampled(
    difference: NDArray[np.float64], rng: np.random.Generator, repetitions: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Resampled means: seeds alone, and seeds with examples; (repetitions,) each."""
    seeds, examples = difference.shape
    size = max(1, min(repetitions, _CELLS // examples))
    parts = []
    for start in range(0, repetitions, size):
        shape = min(size, repetitions - start)
        by_seed = rng.multinomial(seeds, np.full(seeds, 1.0 / seeds), shape) / seeds
        rows = by_seed @ difference
        drawn = rng.multinomial(examples, np.full(examples, 1.0 / examples), shape)
        parts.append((rows.mean(axis=1), (rows * drawn).sum(axis=1) / examples))
    here, anew = (np.concatenate(one) for one in zip(*parts, strict=True))
    return here, anew


def _ends(means: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(means, (0.05, 0.95))
    return float(low), float(high)
