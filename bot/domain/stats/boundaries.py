"""Group-sequential boundaries by recursive numerical integration.

The score S_k = Z_k sqrt(t_k) is a Brownian motion looked at when the information is t_k
(Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, chapter 19). Its density
over the paths that have not crossed yet is carried from look to look on Gauss-Legendre
panels about as wide as the next step's kernel, so that 17 close looks stay exact to
1e-12 and take some milliseconds.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from bot.domain.policy import Spending
from bot.domain.stats.spending import spent

Z_CAP = 9.0  # the boundary of a look that may spend nothing: p = 1e-19, and finite
SMALLEST_STEP = 5e-4  # a look with less new information than this may spend nothing
_TAIL = 7.0  # SDs kept below (and above) the mean: mass beyond is 1e-12
_PANEL = 4.0  # panel width in SDs of the narrower neighbouring kernel
_HALVINGS = 60
_ROUNDING = 1e-9  # of alpha: less than this is left for the next look

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
    """The next look at `information`, `drift` being the mean of Z at information 1."""

    information: float
    drift: float = 0.0

    def exit(self, front: _Front, z: float) -> float:
        """The probability of running until this look and being above `z` there."""
        sd = math.sqrt(self.information - front.information)
        gap = front.score + self.mean_from(front) - z * math.sqrt(self.information)
        return float(front.mass @ ndtr(gap / sd))

    def mean_from(self, front: _Front) -> float:
        """The expected gain of score since `front`."""
        return self.drift * (self.information - front.information)

    def advance(self, front: _Front, z: float, following: float) -> _Front:
        """The paths that stay below `z`; `following` is the next information step."""
        sd = math.sqrt(self.information - front.information)
        root, middle = math.sqrt(self.information), self.drift * self.information
        low, high = middle - _TAIL * root, min(z * root, middle + _TAIL * root)
        width = _PANEL * min(sd, math.sqrt(following))
        score, weight = _panels(low, max(low, high), width)
        moved = score[:, None] - front.score - self.mean_from(front)
        kernel = np.exp(-0.5 * (moved / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))
        return _Front(self.information, score, weight * (kernel @ front.mass))


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


def _front_after(made: _Made | None, share: float) -> _Front:
    """The paths that still run before the look at `share`, on a grid fit for it."""
    if made is None:
        return _START
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
    front, step = _front_after(made, share), _Step(share)
    used = made.used if made else 0.0
    allowed = spent(share, alpha, spending) - used
    z = _root(step, front, allowed) if allowed > _ROUNDING * alpha else Z_CAP
    return _Made(front, step, z, used + step.exit(front, z)), z


def _check(information: tuple[float, ...]) -> None:
    pairs = itertools.pairwise((0.0, *information))
    if not all(share > 0.0 and before <= share for before, share in pairs):
        raise ValueError(f"information must be positive and rise: {information}")


def _root(step: _Step, front: _Front, allowed: float) -> float:
    """The z whose exit probability is `allowed`, by bisection on [-Z_CAP, Z_CAP]."""
    low, high = -Z_CAP, Z_CAP
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if step.exit(front, middle) > allowed:
            low = middle
        else:
            high = middle
    return high


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
    information = tuple(look / n_max for look in (*earlier, n))
    return float(ndtr(-boundaries(information, alpha, spending)[-1]))


def exit_probabilities(
    z: tuple[float, ...], information: tuple[float, ...], drift: float
) -> tuple[float, ...]:
    """The probability of first crossing `z` at each look; E Z_k = drift sqrt(t_k).

    A look with less than `SMALLEST_STEP` of new information counts as no look.
    """
    _check(information)
    made, found = None, list[float]()
    for bound, share in zip(z, information, strict=True):
        new = _is_new(made, share)
        if new:
            made = _Made(_front_after(made, share), _Step(share, drift), bound, 0.0)
        found.append(made.step.exit(made.front, bound) if made and new else 0.0)
    return tuple(found)
