"""Pages are printed while something else is done, each once."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app.pulls.evaluations import Done, Task
from bot.compose.pages import load_printing
from bot.compose.serving.printing import Press, printed_by
from bot.domain.conclusions import Impossible, Judged, OwnFault
from bot.domain.verdict import Report
from tests.fakes import reports
from tests.waiting import until

REPORT = reports.passing()


class Printer:
    """Prints nothing while `goes` is not set; fails as often as it is told to."""

    def __init__(self) -> None:
        self.goes, self.fails = threading.Event(), 0
        self.goes.set()
        self.printed: list[str] = []
        self.threads: set[int] = set()

    def __call__(self, report: Report) -> str:
        assert self.goes.wait(10)
        if self.fails:
            self.fails -= 1
            raise ValueError("no ink")
        self.threads.add(threading.get_ident())
        self.printed.append(report.evaluation)
        return f"page of {report.evaluation}"


@pytest.fixture
def printer() -> Printer:
    return Printer()


@pytest.fixture
def press(printer: Printer) -> Iterator[Press]:
    made = Press(printer, most=2)
    yield made
    printer.goes.set()
    made.close()


def worked(press: Press, done: Done) -> Done:
    nothing = cast(Any, SimpleNamespace())
    return printed_by(press, lambda *_: done)(cast(Task, nothing), nothing, nothing)


def test_an_end_is_told_before_its_page_is_printed(
    press: Press, printer: Printer
) -> None:
    printer.goes.clear()
    done = Done(Judged(REPORT.verdict), REPORT)
    assert worked(press, done) is done
    printer.goes.set()
    until(lambda: printer.printed, "it is printed before anybody asks")
    assert press.page(REPORT) == f"page of {REPORT.evaluation}"
    assert len(printer.printed) == 1


def test_an_end_without_a_report_prints_nothing(press: Press, printer: Printer) -> None:
    worked(press, Done(Impossible("No.", "")))
    press.page(REPORT)
    assert printer.printed == [REPORT.evaluation]


def test_another_report_of_the_same_evaluation_is_printed_anew(
    press: Press, printer: Printer
) -> None:
    press.begin(REPORT)
    press.page(replace(REPORT))
    assert len(printer.printed) == 1
    printer.goes.clear()
    press.begin(REPORT)
    until(lambda: not press._ahead, "the first one is being printed")
    other = replace(REPORT, repository_path="elsewhere")
    asking = threading.Thread(target=press.page, args=[other])
    asking.start()
    printer.goes.set()
    asking.join(10)
    assert len(printer.printed) == 3


def test_a_page_that_failed_is_printed_when_it_is_asked_for_again(
    press: Press, printer: Printer
) -> None:
    printer.fails = 1
    press.begin(REPORT)
    with pytest.raises(ValueError, match="no ink"):
        press.page(REPORT)
    assert press.page(REPORT) == f"page of {REPORT.evaluation}"


def test_pages_that_nobody_takes_are_let_go(press: Press) -> None:
    for number in range(5):
        press.begin(replace(REPORT, evaluation=f"e{number}"))
    assert list(press._begun) == ["e3", "e4"]


def test_what_was_let_go_is_not_printed(press: Press, printer: Printer) -> None:
    printer.goes.clear()
    press.begin(replace(REPORT, evaluation="e0"))
    until(lambda: not press._ahead, "the first one is being printed")
    for number in range(1, 5):
        press.begin(replace(REPORT, evaluation=f"e{number}"))
    printer.goes.set()
    until(lambda: len(printer.printed) == 3, "what is left is printed")
    press.page(REPORT)
    assert printer.printed == ["e0", "e3", "e4", REPORT.evaluation]


def test_as_many_pages_wait_as_can_end_at_once_and_each_is_printed_once(
    printer: Printer,
) -> None:
    many = [replace(REPORT, evaluation=f"e{number}") for number in range(32)]
    press = Press(printer)
    for one in many:
        press.begin(one)
    for one in many:
        assert press.page(one) == f"page of {one.evaluation}"
    press.close()
    assert printer.printed == [one.evaluation for one in many]


def test_who_waits_for_a_page_goes_before_those_nobody_asked_for(
    printer: Printer,
) -> None:
    many = [replace(REPORT, evaluation=f"e{number}") for number in range(4)]
    press = Press(printer)
    printer.goes.clear()
    for one in many:
        press.begin(one)
    until(lambda: len(press._ahead) == 3, "the first one is being printed")
    asking = threading.Thread(target=press.page, args=[many[3]])
    asking.start()
    until(lambda: press._asked, "somebody waits for the last one")
    printer.goes.set()
    asking.join(10)
    press.page(many[2])
    press.page(many[1])
    press.close()
    assert printer.printed[:2] == ["e0", "e3"]
    assert len(printer.printed) == 4


def test_who_waits_when_the_press_closes_is_told(printer: Printer) -> None:
    press = Press(printer)
    printer.goes.clear()
    press.begin(REPORT)
    until(lambda: not press._ahead, "the first one is being printed")
    told = list[type[BaseException]]()

    def ask() -> None:
        try:
            press.page(replace(REPORT, evaluation="other"))
        except CancelledError as fault:
            told.append(type(fault))

    asking, closing = threading.Thread(target=ask), threading.Thread(target=press.close)
    asking.start()
    until(lambda: press._asked, "somebody waits")
    closing.start()
    until(lambda: press._pool._shutdown, "the press closes")
    printer.goes.set()
    closing.join(10)
    asking.join(10)
    assert (told, printer.printed) == ([CancelledError], [REPORT.evaluation])


def test_what_takes_long_the_first_time_is_done_once_while_trials_run(
    printer: Printer,
) -> None:
    told, warm = list[str](), threading.Event()

    def warmed() -> None:
        load_printing()
        told.append("warm")
        warm.set()

    def trials(*_: object) -> Done:
        assert warm.wait(60)
        told.append("worked")
        return Done(OwnFault("", ""))

    press = Press(printer, warmed)
    nothing = cast(Any, SimpleNamespace())
    try:
        for _ in range(2):
            printed_by(press, trials)(cast(Task, nothing), nothing, nothing)
    finally:
        press.close()
    assert told == ["warm", "worked", "worked"]


def test_all_is_printed_in_one_thread(press: Press, printer: Printer) -> None:
    many = [replace(REPORT, evaluation=f"e{number}") for number in range(4)]
    asking = [threading.Thread(target=press.page, args=[one]) for one in many]
    for one in asking:
        one.start()
    for one in asking:
        one.join(10)
    assert len(printer.printed) == 4
    assert len(printer.threads) == 1
