"""Pages are printed while something else is done, each once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app.pulls.evaluations import Done, Task
from bot.compose.pages import load_printing
from bot.compose.serving.printing import Press, printed_by
from bot.domain.conclusions import Impossible, Judged
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
    press.begin(REPORT)
    press.page(replace(REPORT, repository_path="elsewhere"))
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


def test_all_is_printed_in_one_thread(press: Press, printer: Printer) -> None:
    press.warm(load_printing)
    many = [replace(REPORT, evaluation=f"e{number}") for number in range(4)]
    asking = [threading.Thread(target=press.page, args=[one]) for one in many]
    for one in asking:
        one.start()
    for one in asking:
        one.join(10)
    assert len(printer.printed) == 4
    assert len(printer.threads) == 1
