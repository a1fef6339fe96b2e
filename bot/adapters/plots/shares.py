"""Where values lie: histograms of a quantity, and the balance of classes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bot.adapters.plots.canvas import SMALL, Palette, dress, limits
from bot.adapters.plots.curves import colour_of, legend
from bot.domain.arms import BASELINE, BRANCH
from bot.domain.verdict.exhibits import DataSplit, QuantityShown

_COMPARED = (BASELINE, BRANCH)
_IN_REACH = 1.0
"""An end of the range is in view where it is as near as so many spans of the values."""
_MOST_CLASSES = 60
_NUMBERED = 20
"""With more classes than that, only some carry their number."""
_WIDTH = 0.4


def has_histogram(shown: QuantityShown) -> bool:
    """Whether baseline or branch reported it."""
    return any(one.arm in _COMPARED for one in shown.arms)


def draw_histogram(figure: Figure, palette: Palette, shown: QuantityShown) -> None:
    """Both arms on the same edges; what the policy does not allow is shaded."""
    axes = figure.add_axes((0.15, 0.14, 0.82, 0.73))
    dress(axes, palette)
    axes.grid(visible=False, axis="x")
    widths = [right - left for left, right in pairwise(shown.edges)]
    usual = sum(widths) / len(widths)
    for one in shown.arms:
        if one.arm not in _COMPARED:
            continue
        tall = [
            share * usual / width
            for share, width in zip(one.shares, widths, strict=True)
        ]
        _stairs(axes, palette, one.arm, (tall, shown.edges))
    _range(axes, palette, shown)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    legend(axes, palette)


def _stairs(
    axes: Axes,
    palette: Palette,
    arm: str,
    drawn: tuple[Sequence[float], Sequence[float]],
) -> None:
    colour, under = colour_of(palette, arm), arm == BASELINE
    axes.stairs(*drawn, fill=True, color=colour, alpha=0.20)
    axes.stairs(*drawn, color=colour, linewidth=3.0 if under else 1.6, label=arm)


def _range(axes: Axes, palette: Palette, shown: QuantityShown) -> None:
    low, high = shown.edges[0], shown.edges[-1]
    reach = _IN_REACH * (high - low)
    ends = [
        one
        for one in (shown.minimum, shown.maximum)
        if one is not None and low - reach <= one <= high + reach
    ]
    left, right = limits([low, high, *ends], margin=0.05)
    if shown.minimum is not None and shown.minimum > left:
        axes.axvspan(left, shown.minimum, color=palette.worse, linewidth=0, zorder=0)
    if shown.maximum is not None and shown.maximum < right:
        axes.axvspan(shown.maximum, right, color=palette.worse, linewidth=0, zorder=0)
    for one in ends:
        axes.axvline(one, color=palette.soft, linewidth=1.0, linestyle=(0, (3, 2)))
    axes.set_xlim(left, right)
    axes.set_ylim(0, axes.get_ylim()[1])


def classes_of(split: DataSplit) -> Mapping[str, Mapping[str, float]]:
    """The share of every class by arm, for baseline and branch."""
    arms = {one.arm: dict(one.classes) for one in split.arms if one.arm in _COMPARED}
    return {
        arm: {name: count / sum(counts.values()) for name, count in counts.items()}
        for arm, counts in arms.items()
        if sum(counts.values())
    }


def draw_classes(figure: Figure, palette: Palette, split: DataSplit) -> None:
    """A pair of bars a class; numbers are the rows of the table beside it."""
    shares = classes_of(split)
    every = {
        name for one in split.arms if one.arm in _COMPARED for name, _ in one.classes
    }
    names = sorted(every)[:_MOST_CLASSES]
    axes = figure.add_axes((0.15, 0.14, 0.82, 0.73))
    dress(axes, palette)
    axes.grid(visible=False, axis="x")
    for side, arm in ((-1, BASELINE), (1, BRANCH)):
        if arm in shares:
            axes.bar(
                [at + side * _WIDTH / 2 for at in range(1, len(names) + 1)],
                [shares[arm].get(name, 0.0) for name in names],
                width=_WIDTH,
                color=colour_of(palette, arm),
                label=arm,
            )
    axes.set_xlim(0.4, len(names) + 0.6)
    every_nth = 1 + (len(names) - 1) // _NUMBERED
    axes.set_xticks(range(1, len(names) + 1, every_nth))
    axes.tick_params(axis="x", labelsize=SMALL - 1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    legend(axes, palette)
