"""`seedgate replay`: a policy against past results, as if the gate had been there."""

from pathlib import Path
from typing import Annotated

from typer import Option


def replay(
    policy: Annotated[Path, Option(help="The policy file.")],
    runs: Annotated[
        Path, Option(help='Past runs (JSON): {"ARM": [{"val_loss": 3.27, ...}]}.')
    ],
    comparisons: Annotated[
        Path | None,
        Option(help="Which arms to compare (YAML or JSON); default: each arm alone."),
    ] = None,
    json: Annotated[
        Path | None, Option(help="Write the replay as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Judge past results by a policy, look by look, as if the gate had been there.

    Shows where the gate agrees with what was merged, where it would have asked for
    more runs, and how many it would have saved. Exit code 0 whatever it finds.
    """
    from bot.cli.emit import STDOUT, json_of, require_writable, write_text
    from bot.cli.screen import clean, out
    from bot.compose.replay import replay_files
    from bot.presentation.replay_json import replay_document
    from bot.presentation.replay_text import replay_lines

    require_writable(json)
    done, read = replay_files(policy, runs, comparisons)
    document = replay_document(done, read.sha256)
    text = json_of(document)
    if json == STDOUT:
        out().file.write(text)
        return
    for line in replay_lines(done):
        out().print(clean(line))
    if json is not None:
        write_text(json, text)
