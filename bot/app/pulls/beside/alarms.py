"""The drift alarm: people are told where a baseline moves, once in a while."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from bot.app.pulls import remembered
from bot.app.pulls.ports import PullStore
from bot.app.replicating import Moved
from bot.domain.github import Place
from bot.domain.pulls.posts import IssuePost
from bot.domain.verdict import Reason, Report
from bot.presentation.github import mark
from bot.presentation.github.errands import alarm

QUIET_S = 7 * 86_400.0
"""How long nothing more is said of the baseline of one branch."""

_DIGITS = 12


class Alarms:
    """Opens an issue where a baseline moves; `now` is Unix seconds by our clock."""

    def __init__(self, store: PullStore, now: Callable[[], float]) -> None:
        """Nothing is said before `heard`."""
        self._store, self._now = store, now

    def heard(self, place: Place, branch: str, moved: Sequence[Moved]) -> None:
        """Say that baselines of a base branch move, unless it was said lately."""
        what, now = f"alarm:{place.repository}:{branch}", self._now()
        last = remembered.moment(self._store, what)
        if not moved or (last is not None and now < last):
            return
        told = [(one.place, one.cusum, one.threshold) for one in moved]
        self._store.put([_post(place, branch, alarm(branch, told), now)])
        remembered.keep_moment(self._store, what, now + QUIET_S)


def moved_in(report: Report) -> Iterator[Moved]:
    """The metrics of which an evaluation found that the baseline moves."""
    for one in report.verdict.findings:
        if one.reason is Reason.DRIFT and one.mode and one.metric:
            cusum, most = (one.evidence.get(k) for k in ("cusum", "threshold"))
            if isinstance(cusum, float) and isinstance(most, float):
                yield Moved((one.mode, one.metric), cusum, most, 0.0)


def _post(place: Place, branch: str, said: tuple[str, str], now: float) -> IssuePost:
    told = f"{place.repository} {branch} {int(now // QUIET_S)}"
    name = f"drift-{hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]}"
    title, text = said
    marker = mark(name)
    return IssuePost(place, name, title, f"{marker}\n{text}\n", marker)
