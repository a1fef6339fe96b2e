"""Progress: bars on a terminal, few plain lines elsewhere, never a flood."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.cli.progress import ProgressView, draw
from bot.domain.arms import Baseline, Branch, Without
from bot.domain.trials import Trial
from bot.domain.verdict import ModeVerdict, Ruling, Rung
from bot.presentation.progress import Ladder, snapshot
from tests.fakes import reports
from workers.contract import Ok, Point, Progress, TrialState


def console(screen: io.StringIO, *, terminal: bool) -> Console:
    return Console(
        file=screen,
        width=100,
        force_terminal=terminal,
        markup=False,
        highlight=False,
        emoji=False,
    )


def pair(position: int) -> list[Trial]:
    return [reports.trial(arm, "mlp", position, Ok()) for arm in (Baseline(), Branch())]


def mode(look: int, *, decided: bool = False) -> ModeVerdict:
    state = Ruling.PASS if decided else Ruling.UNDECIDED
    return reports.mode("mlp", state, (), look=look, looks=(2, 4), decided=decided)


def test_elsewhere_a_line_is_printed_at_a_look_or_after_ten_seconds() -> None:
    screen = io.StringIO()
    with ProgressView(console(screen, terminal=False)) as view:
        view.update([], (mode(0),), 2, 0.0)
        view.update(pair(0), (mode(0),), 2, 1.0)  # news, but too soon
        view.update(pair(0), (mode(0),), 2, 11.0)
        view.update(pair(0), (mode(0),), 2, 30.0)  # nothing new
        view.update([*pair(0), *pair(1)], (mode(2),), 2, 31.0)  # a look
        view.update([*pair(0), *pair(1)], (mode(2, decided=True),), 2, 31.2)
    lines = screen.getvalue().splitlines()
    assert [one.split("]")[0] for one in lines] == ["[0.0 s", "[11 s", "[31 s"]
    assert "mlp: 1 of at most 4 seeds, next look at 2" in lines[1]


def test_the_end_of_a_mode_is_always_told() -> None:
    screen = io.StringIO()
    view = ProgressView(console(screen, terminal=False))
    with view:
        view.update([*pair(0), *pair(1)], (mode(0),), 2, 1.0)
        view.update([*pair(0), *pair(1)], (mode(2, decided=True),), 2, 1.1)
    last = screen.getvalue().splitlines()[-1]
    assert "mlp: pass after 2 seeds" in last
    assert "next look" not in last


def without(change: str) -> list[Trial]:
    """Two trials of the branch without a change."""
    made = [reports.trial(Branch(), "mlp", at, Ok()) for at in (0, 1)]
    return [
        replace(one, key=f"{change} {one.key}", arm=Without(change)) for one in made
    ]


def test_while_changes_are_judged_apart_a_line_comes_now_and_then() -> None:
    screen = io.StringIO()
    whole, done = [*pair(0), *pair(1)], (mode(2, decided=True),)
    one, other = without("4c0ffee"), without("9e8d7c6")
    queued = [replace(each, state=TrialState.QUEUED) for each in other]
    with ProgressView(console(screen, terminal=False)) as view:
        view.update(whole, done, 2, 1.0)
        view.update([*whole, *one, *queued], done, 2, 2.0)  # news, but too soon
        view.update([*whole, *one, *queued], done, 2, 11.0)
        view.update([*whole, *one, *queued], done, 2, 30.0)  # nothing new
        view.update([*whole, *one, *other], done, 2, 31.0)
    lines = [one.partition("] ")[2] for one in screen.getvalue().splitlines()]
    assert [one.partition(";")[0] for one in lines] == ["mlp: pass after 2 seeds"] * 3
    assert "; changes: 2 of 4 trials ended; 6 trials ended" in lines[1]
    assert "; changes: 4 of 4 trials ended; 8 trials ended" in lines[2]
    live = io.StringIO()
    now = snapshot([*whole, *one, *queued], done, 2, 12.0)
    console(live, terminal=False).print(draw(now))
    assert "pass after 2 seeds; changes: 2 of 4 trials ended" in live.getvalue()


def test_on_a_terminal_nothing_is_left_behind() -> None:
    screen = io.StringIO()
    with ProgressView(console(screen, terminal=True)) as view:
        view.update(pair(0), (mode(0),), 2, 1.0)
        view.update(pair(0), (mode(0),), 2, 1.1)
        view.update(pair(0), (mode(2, decided=True),), 2, 1.2)
    drawn = screen.getvalue()
    assert drawn.count("1 of at most 4 seeds") == 1
    assert "pass after 2 seeds" in drawn
    assert drawn.endswith("\x1b[2K")


def test_the_picture_shows_bars_values_time_and_cost() -> None:
    moving = reports.trial(Branch(), "mlp", 1, Ok())
    moving = Trial(
        key=moving.key,
        arm=moving.arm,
        mode="mlp",
        stage="fast",
        seed=7,
        position=1,
        state=TrialState.RUNNING,
        progress=Progress(2.0, {"loss\x1b[31m": Point(40, 2.5)}),
    )
    now = snapshot([*pair(0), moving], (mode(0),), 2, 12.0)
    screen = io.StringIO()
    console(screen, terminal=False).print(draw(now))
    text = screen.getvalue()
    assert "branch seed 7: loss[31m 2.5 at step 40" in text
    assert "12 s; next look in about" in text
    assert "2 trials ended" in text


def test_without_a_console_progress_goes_to_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ProgressView() as view:
        view.update([], (mode(0),), 2, 0.0)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "mlp: 0 of at most 4 seeds" in captured.err


TESTS = Rung("tests", "tests", Ruling.PASS, "2 runs, 1.0 s in all")


def test_elsewhere_each_rung_is_told_when_it_begins_and_when_it_ended() -> None:
    screen = io.StringIO()
    with ProgressView(console(screen, terminal=False)) as view:
        view.climb(Ladder((), "tests", 0, 2), 0.0)
        view.climb(Ladder((), "tests", 1, 2), 1.0)  # news, but too soon
        view.climb(Ladder((), "tests", 1, 2), 11.0)
        view.update([], (mode(0),), 2, 12.0, Ladder((TESTS,), "fast"))
    lines = [one.partition("]")[2].strip() for one in screen.getvalue().splitlines()]
    assert lines[:3] == [
        "tests: 0 of 2 runs ended",
        "tests: 1 of 2 runs ended",
        "tests: pass",
    ]
    assert lines[3].startswith("fast, mlp: 0 of at most 4 seeds")


def test_a_later_stage_is_told_anew() -> None:
    screen = io.StringIO()
    fast, full = Ladder((), "fast"), Ladder((TESTS,), "full")
    with ProgressView(console(screen, terminal=False)) as view:
        view.update([], (mode(0),), 2, 1.0, fast)
        view.update([], (mode(0),), 2, 2.0, full)
    text = screen.getvalue()
    assert ("fast, mlp" in text, "full, mlp" in text) == (True, True)


def test_on_a_terminal_rungs_stand_above_the_bars() -> None:
    screen = io.StringIO()
    with ProgressView(console(screen, terminal=True)) as view:
        view.climb(Ladder((TESTS,), "sanity", 2, 6), 0.0)
        view.climb(Ladder((TESTS,), "sanity", 3, 6), 0.1)  # too soon to draw
        view.update([], (mode(0),), 2, 1.0, Ladder((TESTS,), "fast"))
    drawn = screen.getvalue()
    assert "sanity: 2 of 6 runs ended" in drawn
    assert "sanity: 3 of 6 runs ended" not in drawn
    assert drawn.index("tests: pass") < drawn.index("0 of at most 4 seeds")
