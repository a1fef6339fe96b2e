"""`seedgate calibrate`: how much the baseline varies, and what the rule makes of it."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

from typer import Option

from bot.cli.options import PolicyFile, Repo, ResultJson, request_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from bot.app.piloting import PilotTick
    from bot.compose.calibrate import Done
    from bot.presentation.calibration_text import Grid

_SAY_EVERY_S = 10.0


def calibrate(
    repo: Repo = Path(),
    base: Annotated[
        str | None, Option(help="What to run; default: the main branch.")
    ] = None,
    policy: PolicyFile = None,
    mode: Annotated[str, Option(help="Calibrate only these modes: a,b.")] = "",
    stage: Annotated[str | None, Option(help="Calibrate this stage.")] = None,
    seeds: Annotated[int, Option(help="Pilot seeds of each mode, 10 or more.")] = 20,
    jobs: Annotated[
        int | None, Option(min=1, help="At most this many runs at once.")
    ] = None,
    renew: Annotated[
        bool, Option("--renew", help="Replace what an earlier calibration has frozen.")
    ] = False,
    json: ResultJson = None,
) -> None:
    """Train the baseline alone over pilot seeds: its spread, and the real error rates.

    `tolerance: auto` is 1.5 SDs of these runs. They are split at random into pretended
    branches, so that the realised error rates stand beside the promised ones. Runs that
    were finished before are reused; an interrupted call goes on where it was.
    """
    from bot.cli.emit import require_writable
    from bot.compose.calibrate import Calibrator, Wish

    request = request_of(base, policy, mode=mode, stage=stage)
    require_writable(json)
    with Calibrator(repo, Wish(request, seeds, jobs, renew)) as calibrator:
        with PilotView() as counter:
            done = calibrator.run(counter.update)
        _show(done, json)


class PilotView:
    """Says on stderr how many runs have ended; on a terminal in one line."""

    def __init__(
        self, console: "Console | None" = None, what: str = "pilot runs"
    ) -> None:
        """Speak on `console` of `what`; on stderr if none is given."""
        from bot.cli.screen import err

        self._console = console or err()
        terminal = self._console.is_terminal
        self._live = self._console.status("starting") if terminal else None
        self._said_s = -_SAY_EVERY_S
        self._said = ""
        self._what = what

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def update(self, tick: "PilotTick") -> None:
        """Say it, if it is new; a plain line now and then, and at the end."""
        from rich.text import Text

        from bot.presentation.calibration_text import progress

        counts = tick.ended, tick.total, tick.failed
        text = progress(*counts, tick.elapsed_s, self._what)
        if self._live is not None:
            self._live.update(Text(text))
            return
        due = tick.elapsed_s - self._said_s >= _SAY_EVERY_S
        if text != self._said and (due or tick.ended == tick.total):
            self._said, self._said_s = text, tick.elapsed_s
            self._console.print(text)


def _show(done: "Done", json: Path | None) -> None:
    """Tables for people; with `--json -` stdout belongs to the JSON alone."""
    from bot.cli.emit import STDOUT, json_of, write_text
    from bot.cli.screen import clean, out
    from bot.presentation.calibration_text import (
        document,
        grids,
        headline,
        sentences,
    )

    found, kept, tick = done.calibration, done.kept, done.tick
    plain = {**document(found, kept), "base": done.commit, "machine": done.node.machine}
    text = json_of(plain)
    if json == STDOUT:
        out().file.write(text)
        return
    console = out()
    first = headline(done.base, done.commit, tick.ended - tick.reused, tick.reused)
    console.print(clean(first), style="bold")
    for grid in grids(found):
        console.print(table(grid))
    for sentence in sentences(found, kept):
        console.print(clean(sentence))
    if json is not None:
        write_text(json, text)


def table(grid: "Grid") -> "Table":
    """A grid as a table of the terminal; texts from outside are cleaned."""
    from rich import box
    from rich.table import Table

    from bot.cli.screen import clean

    drawn = Table(title=clean(grid.title), title_justify="left", box=box.SIMPLE_HEAD)
    for place, heading in enumerate(grid.headings):
        drawn.add_column(heading, justify="right" if place else "left")
    for row in grid.rows:
        drawn.add_row(*(clean(cell) for cell in row))
    return drawn
