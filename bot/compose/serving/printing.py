"""Pages of reports, printed while a verdict is on its way to people.

Pictures take longer than all else between the last trial and the verdict. So a page is
begun as soon as there is a report, and waited for only where it is kept. All are
printed in one thread: what draws the pictures has settings that threads would share.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.app.pulls.evaluations import Done, Task
from bot.compose.serving.evaluations import MOST as EVALUATIONS
from bot.compose.serving.evaluations import Show, Work
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.looks import AT_ONCE as LOOKS
from bot.domain.verdict import Report

MOST = EVALUATIONS + LOOKS
"""Pages that wait to be taken: one for each evaluation that ends and each look that
follows; of evaluations that were stopped nobody takes them."""


@dataclass(slots=True, eq=False)
class _Page:
    """The page of one report, printed or not yet."""

    report: Report
    printed: Future[str] = field(default_factory=Future)


class Press:
    """Prints by `html`, and does `warmed` in the press before the first page.

    A page that somebody waits for goes before those that nobody asked for yet.
    """

    def __init__(
        self,
        html: Callable[[Report], str],
        warmed: Callable[[], None] = lambda: None,
        most: int = MOST,
    ) -> None:
        """Nothing is printed yet."""
        self._html, self._warmed, self._most = html, warmed, most
        self._warm = False
        self._pool = ThreadPoolExecutor(1, "press")
        self._lock = threading.Lock()
        self._begun: dict[str, _Page] = {}
        self._asked, self._ahead = deque[_Page](), deque[_Page]()

    def warm(self) -> None:
        """Somebody will print soon: once, have done what takes long the first time.

        Not as soon as a process begins: half a second of imports would be in the way of
        the webhooks that have waited for it.
        """
        with self._lock:
            cold, self._warm = not self._warm, True
        if cold:
            self._pool.submit(self._warmed)

    def begin(self, report: Report) -> None:
        """Print a page that somebody will ask for soon."""
        page = _Page(report)
        with self._lock:
            self._drop(report.evaluation)
            self._begun[report.evaluation] = page
            self._ahead.append(page)
            if len(self._begun) > self._most:
                self._drop(next(iter(self._begun)))
        self._pool.submit(self._print)

    def page(self, report: Report) -> str:
        """The page of a report; raises what printing it raised."""
        with self._lock:
            page = self._begun.get(report.evaluation)
            if page is None or page.report != report:
                self._drop(report.evaluation)
                page = _Page(report)
                self._asked.append(page)
            elif page in self._ahead:
                self._ahead.remove(page)
                self._asked.append(page)
            self._begun.pop(report.evaluation, None)
        self._pool.submit(self._print)
        return page.printed.result()

    def close(self) -> None:
        """End what is being printed, and print nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            for page in (*self._asked, *self._ahead):
                page.printed.cancel()

    def _drop(self, evaluation: str) -> None:
        """Nobody takes what was begun; the lock is held."""
        page = self._begun.pop(evaluation, None)
        if page is not None and page in self._ahead:
            self._ahead.remove(page)

    def _print(self) -> None:
        """The next one: whoever waits goes first, and of others the oldest."""
        with self._lock:
            waiting = self._asked or self._ahead
            page = waiting.popleft() if waiting else None
        if page is None:  # it was printed earlier, or dropped
            return
        try:
            page.printed.set_result(self._html(page.report))
        except Exception as fault:  # noqa: BLE001 - whoever asks is told
            page.printed.set_exception(fault)


def printed_by(press: Press, work: Work) -> Work:
    """The same work, whose reports go to the press at once; it is warm by then."""

    def printed(task: Task, pulse: Heartbeat, show: Show) -> Done:
        press.warm()
        done = work(task, pulse, show)
        if done.report is not None:
            press.begin(done.report)
        return done

    return printed
