"""Holm's step-down families at the looks of a sequential design."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holm:
    """What a family says at one look.

    `rejected` are indices into the p-values, those of earlier looks among them;
    `levels` is for each hypothesis the boundary that it was last held to.
    """

    rejected: frozenset[int]
    levels: tuple[float, ...]


def holm(
    p: Sequence[float],
    level: Callable[[int], float],
    rejected: Collection[int] = (),
) -> Holm:
    """Step down through a family (Holm 1979; in group-sequential form Ye et al. 2013).

    `level(j)` is the nominal boundary of this look when alpha / j is spent, j being the
    number of hypotheses left. A p that is not a number counts as 1 and stays in the
    family. `rejected` were rejected at earlier looks, and stay so.
    """
    known = [1.0 if math.isnan(one) else one for one in p]
    out = set(rejected)
    levels = [level(max(1, len(p) - len(out)))] * len(p) if p else []
    left = sorted(set(range(len(p))) - out, key=lambda one: (known[one], one))
    while left:
        bound = level(len(left))
        for index in left:
            levels[index] = bound
        if known[left[0]] > bound:
            break
        out.add(left.pop(0))
    return Holm(frozenset(out), tuple(levels))
