"""Holm's step-down families at the looks of a sequential design."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache


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
    return holm_each(p, [cache(level)] * len(p), rejected)


def holm_each(
    p: Sequence[float],
    levels: Sequence[Callable[[int], float]],
    rejected: Collection[int] = (),
    *,
    places: int | None = None,
    keeping: Collection[int] = (),
) -> Holm:
    """`holm` where each hypothesis has a look, and so a boundary, of its own.

    `levels[i](j)` is the boundary of hypothesis i where j are left: whichever is within
    its own is rejected (Maurer and Bretz 2013, with equal weights). `places` counts all
    that share alpha, also those without a p (default: as many as there are). The
    rejection of one that is `keeping` its place frees nothing for the others: its share
    of alpha belongs to hypotheses below it.
    """
    known = [1.0 if math.isnan(one) else one for one in p]
    out, kept = set(rejected), set(keeping)
    count = len(p) if places is None else places
    held = [level(max(1, count - len(out - kept))) for level in levels]
    left = set(range(len(p))) - out
    while left:
        for index in left:
            held[index] = levels[index](max(1, count - len(out - kept)))
        within = {index for index in left if known[index] <= held[index]}
        if not within:
            break
        first = min(within, key=lambda index: (known[index], index))
        left.remove(first)
        out.add(first)
    return Holm(frozenset(out), tuple(held))
