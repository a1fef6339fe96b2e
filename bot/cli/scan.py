"""`seedgate scan`: how a metric answers to one parameter; an exploration."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

if TYPE_CHECKING:
    from bot.compose.scan import Done


def scan(
    what: Annotated[
        str, Argument(metavar="PARAM=V1,V2,...", help="A parameter and its values.")
    ],
    repo: Annotated[Path, Option(help="The repository, or a folder in it.")] = Path(),
    base: Annotated[
        str | None, Option(help="What the branch goes into; default: the main branch.")
    ] = None,
    head: Annotated[str, Option(help="What to train.")] = "HEAD",
    policy: Annotated[
        Path | None, Option(help="A policy file instead of the base's own.")
    ] = None,
    mode: Annotated[str, Option(help="Train only these modes: a,b.")] = "",
    stage: Annotated[
        str | None, Option(help="The stage whose parameter it is.")
    ] = None,
    seeds: Annotated[int, Option(help="Seeds of each value, 2 to 20.")] = 4,
    jobs: Annotated[
        int | None, Option(min=1, help="At most this many trials at once.")
    ] = None,
    json: Annotated[
        Path | None, Option(help="Write the result as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Train a branch at several values of one parameter, on the same seeds.

    The parameter is one of the `params` of the policy's stage; the policy's own value
    is what the others are compared with. Nothing is judged: it is an exploration.
    Trials that were finished before are reused.
    """
    from bot.app.local import Request
    from bot.app.scanning import parse
    from bot.cli.calibrate import PilotView
    from bot.cli.emit import require_writable
    from bot.compose.judge import read_policy
    from bot.compose.scan import Scanner

    wish = parse(what, seeds)
    request = Request(
        base=base,
        head=head,
        policy_text=None if policy is None else read_policy(policy),
        policy_source=str(policy or ""),
        modes=tuple(name.strip() for name in mode.split(",") if name.strip()),
        stage=stage,
        ablation=False,
    )
    require_writable(json)
    with Scanner(repo, request, wish, jobs) as scanner:
        with PilotView(what="trials") as counter:
            done = scanner.run(counter.update)
        _show(done, json)


def _show(done: "Done", json: Path | None) -> None:
    """Tables for people; with `--json -` stdout belongs to the JSON alone."""
    import json as json_text

    from bot.cli.calibrate import table
    from bot.cli.emit import STDOUT, write_text
    from bot.cli.screen import clean, out
    from bot.presentation.scan_text import document, grid, headline, sentences

    found, tick = done.scanned, done.scanned.tick
    plain = {
        **document(found.param, found.seeds, found.metrics),
        "stage": done.stage,
        "head": done.commit,
        "machine": done.machine,
        "trials": {"run": tick.ended - tick.reused, "reused": tick.reused},
    }
    text = json_text.dumps(plain, indent=2, allow_nan=False) + "\n"
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
    for sentence in sentences(found.metrics):
        console.print(clean(sentence))
    if json is not None:
        write_text(json, text)
