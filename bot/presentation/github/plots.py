"""Plots as mermaid, which GitHub draws without anything hosted: numbers, no names.

`xychart-beta` has no error bars, so the tables carry the intervals. No name from a
repository is drawn: it stands above the plot as code.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.verdict import MetricVerdict, Report
from bot.domain.verdict.exhibits import Band, Curves
from bot.presentation.escape import code
from bot.presentation.github.key_numbers import key_metrics
from bot.presentation.markdown_tables import folded
from bot.presentation.numbers import number
from bot.presentation.words import around

LIMIT = 50_000
"""Characters of one block that GitHub draws; ours have a few thousand."""
_MOST_SEEDS = 40
_MOST_EFFECTS = 2
_MOST_CURVES = 4
_POINTS = 30
_MARGIN = 0.08
_SMALLEST, _LARGEST = 1e-9, 1e12
_FEWEST = 2
_NAME = 80
_GREY, _BLUE, _AMBER = "#8b949e", "#2f81f7", "#d29922"

Line = tuple[float, ...]


def effect_plots(report: Report) -> list[str]:
    """The effect of every seed for the first metrics behind the verdict."""
    made = (
        _titled(mode.name, one.name, _legend(one), plot)
        for mode, one in key_metrics(report)
        if (plot := _effects(one))
    )
    return [text for _, text in zip(range(_MOST_EFFECTS), made, strict=False)]


def curve_plots(report: Report) -> str:
    """Learning curves of both arms, folded; empty where nothing can be drawn."""
    known = report.exhibits.curves if report.exhibits else ()
    made = (
        _titled(one.mode, one.metric, around.CURVES_SHOWN, plot)
        for one in known
        if (plot := _curves(one))
    )
    shown = [text for _, text in zip(range(_MOST_CURVES), made, strict=False)]
    return folded(around.PLOTS, ["\n\n".join(shown)] if shown else [])


def _titled(mode: str, metric: str, legend: str, plot: str) -> str:
    place = f"{code(metric, _NAME)} in mode {code(mode, _NAME)}"
    return f"{place}. {legend}\n\n{plot}"


def _legend(one: MetricVerdict) -> str:
    if not one.tolerance:
        return f"{around.SEEDS_SHOWN}."
    return (
        f"{around.SEEDS_SHOWN}, and the tolerance (a loss of {number(one.tolerance)})."
    )


def _effects(one: MetricVerdict) -> str:
    """Gains by seed, with flat lines at zero and at the tolerance."""
    if one.direction is None:
        return ""
    sign = one.direction.orientation
    gains = {
        place: sign * (new - old)
        for place, (_, old, new) in enumerate(one.per_seed[:_MOST_SEEDS], start=1)
        if old is not None and new is not None
    }
    if len(gains) < _FEWEST:
        return ""
    bounds = [0.0, -one.tolerance] if one.tolerance else [0.0]
    lines = [*((bound,) * len(gains) for bound in bounds), tuple(gains.values())]
    axis = f'"{around.SEEDS_AXIS}" [{", ".join(map(str, gains))}]'
    return _chart(axis, lines, (*(_GREY, _AMBER)[: len(bounds)], _BLUE))


def _curves(one: Curves) -> str:
    """Both arms where both have values, at evenly spaced steps."""
    bands = {band.arm: band for band in one.bands}
    both = [bands[arm] for arm in (BASELINE, BRANCH) if arm in bands]
    if len(both) < _FEWEST or any(len(band.steps) < _FEWEST for band in both):
        return ""
    first = max(band.steps[0] for band in both)
    last = min(band.steps[-1] for band in both)
    if not (_fits(first, last) and last - first > _SMALLEST):
        return ""
    steps = [first + (last - first) * at / (_POINTS - 1) for at in range(_POINTS)]
    axis = f'"{around.STEPS_AXIS}" {_number(first)} --> {_number(last)}'
    lines = [tuple(_value(band, step) for step in steps) for band in both]
    return _chart(axis, lines, [_GREY, _BLUE])


def _value(band: Band, step: float) -> float:
    """The mean at a step inside the band, on a straight line between its points."""
    right = min(max(bisect_right(band.steps, step), 1), len(band.steps) - 1)
    left = right - 1
    width = band.steps[right] - band.steps[left]
    share = (step - band.steps[left]) / width if width > 0 else 0.0
    share = min(1.0, max(0.0, share))
    return band.mean[left] * (1.0 - share) + band.mean[right] * share


def _fits(*values: float) -> bool:
    """Whether mermaid can write and draw them: its numbers have no exponent."""
    return all(math.isfinite(one) and abs(one) < _LARGEST for one in values)


def _chart(axis: str, lines: Sequence[Line], colours: Iterable[str]) -> str:
    values = [value for line in lines for value in line]
    if not _fits(*values):
        return ""
    low, high = min(values), max(values)
    pad = _MARGIN * (high - low)
    if pad < _SMALLEST:
        return ""
    text = "\n".join(_block(axis, (low - pad, high + pad), lines, colours))
    return text if len(text) <= LIMIT else ""


def _block(
    axis: str,
    ends: tuple[float, float],
    lines: Sequence[Line],
    colours: Iterable[str],
) -> Iterator[str]:
    palette = ", ".join(colours)
    yield "```mermaid"
    yield (
        '%%{init: {"xyChart": {"width": 760, "height": 260}, "themeVariables": '
        f'{{"xyChart": {{"plotColorPalette": "{palette}"}}}}}}}}%%'
    )
    yield "xychart-beta"
    yield f"    x-axis {axis}"
    yield f"    y-axis {_number(ends[0])} --> {_number(ends[1])}"
    for line in lines:
        yield f"    line [{', '.join(map(_number, line))}]"
    yield "```"


def _number(value: float) -> str:
    """The value without an exponent."""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
