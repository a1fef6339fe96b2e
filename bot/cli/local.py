"""`seedgate local`: a gate on a laptop; judges a branch of a local repository."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

if TYPE_CHECKING:
    from bot.app.ladder import Standing
    from bot.cli.progress import ProgressView


def local(
    repo: Annotated[Path, Option(help="The repository, or a folder in it.")] = Path(),
    base: Annotated[
        str | None, Option(help="What to compare with; default: the main branch.")
    ] = None,
    head: Annotated[str, Option(help="What to judge.")] = "HEAD",
    policy: Annotated[
        Path | None, Option(help="A policy file instead of the base's own.")
    ] = None,
    mode: Annotated[str, Option(help="Judge only these modes: a,b.")] = "",
    target: Annotated[str, Option(help="Modes meant to change: a,b.")] = "",
    stage: Annotated[str | None, Option(help="Run only this stage.")] = None,
    label: Annotated[
        str, Option(help="Also run the stages that wait for these labels: a,b.")
    ] = "",
    max_seeds: Annotated[
        int | None, Option(help="At most this many seeds an arm.")
    ] = None,
    more: Annotated[
        int, Option(help="Seeds an arm past the last look, judged by e-values.")
    ] = 0,
    no_ablation: Annotated[
        bool, Option("--no-ablation", help="Do not judge changes apart.")
    ] = False,
    jobs: Annotated[
        int | None, Option(min=1, help="At most this many trials at once.")
    ] = None,
    allow_dirty: Annotated[
        bool, Option("--allow-dirty", help="Commit the working copy to a scratch ref.")
    ] = False,
    json: Annotated[
        Path | None, Option(help="Write the report as JSON to this file (- is stdout).")
    ] = None,
    report: Annotated[
        Path | None, Option(help="Folder for report.html, report.md and report.json.")
    ] = None,
) -> None:
    """Train a branch and its baseline over several seeds and judge the branch.

    Trials that were finished before are reused; an interrupted call goes on where it
    was.
    """
    from bot.app.local import Request
    from bot.cli.emit import emit, exit_code, require_writable
    from bot.cli.progress import ProgressView
    from bot.cli.reports import announce, write_reports
    from bot.compose.judge import read_policy
    from bot.compose.local import LocalGate

    request = Request(
        base=base,
        head=head,
        policy_text=None if policy is None else read_policy(policy),
        policy_source=str(policy or ""),
        modes=_names(mode),
        targets=_names(target),
        stage=stage,
        labels=_names(label),
        max_seeds=max_seeds,
        ablation=not no_ablation,
        allow_dirty=allow_dirty,
        more=more,
    )
    require_writable(json)
    require_writable(None if report is None else report / "report.html")
    with LocalGate(repo, request, jobs) as gate:
        with ProgressView() as view:
            result = gate.run(lambda standing: show_standing(view, standing))
        emit(result, json)
        folder = report or gate.settings.cache_dir / "reports" / result.evaluation
        announce(write_reports(result, folder))
    raise typer.Exit(exit_code(result))


def show_standing(view: "ProgressView", standing: "Standing") -> None:
    """Show how far the climb is; a ladder of one rung needs no name."""
    from bot.presentation.progress import ONE_RUNG, Ladder

    tick, ladder = standing.tick, ONE_RUNG
    if len(standing.ladder) > 1:
        runs = (standing.ended, standing.total)
        ladder = Ladder(standing.done, standing.rung.name, *runs)
    if tick is None:
        view.climb(ladder, standing.elapsed_s)
        return
    slots, since = tick.plan.slots, standing.elapsed_s
    view.update(tick.trials, tick.modes, slots, since, ladder)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
