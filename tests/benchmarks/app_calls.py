"""How many calls of GitHub one pull request's life costs, and which."""

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.app.stage import Stage, behaving, staged
from tests.benchmarks.figures import Figures
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until

MOST = 12
TOKEN = "apps/create-installation-access-token"
GRAPHQL = "graphql/minimizeComment"
ROLE = "repos/get-collaborator-permission-level"
"""Asked of a person, and then known for an hour whatever they open; so the first life
alone pays for it, as for tokens."""


def calls(folder: Path, figures: Figures, given: argparse.Namespace) -> None:
    """Opened, blocked, a command, pushed, passed, merged; after the first sweep."""
    with staged(folder, pace=1.0, database=given.database) as stage:
        until(lambda: stage.app_now._sweeps, "the sweep of the start")
        for branch in ("first", "second"):
            done, parts = _life(stage, branch)
            beside = {name: done.pop(name, 0) for name in (TOKEN, ROLE, GRAPHQL)}
            figures.note(f"{branch}: {_told(done)}; besides {_told(beside)}")
            figures.note(f"{branch}: {_told(parts)}")
            figures.at_most(f"REST calls of the {branch} life", done.total(), MOST)


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _life(stage: Stage, branch: str) -> tuple[Counter[str], dict[str, int]]:
    log, parts = stage.fake.gateway.log, dict[str, int]()
    begun = last = len(log)

    def over(what: str) -> None:
        nonlocal last
        stage.quiet()
        parts[what] = len(log) - last
        last = len(log)

    pull = stage.proposes(branch, WORSE)
    stage.concluded(pull.head.sha, "failure")
    over("opened and blocked")
    stage.says(stage.bob, pull, "/gate why")
    over("command")
    _passes(stage, pull, branch)
    over("pushed and passed")
    stage.bob.merges(stage.quick, pull)
    over("merged")
    stage.page(pull)
    return Counter(one.operation for one in log[begun:]), parts


def _passes(stage: Stage, pull: Pull, branch: str) -> None:
    stage.bob.pushes(stage.quick, branch, behaving(f"{branch} again", BETTER))
    stage.concluded(pull.head.sha, "success")
