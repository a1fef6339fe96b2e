"""`seedgate local`: a gate on a laptop; judges a branch of a local repository."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from bot.cli.options import (
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


def local(
    repo: Repo = Path(),
    base: Annotated[
        str | None, Option(help="What to compare with; default: the main branch.")
    ] = None,
    head: Annotated[str, Option(help="What to judge.")] = "HEAD",
    policy: PolicyFile = None,
    mode: JudgedModes = "",
    target: Targets = "",
    stage: OneStage = None,
    label: Labels = "",
    max_seeds: Annotated[
        int | None, Option(help="At most this many seeds an arm.")
    ] = None,
    more: Annotated[
        int, Option(help="Seeds an arm past the last look, judged by e-values.")
    ] = 0,
    no_ablation: Annotated[
        bool, Option("--no-ablation", help="Do not judge changes apart.")
    ] = False,
    jobs: Jobs = None,
    allow_dirty: Annotated[
        bool, Option("--allow-dirty", help="Commit the working copy to a scratch ref.")
    ] = False,
    json: ReportJson = None,
    report: Annotated[
        Path | None, Option(help="Folder for report.html, report.md and report.json.")
    ] = None,
) -> None:
    """Train a branch and its baseline over several seeds and judge the branch.

    Trials that were finished before are reused; an interrupted call goes on where it
    was.
    """
    from bot.cli.emit import exit_code, outputs_of, require_writable
    from bot.cli.gate import judge_branch

    shared = request_of(
        base,
        policy,
        head=head,
        mode=mode,
        target=target,
        stage=stage,
        label=label,
        outputs=outputs_of(json, report),
    )
    request = replace(
        shared,
        max_seeds=max_seeds,
        ablation=not no_ablation,
        allow_dirty=allow_dirty,
        more=more,
    )
    require_writable(json)
    require_writable(None if report is None else report / "report.html")
    raise typer.Exit(exit_code(judge_branch(repo, request, jobs, json, report)))
