"""Pages of reports, printed while a verdict is on its way to people.

Pictures take longer than all else between the last trial and the verdict. So a page is
begun as soon as there is a report, and waited for only where it is kept. All are
printed in one thread: what draws the pictures has settings that threads would share.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from bot.app.pulls.evaluations import Done, Task
from bot.compose.serving.evaluations import Heartbeat, Show, Work
from bot.domain.verdict import Report

MOST = 16
"""Pages that wait to be taken; of evaluations that were stopped nobody takes them."""


class Press:
    """Prints by `html`; one that begins to work is best warmed before."""

    def __init__(self, html: Callable[[Report], str], most: int = MOST) -> None:
        """Nothing is printed yet."""
        self._html, self._most = html, most
        self._pool = ThreadPoolExecutor(1, "press")
        self._lock = threading.Lock()
        self._begun: dict[str, tuple[Report, Future[str]]] = {}

    def warm(self, warmed: Callable[[], None]) -> None:
        """Have this done in the press before the first page."""
        self._pool.submit(warmed)

    def begin(self, report: Report) -> None:
        """Print a page that somebody will ask for soon."""
        page = self._pool.submit(self._html, report)
        with self._lock:
            self._begun.pop(report.evaluation, None)
            self._begun[report.evaluation] = (report, page)
            if len(self._begun) > self._most:
                self._begun.pop(next(iter(self._begun)))

    def page(self, report: Report) -> str:
        """The page of a report; raises what printing it raised."""
        with self._lock:
            begun, page = self._begun.pop(report.evaluation, (None, None))
        if page is None or begun != report:
            page = self._pool.submit(self._html, report)
        return page.result()

    def close(self) -> None:
        """Print what was begun, and nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def printed_by(press: Press, work: Work) -> Work:
    """The same work, whose reports go to the press at once."""

    def printed(task: Task, pulse: Heartbeat, show: Show) -> Done:
        done = work(task, pulse, show)
        if done.report is not None:
            press.begin(done.report)
        return done

    return printed
