"""`seedgate scan`: how a metric answers to one parameter; an exploration."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from bot.cli.options import Into, Jobs, PolicyFile, Repo, ResultJson, request_of

if TYPE_CHECKING:
    from bot.compose.scan import Done


def scan(
    what: Annotated[
        str, Argument(metavar="PARAM=V1,V2,...", help="A parameter and its values.")
    ],
    repo: Repo = Path(),
    base: Into = None,
    head: Annotated[str, Option(help="What to train.")] = "HEAD",
    policy: PolicyFile = None,
    mode: Annotated[str, Option(help="Train only these modes: a,b.")] = "",
    stage: Annotated[
        str | None, Option(help="The stage whose parameter it is.")
    ] = None,
    seeds: Annotated[int, Option(help="Seeds of each value, 2 to 20.")] = 4,
    jobs: Jobs = None,
    json: ResultJson = None,
) -> None:
    """Train a branch at several values of one parameter, on the same seeds.

    The parameter is one of the `params` of the policy's stage; the policy's own value
    is what the others are compared with. Nothing is judged: it is an exploration.
    Trials that were finished before are reused.
    """
    from bot.app.scan_values import parse
    from bot.cli.calibrate import PilotView
    from bot.cli.emit import outputs_of, require_writable
    from bot.compose.scan import Scanner

    wish = parse(what, seeds)
    outputs = outputs_of(json)
    shared = request_of(
        base, policy, head=head, mode=mode, stage=stage, outputs=outputs
    )
    request = replace(shared, ablation=False)
    require_writable(json)
    with Scanner(repo, request, wish, jobs) as scanner:
        with PilotView(what="trials") as counter:
            done = scanner.run(counter.update)
        _show(done, json)


def _show(done: "Done", json: Path | None) -> None:
    """Tables for people; with `--json -` stdout belongs to the JSON alone."""
    from bot.cli.calibrate import table
    from bot.cli.emit import STDOUT, json_of, write_text
    from bot.cli.screen import clean, out
    from bot.presentation.scan_text import (
        document,
        grid,
        headline,
        repeated,
        sentences,
    )

    found, tick = done.scanned, done.scanned.tick
    plain = {
        **document(found.param, found.seeds, found.metrics),
        "stage": done.stage,
        "head": done.commit,
        "machine": done.machine,
        "repeated": [list(pair) for pair in found.same],
        "trials": {"run": tick.ended - tick.reused, "reused": tick.reused},
    }
    text = json_of(plain)
    if json == STDOUT:
        out().file.write(text)
        return
    console, counts = out(), (tick.ended - tick.reused, tick.reused)
    first = headline(found.param, found.own, found.seeds, counts)
    console.print(
        clean(f"{done.head} ({done.commit[:9]}), stage {done.stage}. {first}")
    )
    for one in found.metrics:
        console.print(table(grid(one)))
    said = (*repeated(found.same, found.own), *sentences(found.metrics))
    for sentence in said:
        console.print(clean(sentence))
    if json is not None:
        write_text(json, text)
