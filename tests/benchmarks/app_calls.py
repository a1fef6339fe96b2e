"""How many calls of GitHub one pull request's life costs, and which.

The goal is for REST calls about the pull request. What comes beside is printed in rows
of its own: calls that many lives share, and those that are not REST. Fetches of git are
in neither: they are no calls of the API.
"""

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.app.stage import Stage, behaving, staged
from tests.benchmarks.figures import Figures
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until

MOST = 12
SLOW_S = 3.0
"""Seconds of a trial of the slow life."""
BESIDE = {
    "apps/create-installation-access-token": "tokens, each good for about an hour",
    "repos/get-collaborator-permission-level": "roles of people, known for an hour",
    "graphql/minimizeComment": "GraphQL, to fold a comment that called",
}
"""The first two are shared by all lives within that hour: the first one pays."""


def calls(folder: Path, figures: Figures, given: argparse.Namespace) -> None:
    """Opened, blocked, a command, pushed, passed, merged; after the first sweep.

    The trials of the slow life take long enough for progress to be shown once of each
    of its two evaluations, before there is a verdict.
    """
    with staged(folder, pace=1.0, database=given.database) as stage:
        until(lambda: stage.app_now.swept, "the sweep of the start")
        for branch, seconds in (("first", 0.0), ("second", 0.0), ("slow", SLOW_S)):
            done, parts = _life(stage, branch, seconds)
            beside = {told: done.pop(name, 0) for name, told in BESIDE.items()}
            figures.note(f"{branch}: {_told(done)}")
            figures.note(
                f"{branch}, by what was done, with those beside: {_told(parts)}"
            )
            figures.at_most(f"REST calls of the {branch} life", done.total(), MOST)
            for told, count in beside.items():
                figures.note(f"beside them, {told}: {count}")
            every = done.total() + sum(beside.values())
            figures.note(f"all calls of the {branch} life: {every}")


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _life(
    stage: Stage, branch: str, seconds: float
) -> tuple[Counter[str], dict[str, int]]:
    log, parts = stage.fake.gateway.log, dict[str, int]()
    begun = last = len(log)

    def over(what: str) -> None:
        nonlocal last
        stage.quiet()
        parts[what] = len(log) - last
        last = len(log)

    pull = stage.proposes(branch, replace(WORSE, seconds=seconds))
    stage.concluded(pull.head.sha, "failure")
    over("opened and blocked")
    stage.says(stage.bob, pull, "/gate why")
    over("command")
    _passes(stage, pull, branch, seconds)
    over("pushed and passed")
    stage.bob.merges(stage.quick, pull)
    over("merged")
    stage.page(pull)
    return Counter(one.operation for one in log[begun:]), parts


def _passes(stage: Stage, pull: Pull, branch: str, seconds: float) -> None:
    better = replace(BETTER, seconds=seconds)
    stage.bob.pushes(stage.quick, branch, behaving(f"{branch} again", better))
    stage.concluded(pull.head.sha, "success")
