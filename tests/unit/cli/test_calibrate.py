"""How far pilot runs are: one line on a terminal, few plain ones elsewhere."""

import io

from rich.console import Console

from bot.app.piloting import PilotTick
from bot.cli.calibrate import PilotView


def say(ticks: list[PilotTick], *, terminal: bool) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=80, force_terminal=terminal, markup=False)
    with PilotView(console) as view:
        for tick in ticks:
            view.update(tick)
    return screen.getvalue()


TICKS = [
    PilotTick(0, 0, 0, 20, 0.0),
    PilotTick(3, 0, 0, 20, 4.0),  # news, but too soon
    PilotTick(5, 1, 0, 20, 12.0),
    PilotTick(20, 1, 0, 20, 13.0),  # the end
]


def test_elsewhere_a_line_is_printed_now_and_then_and_at_the_end() -> None:
    assert say(TICKS, terminal=False).splitlines() == [
        "[0.0 s] 0 of 20 pilot runs ended",
        "[12 s] 5 of 20 pilot runs ended, 1 failed",
        "[13 s] 20 of 20 pilot runs ended, 1 failed",
    ]


def test_on_a_terminal_the_line_is_drawn_and_taken_away() -> None:
    drawn = say(TICKS[:1], terminal=True)
    assert drawn.endswith("\x1b[2K")
