"""Figures without a window, in light and dark colours; equal input, equal bytes."""

import io
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.presentation.frames import Picture

SIZE = (4.7, 3.0)
"""Inches; three fit side by side on a desk, one fills a phone."""
_PIXELS = 96
"""An inch on a page."""
SMALL = 10.5
"""Points: still readable where three pictures share a row."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that stay apart for colour-blind readers (after Okabe and Ito, 2008)."""

    ink: str
    soft: str
    grid: str
    baseline: str
    branch: str
    worse: str
    better: str
    between: str
    bad: str


LIGHT = Palette(
    ink="#1d2733",
    soft="#5b6773",
    grid="#e3e8ee",
    baseline="#6b7785",
    branch="#0a66b2",
    worse="#f8e0d5",
    better="#d9efe6",
    between="#eef1f4",
    bad="#a8380b",
)
DARK = Palette(
    ink="#e8edf2",
    soft="#a3afbb",
    grid="#323c47",
    baseline="#a9b4bf",
    branch="#5cb3f5",
    worse="#54301f",
    better="#17433a",
    between="#2b343e",
    bad="#ff9a6b",
)
_COLOUR = re.compile(rb"#[0-9a-f]{6}\b")
_DARKER = {
    light.encode(): dark.encode()
    for light, dark in zip(astuple(LIGHT), astuple(DARK), strict=True)
}
Draw = Callable[[Figure, Palette], None]


def picture(draw: Draw, size: tuple[float, float] = SIZE) -> Picture:
    """Draw once, and give it both in light and in dark colours; `size` in inches.

    Drawing takes longer than all else of a page, and only the colours differ.
    """
    width, height = (round(_PIXELS * one) for one in size)
    light = _svg(draw, LIGHT, size)
    return Picture(light, _darker(light), width, height)


def _darker(light: bytes) -> bytes:
    return _COLOUR.sub(lambda found: _DARKER.get(found[0], found[0]), light)


def _svg(draw: Draw, palette: Palette, size: tuple[float, float]) -> bytes:
    """The figure as SVG, without date or version: equal input is equal bytes."""
    target = io.BytesIO()
    with mpl.rc_context():
        _style()
        figure = Figure(figsize=size, facecolor="none")
        draw(figure, palette)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(target, format="svg", metadata=nothing)
    return target.getvalue()


def _style() -> None:
    """The same style on every machine, whatever its owner prefers."""
    mpl.rcdefaults()
    mpl.rc("svg", hashsalt="seedgate", fonttype="none")
    mpl.rc("font", family="sans-serif", size=10.0)
    mpl.rc("axes", unicode_minus=False)


def dress(axes: Axes, palette: Palette) -> None:
    """Quiet axes: no box, faint grid, soft ticks."""
    axes.set_facecolor("none")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.grid(color=palette.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=palette.soft, labelsize=SMALL, length=0)
    axes.xaxis.get_offset_text().set_color(palette.soft)
    axes.yaxis.get_offset_text().set_color(palette.soft)


def limits(values: list[float], margin: float = 0.08) -> tuple[float, float]:
    """Axis limits around the values; a constant gets room on both sides."""
    low, high = min(values), max(values)
    span = high - low
    least = max(abs(low), abs(high)) * 1e-9
    if span <= least:
        room = max(abs(low), abs(high)) * 0.05 or 1.0
        return low - room, high + room
    return low - margin * span, high + margin * span
