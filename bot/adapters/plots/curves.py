"""Learning curves: the mean over seeds and the band from the lowest to the highest."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bot.adapters.plots.canvas import SMALL, Palette, dress, limits
from bot.domain.arms import BASELINE, BRANCH, label
from bot.domain.trials import Trial
from workers.contract import TrialState

_MOST_STEPS = 200
_SHORTEST = 2
"""A curve needs two points."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """One trial's curve: steps in order, finite values."""

    arm: str
    failed: bool
    steps: Floats
    values: Floats


def runs_of(trials: Iterable[Trial], mode: str, metric: str) -> tuple[Run, ...]:
    """The curves of a metric; trials that saw fewer than two values have none."""
    found = (_run(one, metric) for one in trials if one.mode == mode)
    return tuple(one for one in found if one is not None)


def _run(trial: Trial, metric: str) -> Run | None:
    arm = label(trial.arm)
    points = trial.result.series.get(metric, ()) if trial.result else ()
    finite = {
        one.step: one.value
        for one in points
        if math.isfinite(one.step) and math.isfinite(one.value)
    }
    if len(finite) < _SHORTEST or arm not in (BASELINE, BRANCH):
        return None
    steps = np.array(sorted(finite), dtype=np.float64)
    values = np.array([finite[step] for step in sorted(finite)], dtype=np.float64)
    return Run(arm, trial.state is TrialState.FAILED, steps, values)


def draw_curves(figure: Figure, palette: Palette, runs: Sequence[Run]) -> None:
    """Both arms over the step; a failed run ends in a cross where it stopped."""
    axes = figure.add_axes((0.15, 0.21, 0.82, 0.66))
    dress(axes, palette)
    for arm, colour in ((BASELINE, palette.baseline), (BRANCH, palette.branch)):
        own = [one for one in runs if one.arm == arm]
        _band(axes, [one for one in own if not one.failed], arm, colour)
    _scale(axes, runs)
    for run in runs:
        if run.failed:
            _stopped(axes, run, palette)
    _finish(axes, palette)


def _band(axes: Axes, runs: Sequence[Run], arm: str, colour: str) -> None:
    if not runs:
        return
    grid = _grid(runs)
    rows = np.vstack([np.interp(grid, one.steps, one.values) for one in runs])
    seen = np.vstack([(grid >= one.steps[0]) & (grid <= one.steps[-1]) for one in runs])
    held = seen.any(axis=0)
    grid, rows, seen = grid[held], rows[:, held], seen[:, held]
    low = np.where(seen, rows, np.inf).min(axis=0)
    high = np.where(seen, rows, -np.inf).max(axis=0)
    mean = np.where(seen, rows, 0.0).sum(axis=0) / seen.sum(axis=0)
    axes.fill_between(grid, low, high, color=colour, alpha=0.22, linewidth=0)
    under = arm == BASELINE  # wider, so that it shows where both are equal
    axes.plot(grid, mean, color=colour, linewidth=3.6 if under else 1.8, label=arm)


def _grid(runs: Sequence[Run]) -> Floats:
    """The steps that were seen, thinned evenly; the last one always stays."""
    steps = np.unique(np.concatenate([one.steps for one in runs]))
    if len(steps) <= _MOST_STEPS:
        return steps
    chosen = np.unique(np.linspace(0, len(steps) - 1, _MOST_STEPS).round().astype(int))
    return np.asarray(steps[chosen], dtype=np.float64)


def _scale(axes: Axes, runs: Sequence[Run]) -> None:
    """Limits from the later part of runs that ended well.

    A run that diverged, and the first steep fall, must not hide what differs.
    """
    good = [one for one in runs if not one.failed] or list(runs)
    values = [float(one) for run in good for one in _later(run)]
    steps = [float(one) for run in runs for one in run.steps]
    axes.set_ylim(*limits(values))
    axes.set_xlim(*limits(steps, margin=0.02))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))


def _later(run: Run) -> Floats:
    """The values after the first quarter of the steps; always the last one."""
    start = run.steps[0] + (run.steps[-1] - run.steps[0]) / 4
    return np.asarray(run.values[run.steps >= start], dtype=np.float64)


def _stopped(axes: Axes, run: Run, palette: Palette) -> None:
    colour = palette.branch if run.arm == BRANCH else palette.baseline
    low, high = axes.get_ylim()
    shown = np.clip(run.values, low, high)
    axes.plot(run.steps, shown, color=colour, linewidth=1, linestyle=(0, (2, 2)))
    axes.plot(
        run.steps[-1:],
        shown[-1:],
        linestyle="none",
        marker="x",
        markersize=8,
        markeredgewidth=2.2,
        color=colour,
        clip_on=False,
    )


def _finish(axes: Axes, palette: Palette) -> None:
    axes.set_xlabel("step", color=palette.soft, fontsize=SMALL)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=2,
            frameon=False,
            fontsize=SMALL,
            labelcolor=palette.ink,
            borderaxespad=0.2,
        )
