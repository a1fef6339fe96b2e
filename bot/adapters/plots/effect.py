"""The effect with its interval against the tolerance, over the dots of single seeds."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.adapters.plots.canvas import SMALL, Palette, dress, limits
from bot.domain.policy import Direction, Role
from bot.domain.verdict import MetricVerdict

_EDGE = 0.14
"""A label nearer to an edge than this share of the axis leans inwards."""
_ROOM, _NAMES = 0.24, 0.36
"""The share of the axis that the name of a zone needs; and names of two places."""
_DOTS_FROM, _DOTS_TO, _BAR = 0.42, 0.86, 0.20


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is drawn: single values, the estimate, its interval, and marked places."""

    dots: tuple[float, ...]
    estimate: float | None
    low: float | None
    high: float | None
    marks: tuple[tuple[float, str], ...]
    worse_below: float
    better_above: float
    zones: tuple[str, str, str]
    """What lies below, between and above the two places."""

    def values(self) -> list[float]:
        """Every place that must be in view."""
        known = [self.estimate, self.low, self.high]
        seen = [one for one in known if one is not None]
        return [*self.dots, *seen, *(at for at, _ in self.marks)]


def has_effect(metric: MetricVerdict) -> bool:
    """Whether there is an estimate or a single difference to show."""
    scene = _scene(metric)
    return metric.role is not Role.LIMIT and (
        bool(scene.dots) or scene.estimate is not None
    )


def draw_effect(figure: Figure, palette: Palette, metric: MetricVerdict) -> None:
    """Right is better where arms are compared; a target keeps the metric's own axis."""
    scene = _scene(metric)
    axes = figure.add_axes((0.04, 0.14, 0.92, 0.70))
    dress(axes, palette)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xlim(*limits(scene.values(), margin=0.12))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    _zones(axes, palette, scene)
    _dots(axes, palette, scene.dots)
    _bar(axes, palette, scene)


def _scene(metric: MetricVerdict) -> _Scene:
    if metric.role is Role.TARGET and metric.target is not None:
        return _target_scene(metric, metric.target)
    sign = metric.direction.orientation if metric.direction else 1
    dots = tuple(
        sign * (new - old)
        for _, old, new in metric.per_seed
        if old is not None and new is not None
    )
    marks, between = _edges(metric)
    places = [at for at, _ in marks]
    return _Scene(
        dots,
        metric.d,
        metric.low,
        metric.high,
        marks,
        worse_below=min(places),
        better_above=max(places),
        zones=("worse", between, "better")
        if metric.direction
        else ("lower", "", "higher"),
    )


def _edges(metric: MetricVerdict) -> tuple[tuple[tuple[float, str], ...], str]:
    """The marked places, and what lies between them."""
    none = (0.0, "no change")
    if metric.role is Role.IMPROVE and metric.margin:
        return (none, (metric.margin, "asked for")), "too little"
    if metric.tolerance:
        return (none, (-metric.tolerance, "tolerance")), "tolerated"
    return (none,), ""


def _target_scene(metric: MetricVerdict, target: float) -> _Scene:
    dots = tuple(new for _, _, new in metric.per_seed if new is not None)
    ends = ("reached", "", "missed")
    return _Scene(
        dots,
        metric.branch_mean,
        metric.low,
        metric.high,
        ((target, "target"),),
        worse_below=target,
        better_above=target,
        zones=ends if metric.direction is Direction.MINIMIZE else ends[::-1],
    )


def _zones(axes: Axes, palette: Palette, scene: _Scene) -> None:
    """Each zone in its colour, with its name where there is room to say it."""
    left, right = axes.get_xlim()
    bad, good = palette.worse, palette.better
    colours = {"worse": bad, "missed": bad, "better": good, "reached": good}
    cuts = (left, scene.worse_below, scene.better_above, right)
    for start, end, name in zip(cuts[:-1], cuts[1:], scene.zones, strict=True):
        colour = colours.get(name, palette.between)
        axes.axvspan(start, end, color=colour, linewidth=0)
        if end - start > _ROOM * (right - left):
            middle = (start + end) / 2
            axes.text(
                middle, 0.03, name, color=palette.soft, fontsize=SMALL, ha="center"
            )
    axes.set_xlim(left, right)
    _marks(axes, palette, scene.marks)


def _marks(axes: Axes, palette: Palette, marks: tuple[tuple[float, str], ...]) -> None:
    left, right = axes.get_xlim()
    height, before = 1.03, None
    for at, text in marks:
        if before is not None and abs(at - before) < _NAMES * (right - left):
            height += 0.10
        before = at
        axes.axvline(at, color=palette.soft, linewidth=1.0, linestyle=(0, (3, 2)))
        share = (at - left) / (right - left)
        side = "left" if share < _EDGE else "right" if share > 1 - _EDGE else "center"
        axes.text(
            at, height, text, color=palette.soft, fontsize=SMALL, ha=side, va="bottom"
        )


def _dots(axes: Axes, palette: Palette, dots: tuple[float, ...]) -> None:
    """One dot a seed, in dispatch order from top to bottom."""
    step = (_DOTS_TO - _DOTS_FROM) / max(1, len(dots) - 1)
    heights = [_DOTS_TO - step * index for index in range(len(dots))]
    axes.plot(
        dots,
        heights,
        linestyle="none",
        marker="o",
        markersize=5,
        markerfacecolor=palette.branch,
        markeredgecolor="none",
        alpha=0.75,
    )


def _bar(axes: Axes, palette: Palette, scene: _Scene) -> None:
    left, right = axes.get_xlim()
    if scene.low is not None or scene.high is not None:
        ends = (
            left if scene.low is None else scene.low,
            right if scene.high is None else scene.high,
        )
        axes.plot(
            ends, (_BAR, _BAR), color=palette.ink, linewidth=4, solid_capstyle="butt"
        )
        axes.plot(
            [one for one in (scene.low, scene.high) if one is not None],
            [_BAR] * sum(one is not None for one in (scene.low, scene.high)),
            linestyle="none",
            marker="|",
            markersize=14,
            markeredgewidth=2,
            color=palette.ink,
        )
    if scene.estimate is not None:
        axes.plot(
            [scene.estimate],
            [_BAR],
            marker="D",
            markersize=8,
            color=palette.ink,
            linestyle="none",
        )
