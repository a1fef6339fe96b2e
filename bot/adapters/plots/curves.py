"""Learning curves: the mean over seeds and the band from the lowest to the highest.

Arms of an ablation are thin lines with the number of their change, for no name from a
repository is drawn.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.adapters.plots.canvas import SMALL, Palette, dress, limits
from bot.domain.arms import BASELINE, BRANCH, Only, Without, label, parse
from bot.domain.exhibits import bands
from bot.domain.exhibits.curves import Run, run_of
from bot.domain.trials import Trial
from bot.domain.verdict.exhibits import Band
from workers.contract import TrialState

_MOST_OTHERS = 12
_APART = 0.065
"""The least distance of two numbers at the right edge, as a share of the height."""
_DOTTED = (0, (1, 1.4))
_DASHED = (0, (4, 2))


@dataclass(frozen=True, slots=True)
class Learning:
    """The curves of one metric: a band an arm, and the runs that failed on the way.

    `numbers` says which change an arm of the ablation is about.
    """

    bands: tuple[Band, ...]
    failed: tuple[tuple[str, Run], ...]
    numbers: Mapping[str, int]

    def __bool__(self) -> bool:
        """Whether there is anything to draw."""
        arms = {one.arm for one in self.bands} & {BASELINE, BRANCH}
        return bool(arms or self.failed or _numbered(self))


def learning_of(
    trials: Iterable[Trial], mode: str, metric: str, numbers: Mapping[str, int]
) -> Learning:
    """What the trials show of a metric; `numbers` are those of the changes by id."""
    known = tuple(one for one in trials if one.mode == mode)
    failed = (
        (label(one.arm), run)
        for one in known
        if one.state is TrialState.FAILED and (run := run_of(one, metric))
    )
    return Learning(
        bands(known, mode, metric),
        tuple((arm, run) for arm, run in failed if arm in (BASELINE, BRANCH)),
        numbers,
    )


def draw_curves(figure: Figure, palette: Palette, shown: Learning) -> None:
    """All arms over the step; a failed run ends in a cross where it stopped."""
    room = 0.05 if _numbered(shown) else 0.0
    axes = figure.add_axes((0.15, 0.21, 0.82 - room, 0.66))
    dress(axes, palette)
    _others(axes, palette, shown)
    for one in shown.bands:
        if one.arm in (BASELINE, BRANCH):
            _band(axes, one, colour_of(palette, one.arm))
    _scale(axes, shown)
    for arm, run in shown.failed:
        _stopped(axes, run, colour_of(palette, arm))
    _number(axes, palette, shown)
    finish(axes, palette)


def colour_of(palette: Palette, arm: str) -> str:
    """The colour of an arm; all but two share one."""
    own = {BASELINE: palette.baseline, BRANCH: palette.branch}
    return own.get(arm, palette.soft)


def _band(axes: Axes, one: Band, colour: str) -> None:
    axes.fill_between(
        one.steps, one.low, one.high, color=colour, alpha=0.22, linewidth=0
    )
    under = one.arm == BASELINE  # wider, so that it shows where both are equal
    width = 3.6 if under else 1.8
    axes.plot(one.steps, one.mean, color=colour, linewidth=width, label=one.arm)


def _others(axes: Axes, palette: Palette, shown: Learning) -> None:
    for one in _numbered(shown):
        alone = isinstance(parse(one.arm), Only)
        style = _DOTTED if alone else "-"
        axes.plot(
            one.steps, one.mean, color=palette.soft, linewidth=1.0, linestyle=style
        )


def _numbered(shown: Learning) -> list[Band]:
    """The arms of the ablation, as many as can be told apart."""
    return [one for one in shown.bands if _change(shown, one)][:_MOST_OTHERS]


def _change(shown: Learning, one: Band) -> int | None:
    match parse(one.arm):
        case Without(change) | Only(change):
            return shown.numbers.get(change)
        case _:
            return None


def _scale(axes: Axes, shown: Learning) -> None:
    """Limits from the later part of runs that ended well.

    A run that diverged, and the first steep fall, must not hide what differs.
    """
    runs = [run for _, run in shown.failed]
    good = [((one.steps, line)) for one in shown.bands for line in (one.low, one.high)]
    ends = [step for steps, _ in (*good, *runs) for step in (steps[0], steps[-1])]
    axes.set_ylim(*limits([value for run in good or runs for value in later(run)]))
    axes.set_xlim(*limits(ends, margin=0.02))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))


def later(run: Run) -> Iterator[float]:
    """The values after the first quarter of the steps; always the last one."""
    steps, values = run
    start = steps[0] + (steps[-1] - steps[0]) / 4
    for step, value in zip(steps, values, strict=True):
        if step >= start:
            yield value


def _stopped(axes: Axes, run: Run, colour: str) -> None:
    low, high = axes.get_ylim()
    steps, values = run
    shown = [min(max(one, low), high) for one in values]
    axes.plot(steps, shown, color=colour, linewidth=1, linestyle=(0, (2, 2)))
    axes.plot(
        steps[-1:],
        shown[-1:],
        linestyle="none",
        marker="x",
        markersize=8,
        markeredgewidth=2.2,
        color=colour,
        clip_on=False,
    )


def _number(axes: Axes, palette: Palette, shown: Learning) -> None:
    """The number of its change at the end of each thin line, none upon another."""
    low, high = axes.get_ylim()
    ends = [
        ((min(max(one.mean[-1], low), high) - low) / (high - low), one)
        for one in _numbered(shown)
    ]
    height = -1.0
    for share, one in sorted(ends, key=lambda end: (end[0], end[1].arm)):
        height = max(share, height + _APART)
        text = str(_change(shown, one))
        axes.annotate(
            f"({text})" if isinstance(parse(one.arm), Only) else text,
            (1.0, height),
            xytext=(2, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            color=palette.soft,
            fontsize=SMALL - 1.5,
            va="center",
        )


def draw_gap(
    figure: Figure, palette: Palette, train: Sequence[Band], evaluation: Sequence[Band]
) -> None:
    """Baseline and branch: training dashed, evaluation in full."""
    axes = figure.add_axes((0.15, 0.21, 0.82, 0.66))
    dress(axes, palette)
    both = ((train, _DASHED, None), (evaluation, "-", "arm"))
    for many, style, named in both:
        for one in _compared(many):
            axes.plot(
                one.steps,
                one.mean,
                color=colour_of(palette, one.arm),
                linewidth=2.2 if one.arm == BASELINE else 1.6,
                linestyle=style,
                label=one.arm if named else None,
            )
    _scale(axes, Learning((*_compared(train), *_compared(evaluation)), (), {}))
    finish(axes, palette)


def _compared(many: Sequence[Band]) -> list[Band]:
    return [one for one in many if one.arm in (BASELINE, BRANCH)]


def finish(axes: Axes, palette: Palette) -> None:
    """The name of the axis, and the arms above the picture."""
    axes.set_xlabel("step", color=palette.soft, fontsize=SMALL)
    legend(axes, palette)


def legend(axes: Axes, palette: Palette) -> None:
    """The arms that were drawn, above the picture."""
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
