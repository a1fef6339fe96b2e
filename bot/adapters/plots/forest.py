"""Many effects in one picture, a line each: estimate, interval, tolerance, no change.

After Lewis and Clarke (2001) on forest plots. Lines carry numbers, not names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.adapters.plots.canvas import SIZE, SMALL, Palette, dress, limits

_MOST_LINES = 40
"""Lines in one picture; those after it stand in the table alone."""
_LINE_HEIGHT = 0.24
_DOUBLE_HEIGHT = 0.40
"""Where a line holds two effects."""
_AROUND = 0.85
_WIDEST = 4.0
"""An interval wider than so many typical ones is cut, or it would hide the others."""
_APART = 0.30
"""The share of the axis that two words above it need."""
_EDGE = 0.14
_WORD = 0.16
"""The share of the axis that a word needs which begins at a place near its end."""


@dataclass(frozen=True, slots=True)
class Line:
    """One effect, positive is better. `alone` is (estimate, low, high) of a second.

    An end that is not known is open; with neither there is no interval at all.
    """

    estimate: float | None
    low: float | None
    high: float | None
    tolerance: float
    bad: bool
    alone: tuple[float, float | None, float | None] | None = None


def has_forest(lines: Sequence[Line]) -> bool:
    """Whether any line has an estimate."""
    return any(one.estimate is not None for one in lines)


def size_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Inches: taller with every line, up to a bound."""
    double = any(one.alone is not None for one in lines)
    height = _DOUBLE_HEIGHT if double else _LINE_HEIGHT
    return SIZE[0], _AROUND + height * max(3, len(lines[:_MOST_LINES]))


def draw_forest(figure: Figure, palette: Palette, lines: Sequence[Line]) -> None:
    """The first lines on top; right is better."""
    shown = lines[:_MOST_LINES]
    height = size_of(lines)[1]
    below, above = 0.36 / height, 0.32 / height
    axes = figure.add_axes((0.10, below, 0.86, 1 - below - above))
    dress(axes, palette)
    axes.grid(visible=False, axis="y")
    axes.set_ylim(len(shown) + 0.5, 0.5)
    axes.set_yticks(range(1, len(shown) + 1))
    axes.tick_params(axis="y", pad=9)
    axes.set_xlim(*_range(shown))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    for place, one in enumerate(shown, start=1):
        _line(axes, palette, place, one)
    _marks(axes, palette, shown)


def _range(lines: Sequence[Line]) -> tuple[float, float]:
    """All that must be in view, with room for the word that begins at no change."""
    left, right = limits(list(_in_view(lines)), margin=0.10)
    if _is_near(_tolerance(lines), left, right):
        right = max(right, -left * _WORD / (1 - _WORD))
    return left, right


def _tolerance(lines: Sequence[Line]) -> float:
    """The tolerance where it is one for all, else 0."""
    every = {one.tolerance for one in lines}
    return every.pop() if len(every) == 1 else 0.0


def _is_near(tolerance: float, left: float, right: float) -> bool:
    """Whether its word and that of no change must lean away from each other."""
    return 0 < abs(tolerance) < _APART * (right - left)


def _in_view(lines: Sequence[Line]) -> Iterator[float]:
    """Every place that the axis must reach; intervals as far as they are typical."""
    yield 0.0
    most = _WIDEST * median([_half(one) for one in lines if _half(one)] or [0.0])
    for one in lines:
        yield -one.tolerance
        if one.estimate is not None:
            yield from _ends(one.estimate, one.low, one.high, most)
        if one.alone is not None:
            yield from _ends(*one.alone, most)


def _half(line: Line) -> float:
    if line.low is None or line.high is None:
        return 0.0
    return (line.high - line.low) / 2


def _ends(
    estimate: float, low: float | None, high: float | None, most: float
) -> Iterator[float]:
    yield estimate
    if low is not None:
        yield max(low, estimate - most)
    if high is not None:
        yield min(high, estimate + most)


def _line(axes: Axes, palette: Palette, place: int, line: Line) -> None:
    left = axes.get_xlim()[0]
    edge = -line.tolerance
    axes.fill_betweenx(
        (place - 0.5, place + 0.5), left, edge, color=palette.worse, linewidth=0
    )
    axes.fill_betweenx(
        (place - 0.5, place + 0.5), edge, 0.0, color=palette.between, linewidth=0
    )
    if line.alone is not None:
        _effect(axes, palette.soft, place + 0.24, line.alone, face="none")
    if line.estimate is None:
        return
    colour = palette.bad if line.bad else palette.ink
    at = place - 0.12 if line.alone is not None else place
    _effect(axes, colour, at, (line.estimate, line.low, line.high), face=colour)


def _effect(
    axes: Axes,
    colour: str,
    at: float,
    effect: tuple[float, float | None, float | None],
    face: str,
) -> None:
    """Interval, where there is one, and estimate."""
    estimate, low, high = effect
    if low is not None or high is not None:
        _interval(axes, colour, at, (low, high))
    axes.plot(
        [estimate],
        [at],
        marker="D",
        markersize=6,
        markerfacecolor=face,
        markeredgecolor=colour,
        linestyle="none",
    )


def _interval(
    axes: Axes, colour: str, at: float, ends: tuple[float | None, float | None]
) -> None:
    """The bar; an end that is open or out of view is an arrow."""
    left, right = axes.get_xlim()
    low, high = ends
    start = left if low is None else max(left, low)
    end = right if high is None else min(right, high)
    axes.plot(
        (start, end), (at, at), color=colour, linewidth=2.2, solid_capstyle="butt"
    )
    for place, marker in (
        (start, "|" if low is not None and low >= left else "<"),
        (end, "|" if high is not None and high <= right else ">"),
    ):
        _sign(axes, colour, (place, at), marker)


def _sign(axes: Axes, colour: str, at: tuple[float, float], marker: str) -> None:
    axes.plot(
        at[:1],
        at[1:],
        marker=marker,
        markersize=7,
        markeredgewidth=1.8,
        color=colour,
        linestyle="none",
        clip_on=False,
    )


def _marks(axes: Axes, palette: Palette, lines: Sequence[Line]) -> None:
    """No change, and the tolerance where it is one for all, named above."""
    left, right = axes.get_xlim()
    marks = [(0.0, "no change")]
    if tolerance := _tolerance(lines):
        marks.append((-tolerance, "tolerance"))
    near = _is_near(tolerance, left, right)
    for at, text in marks:
        axes.axvline(at, color=palette.soft, linewidth=1.0, linestyle=(0, (3, 2)))
        side = _side(at, left, right) if not near else "left" if at == 0 else "right"
        axes.annotate(
            text,
            (at, 1.0),
            xytext=(0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=palette.soft,
            fontsize=SMALL,
            ha=side,
            va="bottom",
        )


def _side(at: float, left: float, right: float) -> str:
    share = (at - left) / (right - left)
    return "left" if share < _EDGE else "right" if share > 1 - _EDGE else "center"
