"""`seedgate judge`: the verdict on results that are there; nothing is run."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option


def judge(
    policy: Annotated[Path, Option(help="The policy file.")],
    trials: Annotated[Path, Option(help="The trials file (JSON).")],
    json: Annotated[
        Path | None, Option(help="Write the report as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Judge given results without running anything.

    It judges once, at the look that the trials reach; all of them count, failed ones
    too. Arms `without:CHANGE` and `only:CHANGE` show which change did it. Exit codes
    and JSON are those of `seedgate local`.
    """
    from bot.cli.emit import emit, exit_code, require_writable
    from bot.compose.judge import judge_file

    require_writable(json)
    report = judge_file(policy, trials)
    emit(report, json)
    raise typer.Exit(exit_code(report))
