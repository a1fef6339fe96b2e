"""Group-sequential boundaries by recursive numerical integration.

The score S_k = Z_k sqrt(t_k) is a Brownian motion looked at when the information is t_k
(Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, chapter 19). Its density
over the paths that have not crossed yet is carried from look to look on Gauss-Legendre
panels about as wide as the next step's kernel, so that 17 close looks stay exact to
1e-11 and take a few milliseconds.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from bot.domain.policy import Spending
from bot.domain.stats.spending import spent

Z_CAP = 9.0  # the boundary of a look that may spend nothing: p = 1e-19, and finite
SMALLEST_STEP = 5e-4  # a look with less new information than this may spend nothing
_TAIL = 7.0  # SDs kept below the mean: mass beyond is 1e-12, and far from crossing
_PANEL = 6.0  # panel width in SDs of the narrower neighbouring kernel
_ITERATIONS = 100  # about five are used, more only where a tail underflows
_CLOSE = 1e-12  # a step of z; Newton's next one would be its square
_ROUNDING = 1e-10  # of what is spent: less than this is left for the next look

_Array = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True, slots=True)
class _Front:
    """Paths still running at `information`: probability `mass` at each `score`."""

    information: float
    score: _Array
    mass: _Array


@dataclass(frozen=True, slots=True)
class _Step:
    """The next look at `information`, `drift` being the mean of Z at information 1.

    All paths start at the information and score of `origin`.
    """

    information: float
    drift: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)

    def exit(self, front: _Front, z: float) -> float:
        """The probability of running until this look and being above `z` there."""
        return float(front.mass @ ndtr(self._gap(front, z)))

    def density(self, front: _Front, z: float) -> float:
        """How fast that probability falls as `z` rises."""
        per_z = math.sqrt(self.information / (self.information - front.information))
        height = np.exp(-0.5 * self._gap(front, z) ** 2) / math.sqrt(2.0 * math.pi)
        return per_z * float(front.mass @ height)

    def _gap(self, front: _Front, z: float) -> _Array:
        """How far each path is expected above `z` here, in SDs of this step."""
        sd = math.sqrt(self.information - front.information)
        gap = front.score + self.mean_from(front) - z * math.sqrt(self.information)
        return np.asarray(gap / sd)

    def mean_from(self, front: _Front) -> float:
        """The expected gain of score since `front`."""
        return self.drift * (self.information - front.information)

    def advance(self, front: _Front, z: float, following: float) -> _Front:
        """The paths that stay below `z`; `following` is the next information step."""
        sd = math.sqrt(self.information - front.information)
        since, score = self.origin
        middle = score + self.drift * (self.information - since)
        sds = math.sqrt(self.information - since)
        low, highest = middle - _TAIL * sds, middle + Z_CAP * sds
        high = min(z * math.sqrt(self.information), highest)
        width = _PANEL * min(sd, math.sqrt(following))
        nodes, weight = _panels(low, max(low, high), width)
        moved = nodes[:, None] - front.score - self.mean_from(front)
        kernel = np.exp(-0.5 * (moved / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))
        return _Front(self.information, nodes, weight * (kernel @ front.mass))


_START = _Front(0.0, np.zeros(1), np.ones(1))


def _panels(low: float, high: float, width: float) -> tuple[_Array, _Array]:
    """Nodes and weights of composite Gauss-Legendre quadrature over [low, high]."""
    edges = np.linspace(low, high, max(1, math.ceil((high - low) / width)) + 1)
    half, middle = np.diff(edges) / 2.0, (edges[1:] + edges[:-1]) / 2.0
    score = middle[:, None] + half[:, None] * _NODES
    return score.ravel(), (half[:, None] * _WEIGHTS).ravel()


@dataclass(frozen=True, slots=True)
class _Made:
    """The latest look that had new information: what ran into it, and its bound."""

    front: _Front
    step: _Step
    bound: float
    used: float  # the error spent up to and with it


def _is_new(made: _Made | None, share: float) -> bool:
    return made is None or share - made.step.information >= SMALLEST_STEP


def _front_after(made: _Made | None, share: float, start: _Front) -> _Front:
    """The paths that still run before the look at `share`, on a grid fit for it."""
    if made is None:
        return start
    following = share - made.step.information
    return made.step.advance(made.front, made.bound, following)


def boundaries(
    information: tuple[float, ...], alpha: float, spending: Spending
) -> tuple[float, ...]:
    """The one-sided z boundaries of looks at `information` (shares of the maximum).

    Each look may use what `spent` allows so far less what the looks before it used. A
    look without new information or without error to use has the boundary `Z_CAP`.
    Looks that were solved before are remembered. Raises ValueError unless information
    is positive and never decreases.
    """
    _check(information)
    prefixes = (information[:k] for k in range(1, len(information) + 1))
    return tuple(_solved(looks, alpha, spending)[1] for looks in prefixes)


@lru_cache(maxsize=4096)
def _solved(
    information: tuple[float, ...], alpha: float, spending: Spending
) -> tuple[_Made | None, float]:
    """The latest look of `information` that had something to add, and the last z."""
    if not information:
        return None, Z_CAP
    share = information[-1]
    made = _solved(information[:-1], alpha, spending)[0]
    if not _is_new(made, share):
        return made, Z_CAP
    front, step = _front_after(made, share, _START), _Step(share)
    used = made.used if made else 0.0
    total = spent(share, alpha, spending)
    allowed = total - used
    z = _root(step, front, allowed) if allowed > _ROUNDING * total else Z_CAP
    return _Made(front, step, z, used + step.exit(front, z)), z


def _check(information: tuple[float, ...]) -> None:
    pairs = itertools.pairwise((0.0, *information))
    if not all(share > 0.0 and before <= share for before, share in pairs):
        raise ValueError(f"information must be positive and rise: {information}")


def _root(step: _Step, front: _Front, allowed: float) -> float:
    """The z in [-Z_CAP, Z_CAP] whose exit probability is `allowed`.

    Newton's method on the logarithm, which is concave: a log-concave density was only
    cut off and convolved. So it descends to the root from the right, where ignoring
    the earlier looks starts it; halving steps in where a tail underflows.
    """
    low, high = -Z_CAP, min(Z_CAP, -float(ndtri(min(allowed, 0.5))))
    z, following, left = math.inf, high, _ITERATIONS
    while left and abs(following - z) > _CLOSE:
        z, left = following, left - 1
        tail = step.exit(front, z)
        low, high = (z, high) if tail > allowed else (low, z)
        following = _newton(z, tail, step.density(front, z), allowed)
        if not low <= following <= high:
            following = (low + high) / 2.0
    return z


def _newton(z: float, tail: float, density: float, allowed: float) -> float:
    if not tail or not density:
        return math.nan
    return z + tail / density * math.log(tail / allowed)


def levels(
    looks: tuple[int, ...], alpha: float, spending: Spending
) -> tuple[float, ...]:
    """The nominal one-sided p of each look; information is look / last look."""
    information = tuple(look / looks[-1] for look in looks)
    return tuple(float(ndtr(-z)) for z in boundaries(information, alpha, spending))


def level_at(
    n: float,
    earlier: tuple[float, ...],
    n_max: int,
    alpha: float,
    spending: Spending,
) -> float:
    """The nominal one-sided p of a look at `n` after looks at `earlier`.

    For missed, unequal and extra looks: `n` may be the harmonic mean of two arms. Looks
    made must rise; a look at an `n` that was used up already may spend nothing more.
    """
    return _nominal(tuple(look / n_max for look in (*earlier, n)), alpha, spending)


@lru_cache(maxsize=4096)
def _nominal(information: tuple[float, ...], alpha: float, spending: Spending) -> float:
    return float(ndtr(-boundaries(information, alpha, spending)[-1]))


def exit_probabilities(
    z: tuple[float, ...],
    information: tuple[float, ...],
    drift: float,
    origin: tuple[float, float] = (0.0, 0.0),
) -> tuple[float, ...]:
    """The probability of first crossing `z` at each look; E Z_k = drift sqrt(t_k).

    Paths start at the information and the score (Z sqrt(t)) of `origin`, so that what
    a look saw is carried on from it. A look with less than `SMALLEST_STEP` of new
    information counts as no look. Raises ValueError unless all looks follow `origin`.
    """
    _check(information)
    if information and information[0] <= origin[0]:
        raise ValueError(f"looks must follow {origin[0]}: {information}")
    start = _Front(origin[0], np.array([origin[1]]), np.ones(1))
    made, found = None, list[float]()
    for bound, share in zip(z, information, strict=True):
        new = _is_new(made, share)
        if new:
            step = _Step(share, drift, origin)
            made = _Made(_front_after(made, share, start), step, bound, 0.0)
        found.append(made.step.exit(made.front, bound) if made and new else 0.0)
    return tuple(found)
