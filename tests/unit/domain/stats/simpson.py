"""Group-sequential boundaries once more, by other means than the project's own.

The density of the score is carried on a uniform grid with Simpson's rule, each boundary
found by Brent's method, and the spending functions are written out anew.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

CAP = 9.0  # the boundary where nothing may be spent
_PER_SD = 24  # grid points in an SD of the narrower step: Simpson's error is 2e-8
_REACH = 6.5


def spending(name: str, alpha: float) -> Callable[[float], float]:
    """`pocock`, `obf`, `kd:RHO` or `hsd:GAMMA` as a function of information."""
    family, _, text = name.partition(":")
    return {
        "pocock": lambda t: alpha * math.log(1 + (math.e - 1) * t),
        "obf": lambda t: 2 * norm.sf(norm.isf(alpha / 2) / math.sqrt(t)),
        "kd": lambda t: alpha * t ** float(text),
        "hsd": lambda t: alpha * _hsd(t, float(text)),
    }[family]


def _hsd(t: float, gamma: float) -> float:
    return t if gamma == 0 else (1 - math.exp(-gamma * t)) / (1 - math.exp(-gamma))


def boundaries(information: tuple[float, ...], spend: Callable[[float], float]):
    """The one-sided z of each look, for steps of information of .005 and more."""
    gaps = np.sqrt(np.diff((0.0, *information)))
    score, mass, used, found = np.zeros(1), np.ones(1), 0.0, []
    for k, t in enumerate(information):
        wanted = spend(t) - used

        def excess(z, gap=gaps[k], t=t, score=score, mass=mass, wanted=wanted):
            return mass @ norm.sf((z * math.sqrt(t) - score) / gap) - wanted

        z = CAP
        if wanted > 1e-10 * spend(t) and excess(CAP) < 0:
            z = brentq(excess, -CAP, CAP, xtol=1e-12)
        used += excess(z) + wanted
        found.append(z)
        grid, weight = _grid(t, z, min(gaps[k : k + 2]))
        step = (grid[:, None] - score) / gaps[k]
        score, mass = grid, weight * (norm.pdf(step) @ mass) / gaps[k]
    return tuple(found)


def _grid(t: float, z: float, sd: float):
    low, high = -_REACH * math.sqrt(t), z * math.sqrt(t)
    half = math.ceil((high - low) * _PER_SD / sd / 2)
    grid = np.linspace(low, high, 2 * half + 1)
    weight = np.full(grid.size, 2.0)
    weight[1::2] = 4.0
    weight[[0, -1]] = 1.0
    return grid, weight * (grid[1] - grid[0]) / 3
