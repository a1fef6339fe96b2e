"""Learning curves of all arms on one grid of steps: mean, SD, lowest and highest."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.domain.exhibits.by_arm import by_arm, ended_well, result_of
from bot.domain.stats.estimate import centre, scale_of
from bot.domain.trials import Trial
from bot.domain.verdict.exhibits import Band, Curves
from workers.contract import Point

MOST_STEPS = 200
_SHORTEST = 2
"""A curve needs two points."""
_LARGEST = 1e300
"""Beyond it differences overflow."""

Run = tuple[tuple[float, ...], tuple[float, ...]]
"""Steps in order, and the value at each."""


def curves(trials: Iterable[Trial], mode: str) -> tuple[Curves, ...]:
    """Every metric of the mode that any arm has a curve of."""
    known = tuple(trials)
    names = {
        name: None
        for many in ended_well(by_arm(known, mode)).values()
        for one in many
        for name in result_of(one).series
    }
    made = (Curves(mode, name, bands(known, mode, name)) for name in names)
    return tuple(one for one in made if one.bands)


def bands(trials: Iterable[Trial], mode: str, metric: str) -> tuple[Band, ...]:
    """The band of every arm that has a run; runs that failed are in none of them."""
    arms = {
        arm: [run for one in many if (run := run_of(one, metric))]
        for arm, many in ended_well(by_arm(trials, mode)).items()
    }
    grid = _grid([run for many in arms.values() for run in many])
    return tuple(_band(arm, runs, grid) for arm, runs in arms.items() if runs)


def run_of(trial: Trial, metric: str) -> Run | None:
    """The finite points of one trial by step; None for fewer than two."""
    found = _finite(result_of(trial).series.get(metric, ()))
    if len(found) < _SHORTEST:
        return None
    steps = tuple(sorted(found))
    return steps, tuple(found[step] for step in steps)


def _finite(points: Iterable[Point]) -> Mapping[float, float]:
    return {
        one.step: one.value
        for one in points
        if abs(one.step) <= _LARGEST and abs(one.value) <= _LARGEST
    }


def _grid(runs: Sequence[Run]) -> tuple[float, ...]:
    """The steps that were seen, thinned evenly; the last one always stays."""
    steps = sorted({step for known, _ in runs for step in known})
    if len(steps) <= MOST_STEPS:
        return tuple(steps)
    last = len(steps) - 1
    chosen = {round(at * last / (MOST_STEPS - 1)) for at in range(MOST_STEPS)}
    return tuple(steps[at] for at in sorted(chosen))


def _band(arm: str, runs: Sequence[Run], grid: Sequence[float]) -> Band:
    rows = [dict(_on(run, grid)) for run in runs]
    seen = [(step, [row[step] for row in rows if step in row]) for step in grid]
    held = [(step, tuple(values)) for step, values in seen if values]
    return Band(
        arm=arm,
        runs=len(runs),
        steps=tuple(step for step, _ in held),
        mean=tuple(centre(values) for _, values in held),
        sd=tuple(_sd(values) for _, values in held),
        low=tuple(min(values) for _, values in held),
        high=tuple(max(values) for _, values in held),
    )


def _on(run: Run, grid: Sequence[float]) -> Iterable[tuple[float, float]]:
    """(step, value) at the steps of the grid between the run's first and last one."""
    ends = list(pairwise(zip(*run, strict=True)))
    at = 0
    for step in grid:
        while at < len(ends) - 1 and step > ends[at][1][0]:
            at += 1
        (left, before), (right, after) = ends[at]
        if left <= step <= right:
            share = (step - left) / (right - left)
            yield step, before * (1 - share) + after * share


def _sd(values: tuple[float, ...]) -> float:
    """The SD (ddof 1), without overflow; 0 for a single value."""
    if len(values) < _SHORTEST:
        return 0.0
    scale, mean = scale_of(values), centre(values)
    squares = math.fsum(((one - mean) / scale) ** 2 for one in values)
    return scale * math.sqrt(squares / (len(values) - 1))
