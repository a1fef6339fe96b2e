"""Node effects: whether runs of one arm come out differently on different machines."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.stats.estimate import RESOLUTION, centre, scale_of

SHOWN = 0.01  # a note beside the verdict, so rather late than wrong
_FEWEST = 2  # units of a node, and nodes

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """A value of one `arm` on one `node`; `seed` is None where seeds are not shared."""

    arm: str
    node: str
    value: float
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class NodeEffect:
    """The F test of `nodes`, and the gap between the means of the extreme ones.

    `gap` is in units of the metric, between means of residuals around the arms' means;
    `worst` has the worst of them.
    """

    p: float
    nodes: tuple[str, ...]
    worst: str
    gap: float

    @property
    def shown(self) -> bool:
        """Whether the nodes are shown to differ."""
        return self.p <= SHOWN

    def evidence(self) -> Mapping[str, str | float | tuple[str, ...]]:
        """The evidence of trials that differ by where they ran."""
        return {
            "p": self.p,
            "nodes": self.nodes,
            "worst": self.worst,
            "gap": self.gap,
        }


@dataclass(frozen=True, slots=True)
class _Unit:
    """The runs of one seed on one node: they share the seed's luck, so they are one."""

    node: str
    value: float
    arms: Mapping[str, float]  # the share of each arm in it


def node_effect(runs: Sequence[Run], orientation: int) -> NodeEffect | None:
    """Test whether residuals within arms differ by node; None where nothing can show.

    One-way analysis of variance (Fisher 1925) of what nodes add to arms. Runs of one
    seed on one node are averaged first, because they are alike for that reason alone.
    A node takes part from two such units on, and two such nodes are needed.
    `orientation` is +1 where larger is better.
    """
    units = _eligible(_units(runs))
    names = tuple(sorted({one.node for one in units}))
    if len(names) < _FEWEST:
        return None
    scale = scale_of(tuple(one.value for one in units))
    p = _f_test(units, names, scale)
    if p is None:
        return None
    means = _residual_means(units, names, scale)
    order = sorted(names, key=lambda name: orientation * means[name])
    gap = scale * abs(means[order[-1]] - means[order[0]])
    return NodeEffect(p, names, order[0], gap)


def _units(runs: Sequence[Run]) -> list[_Unit]:
    groups = dict[Hashable, list[Run]]()
    for place, run in enumerate(runs):
        who: Hashable = ("run", place) if run.seed is None else run.seed
        groups.setdefault((run.node, who), []).append(run)
    return [_unit(group) for group in groups.values()]


def _unit(group: list[Run]) -> _Unit:
    share = 1.0 / len(group)
    arms = dict.fromkeys((run.arm for run in group), 0.0)
    for run in group:
        arms[run.arm] += share
    return _Unit(group[0].node, centre(tuple(run.value for run in group)), arms)


def _eligible(units: list[_Unit]) -> list[_Unit]:
    counts = dict[str, int]()
    for one in units:
        counts[one.node] = counts.get(one.node, 0) + 1
    return [one for one in units if counts[one.node] >= _FEWEST]


def _f_test(units: list[_Unit], names: tuple[str, ...], scale: float) -> float | None:
    """The p of nodes on top of arms; None where they cannot be told apart."""
    values = np.array([one.value / scale for one in units])
    arms = _arms(units)
    nodes = np.array([[float(one.node == name) for name in names] for one in units])
    before, fewer = _left(arms, values)
    after, more = _left(np.hstack((arms, nodes)), values)
    gained, free = more - fewer, len(units) - more
    if not gained or not free:
        return None
    if math.sqrt(after / free) <= RESOLUTION:
        return 0.0 if math.sqrt(before / free) > RESOLUTION else 1.0
    from scipy.special import fdtrc

    explained = max(0.0, before - after)
    return float(fdtrc(gained, free, explained / gained / (after / free)))


def _arms(units: list[_Unit]) -> _Array:
    names = sorted({arm for one in units for arm in one.arms})
    return np.array([[one.arms.get(name, 0.0) for name in names] for one in units])


def _left(design: _Array, values: _Array) -> tuple[float, int]:
    """The residual sum of squares of a least-squares fit, and the rank of it."""
    found, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    return float(np.sum((values - design @ found) ** 2)), int(rank)


def _residual_means(
    units: list[_Unit], names: tuple[str, ...], scale: float
) -> dict[str, float]:
    """The mean residual of each node around the arms' means, in units of `scale`."""
    values, arms = np.array([one.value / scale for one in units]), _arms(units)
    found = np.linalg.lstsq(arms, values, rcond=None)[0]
    rest = dict.fromkeys(names, 0.0)
    counts = dict.fromkeys(names, 0)
    for one, residual in zip(units, (values - arms @ found).tolist(), strict=True):
        rest[one.node] += residual
        counts[one.node] += 1
    return {name: rest[name] / counts[name] for name in names}
