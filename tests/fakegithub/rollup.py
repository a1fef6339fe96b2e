"""What a check suite is, from its runs."""

from collections.abc import Sequence
from datetime import datetime

from tests.fakegithub.records import CheckRun, CheckStatus, CheckSuite

# The worst first. GitHub does not publish its order; the ends are sure.
WORST = (
    "failure",
    "timed_out",
    "action_required",
    "cancelled",
    "stale",
    "neutral",
    "skipped",
    "success",
)


def latest(runs: Sequence[CheckRun]) -> list[CheckRun]:
    """The newest run of each name of each suite, newest first."""
    newest: dict[tuple[int, str], CheckRun] = {}
    for run in sorted(runs, key=lambda run: run.id):
        newest[run.suite_id, run.name] = run
    return sorted(newest.values(), key=lambda run: -run.id)


def suite_standing(
    suite: CheckSuite, runs: Sequence[CheckRun], now: datetime
) -> tuple[CheckStatus, str | None]:
    """Status and conclusion: completed once every latest run is, with the worst."""
    standings = [run.standing(now) for run in latest(runs)]
    if not standings or suite.rerequested:
        return "queued", None
    if all(status == "completed" for status, _ in standings):
        said = {conclusion for _, conclusion in standings}
        return "completed", next(word for word in WORST if word in said)
    if all(status == "queued" for status, _ in standings):
        return "queued", None
    return "in_progress", None
