"""Every seed as a dot per arm, joined where both arms have it; failures as crosses."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.adapters.plots.canvas import SMALL, Palette, dress, limits
from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict

_WIDTH = 0.30
"""How far crosses of one arm spread to each side of its place."""
_SQUEEZED = 3.0
"""How many times as high as the seeds' own the picture may get for a reference."""
Style = tuple[int, tuple[int, int]]
_DASHED: Style = (0, (3, 2))
_DOTTED: Style = (0, (1, 2))
Column = tuple[int, str, str, Sequence[float | None]]


def has_seeds(metric: MetricVerdict) -> bool:
    """Whether any trial ended, well or badly."""
    return bool(metric.per_seed)


def draw_seeds(
    figure: Figure,
    palette: Palette,
    metric: MetricVerdict,
    references: Sequence[float] = (),
) -> None:
    """Baseline left, branch right; the strip below holds the trials without a value.

    References are dotted lines, those that leave the seeds room enough.
    """
    columns = _columns(metric, palette)
    near = _near(metric, columns, references)
    failed = any(None in values for _, _, _, values in columns)
    bottom = 0.30 if failed else 0.14
    axes = figure.add_axes((0.15, bottom, 0.82, 0.94 - bottom))
    dress(axes, palette)
    axes.grid(visible=False, axis="x")
    _frame(axes, metric, columns, near)
    if len(columns) > 1:
        _join(axes, palette, metric)
    for column in columns:
        _column(axes, palette, column)
    _bounds(axes, palette, metric)
    for at in near:
        _line(axes, palette, at, "reference", _DOTTED)
    if failed:
        axes.set_xticklabels([])
        _strip(figure.add_axes((0.15, 0.13, 0.82, 0.13)), palette, columns)


def _columns(metric: MetricVerdict, palette: Palette) -> list[Column]:
    old = [before for _, before, _ in metric.per_seed][: metric.n_baseline]
    new = [after for _, _, after in metric.per_seed][: metric.n_branch]
    columns: list[Column] = []
    if metric.n_baseline:
        columns.append((0, "baseline", palette.baseline, old))
    columns.append((len(columns), "branch", palette.branch, new))
    return columns


def _near(
    metric: MetricVerdict, columns: list[Column], references: Sequence[float]
) -> list[float]:
    """The references that can be drawn without squeezing everything else together."""
    low, high = limits(_shown(metric, columns))
    widest = _SQUEEZED * (high - low)
    return [at for at in references if max(high, at) - min(low, at) <= widest]


def _shown(metric: MetricVerdict, columns: list[Column]) -> list[float]:
    values = [one for *_, many in columns for one in many if one is not None]
    bounds = [one for one in _lines(metric) if one is not None]
    return [*values, *bounds] or [0.0]


def _frame(
    axes: Axes, metric: MetricVerdict, columns: list[Column], near: list[float]
) -> None:
    values = [one for *_, many in columns for one in many if one is not None]
    axes.set_ylim(*limits([*_shown(metric, columns), *near]))
    if not values:
        axes.set_yticks([])
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    _places(axes, columns)


def _places(axes: Axes, columns: list[Column]) -> None:
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_xticks([at for at, *_ in columns])
    axes.set_xticklabels([name for _, name, *_ in columns], fontsize=SMALL)
    for label, (_, _, colour, _) in zip(axes.get_xticklabels(), columns, strict=True):
        label.set_color(colour)
        label.set_fontweight("bold")


def _lines(metric: MetricVerdict) -> tuple[float | None, ...]:
    match metric.role:
        case Role.LIMIT:
            return (metric.maximum, metric.minimum)
        case Role.TARGET:
            return (metric.target,)
        case _:
            return ()


def _join(axes: Axes, palette: Palette, metric: MetricVerdict) -> None:
    for _, old, new in metric.per_seed:
        if old is not None and new is not None:
            axes.plot((0, 1), (old, new), color=palette.soft, alpha=0.55, linewidth=1)


def _column(axes: Axes, palette: Palette, column: Column) -> None:
    at, _, colour, many = column
    values = [one for one in many if one is not None]
    if not values:
        return
    axes.plot(
        [at] * len(values),
        values,
        linestyle="none",
        marker="o",
        markersize=6.5,
        markerfacecolor=colour,
        markeredgecolor="none",
        alpha=0.9,
    )
    outer = at - 0.22 if at == 0 else at + 0.22
    mean = sum(values) / len(values)
    axes.plot(
        (outer - 0.1, outer + 0.1), (mean, mean), color=palette.ink, linewidth=2.5
    )


def _bounds(axes: Axes, palette: Palette, metric: MetricVerdict) -> None:
    word = "target" if metric.role is Role.TARGET else "limit"
    for at in _lines(metric):
        if at is not None:
            _line(axes, palette, at, word, _DASHED)


def _line(axes: Axes, palette: Palette, at: float, word: str, style: Style) -> None:
    axes.axhline(at, color=palette.soft, linewidth=1.2, linestyle=style)
    right = axes.get_xlim()[1]
    axes.text(
        right, at, word, color=palette.soft, fontsize=SMALL, ha="right", va="bottom"
    )


def _strip(axes: Axes, palette: Palette, columns: list[Column]) -> None:
    dress(axes, palette)
    axes.grid(visible=False)
    axes.patch.set_alpha(1)
    axes.set_facecolor(palette.worse)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.5])
    axes.set_yticklabels(["failed"])
    _places(axes, columns)
    for at, _, colour, values in columns:
        count = sum(one is None for one in values)
        step = 2 * _WIDTH / max(1, count - 1) if count > 1 else 0.0
        start = at - (_WIDTH if count > 1 else 0.0)
        axes.plot(
            [start + step * index for index in range(count)],
            [0.5] * count,
            linestyle="none",
            marker="x",
            markersize=8,
            markeredgewidth=2.2,
            color=colour,
        )
