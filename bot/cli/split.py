"""`seedgate split`: the good part of a branch as a branch of its own, judged."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option


def split(
    without: Annotated[
        str, Option(help="The changes to leave out, as a report names them: a,b.")
    ],
    branch: Annotated[str, Option(help="The name of the new branch.")] = "",
    repo: Annotated[Path, Option(help="The repository, or a folder in it.")] = Path(),
    base: Annotated[
        str | None, Option(help="What the branch goes into; default: the main branch.")
    ] = None,
    head: Annotated[str, Option(help="The branch to split.")] = "HEAD",
    policy: Annotated[
        Path | None, Option(help="A policy file instead of the base's own.")
    ] = None,
    mode: Annotated[str, Option(help="Judge only these modes: a,b.")] = "",
    target: Annotated[str, Option(help="Modes meant to change: a,b.")] = "",
    stage: Annotated[str | None, Option(help="Run only this stage.")] = None,
    label: Annotated[
        str, Option(help="Also run the stages that wait for these labels: a,b.")
    ] = "",
    jobs: Annotated[
        int | None, Option(min=1, help="At most this many trials at once.")
    ] = None,
    json: Annotated[
        Path | None, Option(help="Write the report as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Make a branch without given changes, and judge it.

    Trials that the ablation of the whole branch has run serve again. The branch stays
    whatever the verdict is; the exit code is that of `seedgate local`.
    """
    from bot.app.local import Request
    from bot.cli.emit import emit, exit_code, require_writable
    from bot.cli.local import show_standing
    from bot.cli.progress import ProgressView
    from bot.cli.reports import announce, write_reports
    from bot.cli.screen import clean, err
    from bot.compose.judge import read_policy
    from bot.compose.local import LocalGate
    from bot.compose.split import split as made
    from bot.presentation.split_text import announcement, sentences

    request = Request(
        base=base,
        head=head,
        policy_text=None if policy is None else read_policy(policy),
        policy_source=str(policy or ""),
        modes=_names(mode),
        targets=_names(target),
        stage=stage,
        labels=_names(label),
    )
    require_writable(json)
    found, judged = made(repo, request, _required(without), branch)
    said = announcement(found.branch, found.left_out, existed=found.existed)
    err().print(clean(said))
    with LocalGate(repo, judged, jobs) as gate:
        with ProgressView() as view:
            report = gate.run(lambda standing: show_standing(view, standing))
        emit(report, json)
        folder = gate.settings.cache_dir / "reports" / report.evaluation
        announce(write_reports(report, folder))
    kept = [(one.id, one.title) for one in found.kept]
    for sentence in sentences(found.branch, report.verdict.state, kept):
        err().print(clean(sentence))
    raise typer.Exit(exit_code(report))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _required(text: str) -> tuple[str, ...]:
    from bot.domain.errors import UserFault

    names = tuple(dict.fromkeys(_names(text)))
    if not names:
        problem = "--without names no change."
        raise UserFault(problem, "Reports list the changes of a branch by their names.")
    return names
