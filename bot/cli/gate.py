"""A branch judged from the command line: progress while it runs, then its report."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app.ladder import Standing
    from bot.app.local import Request
    from bot.cli.progress import ProgressView
    from bot.domain.verdict import Report


def judge_branch(
    repo: Path,
    request: "Request",
    jobs: int | None,
    json: Path | None,
    folder: Path | None = None,
) -> "Report":
    """Carry it out, show the report, and write it as JSON and into a folder.

    Without a folder it goes to that of the evaluation in our cache.
    """
    from bot.cli.emit import emit
    from bot.cli.progress import ProgressView
    from bot.cli.reports import announce, write_reports
    from bot.compose.local import LocalGate

    with LocalGate(repo, request, jobs) as gate:
        with ProgressView() as view:
            report = gate.run(lambda standing: show_standing(view, standing))
        emit(report, json)
        own = gate.settings.cache_dir / "reports" / report.evaluation
        announce(write_reports(report, folder or own))
    return report


def show_standing(view: "ProgressView", standing: "Standing") -> None:
    """Show how far the climb is; a ladder of one rung needs no name."""
    from bot.presentation.progress import ONE_RUNG, Ladder

    tick, ladder = standing.tick, ONE_RUNG
    if len(standing.ladder) > 1 or tick is None:
        runs = (standing.ended, standing.total)
        ladder = Ladder(standing.done, standing.rung.name, *runs)
    if tick is None:
        view.climb(ladder, standing.elapsed_s)
        return
    slots, since = tick.plan.slots, standing.elapsed_s
    view.update(tick.trials, tick.modes, slots, since, ladder)
