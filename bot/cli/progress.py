"""Live progress on stderr: bars on a terminal, a plain line now and then elsewhere."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot.cli.screen import Screen, clean
from bot.domain.trials import Trial
from bot.domain.verdict import ModeVerdict, Ruling
from bot.presentation import numbers
from bot.presentation.progress import (
    ONE_RUNG,
    Ladder,
    ModeSnapshot,
    Snapshot,
    climbing_line,
    estimate,
    line,
    on_rung,
    rung_line,
    snapshot,
    spent,
)

LINE_EVERY_S = 10.0
"""Between two plain lines of one mode, unless it reached a look."""
DRAW_EVERY_S = 0.25
_MOST_VALUES = 4
_COLOURS = {
    Ruling.PASS: "green",
    Ruling.BLOCK: "red",
    Ruling.UNDECIDED: "yellow",
    Ruling.INFO: "default",
}


def _stderr() -> Console:
    """A console whose lines never run over its width: that would break redrawing."""
    return Screen(stderr=True, markup=False, highlight=False, emoji=False)


class ProgressView:
    """Shows how far an evaluation is, until it is left."""

    def __init__(self, console: Console | None = None) -> None:
        """Draw on `console`; on stderr if none is given."""
        self._console = console or _stderr()
        self._live = (
            Live(console=self._console, auto_refresh=False, transient=True)
            if self._console.is_terminal
            else None
        )
        self._drawn_s = -DRAW_EVERY_S
        self._said: dict[tuple[str, str], tuple[str, int, float]] = {}
        self._told = 0

    def __enter__(self) -> Self:
        """Take the lower lines of the terminal, where there is one."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lines back; the results come after."""
        if self._live is not None:
            self._live.stop()

    def update(
        self,
        trials: Sequence[Trial],
        modes: Sequence[ModeVerdict],
        slots: int,
        elapsed_s: float,
        ladder: Ladder = ONE_RUNG,
    ) -> None:
        """Show this state; may be called as often as one likes.

        `ladder` is told of where there are several rungs.
        """
        if self._live is None:
            self._say_rungs(ladder, elapsed_s)
            self._say(snapshot(trials, modes, slots, elapsed_s), ladder)
        elif elapsed_s - self._drawn_s >= DRAW_EVERY_S or _all_decided(modes):
            self._drawn_s = elapsed_s
            drawn = draw(snapshot(trials, modes, slots, elapsed_s), ladder)
            self._live.update(drawn, refresh=True)

    def climb(self, ladder: Ladder, elapsed_s: float) -> None:
        """Show a rung that does not train; may be called as often as one likes."""
        text = climbing_line(ladder)
        if self._live is None:
            self._say_rungs(ladder, elapsed_s)
            self._say_once(ladder, text, elapsed_s)
        elif elapsed_s - self._drawn_s >= DRAW_EVERY_S:
            self._drawn_s = elapsed_s
            drawn = Group(*_rungs(ladder), Text(clean(text)))
            self._live.update(drawn, refresh=True)

    def _say_rungs(self, ladder: Ladder, elapsed_s: float) -> None:
        for rung in ladder.done[self._told :]:
            self._print(elapsed_s, rung_line(rung))
        self._told = len(ladder.done)

    def _say_once(self, ladder: Ladder, text: str, elapsed_s: float) -> None:
        """Say it if it is news, and not sooner than the last time."""
        place = (ladder.rung, "")
        said, _, when = self._said.get(place, ("", -1, -LINE_EVERY_S))
        if text != said and elapsed_s - when >= LINE_EVERY_S:
            self._said[place] = (text, -1, elapsed_s)
            self._print(elapsed_s, text)

    def _say(self, now: Snapshot, ladder: Ladder) -> None:
        for mode in now.modes:
            place = (ladder.rung, mode.name)
            text, look, when = self._said.get(place, ("", -1, -LINE_EVERY_S))
            fresh = on_rung(ladder, line(mode))
            due = mode.look != look or now.elapsed_s - when >= LINE_EVERY_S
            if fresh != text and due:
                self._said[place] = (fresh, mode.look, now.elapsed_s)
                self._console.print(clean(_plain_line(now, fresh)), soft_wrap=True)

    def _print(self, elapsed_s: float, text: str) -> None:
        said = f"[{numbers.duration(elapsed_s)}] {text}"
        self._console.print(clean(said), soft_wrap=True)


def _all_decided(modes: Sequence[ModeVerdict]) -> bool:
    return all(one.decided for one in modes)


def _plain_line(now: Snapshot, text: str) -> str:
    parts = [f"[{numbers.duration(now.elapsed_s)}] {text}", estimate(now), spent(now)]
    return "; ".join(one for one in parts if one)


def draw(now: Snapshot, ladder: Ladder = ONE_RUNG) -> RenderableType:
    """The live picture: rungs, a bar a mode, the last values, time and cost."""
    table = Table.grid(padding=(0, 1))
    for mode in now.modes:
        table.add_row(*_bar(mode))
    values = [text for mode in now.modes for text in mode.values]
    lines = [Text(f"  {clean(one)}", style="dim") for one in values[:_MOST_VALUES]]
    footer = [numbers.duration(now.elapsed_s), estimate(now), spent(now)]
    foot = Text("; ".join(one for one in footer if one))
    return Group(*_rungs(ladder), table, *lines, foot)


def _rungs(ladder: Ladder) -> list[Text]:
    """The rungs that have ended, and the name of the one that is climbed."""
    done = [Text(clean(rung_line(one)), _COLOURS[one.state]) for one in ladder.done]
    return [*done, *([Text(clean(ladder.rung), "bold")] if ladder.rung else [])]


def _bar(mode: ModeSnapshot) -> tuple[RenderableType, ...]:
    colour = _COLOURS[mode.state] if mode.decided else "cyan"
    total, done = max(1, mode.last_look), min(mode.seeds, mode.last_look)
    text = line(mode).removeprefix(f"{mode.name}: ")
    return (
        Text(clean(mode.name), style="bold"),
        ProgressBar(
            total=total,
            completed=total if mode.decided else done,
            width=24,
            complete_style=colour,
            finished_style=colour,
        ),
        Text(clean(text), style=colour),
    )
