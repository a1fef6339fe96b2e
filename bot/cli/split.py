"""`seedgate split`: the good part of a branch as a branch of its own, judged."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from bot.cli.options import (
    Into,
    Jobs,
    JudgedModes,
    Labels,
    OneStage,
    PolicyFile,
    Repo,
    ReportJson,
    Targets,
    request_of,
)


def split(
    without: Annotated[
        list[str],
        Option(help="A change to leave out, as a report names it; may be repeated."),
    ],
    branch: Annotated[str, Option(help="The name of the new branch.")] = "",
    repo: Repo = Path(),
    base: Into = None,
    head: Annotated[str, Option(help="The branch to split.")] = "HEAD",
    policy: PolicyFile = None,
    mode: JudgedModes = "",
    target: Targets = "",
    stage: OneStage = None,
    label: Labels = "",
    jobs: Jobs = None,
    json: ReportJson = None,
) -> None:
    """Make a branch without given changes, and judge it.

    Trials that the ablation of the whole branch has run serve again. The branch stays
    whatever the verdict is; the exit code is that of `seedgate local`.
    """
    from bot.cli.emit import exit_code, outputs_of, require_writable
    from bot.cli.gate import judge_branch
    from bot.cli.screen import clean, err
    from bot.compose.split import split as made
    from bot.presentation.split_text import announcement, sentences

    request = request_of(
        base,
        policy,
        head=head,
        mode=mode,
        target=target,
        stage=stage,
        label=label,
        outputs=outputs_of(json),
    )
    require_writable(json)
    found, judged = made(repo, request, without, branch)
    said = announcement(found.branch, found.left_out, existed=found.existed)
    err().print(clean(said))
    report = judge_branch(repo, judged, jobs, json)
    kept = [(one.id, one.title) for one in found.kept]
    for sentence in sentences(found.branch, report.verdict.state, kept):
        err().print(clean(sentence))
    raise typer.Exit(exit_code(report))
