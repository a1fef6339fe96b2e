"""Many pull requests at once, against GitHub's limits as GitHub counts them."""

import random
import time
from pathlib import Path

import pytest

from tests.app.stage import Brisk, Stage, behaving, staged
from tests.fakegithub.limits import NO_CAPS, Caps, use_of
from tests.fakegithub.records import Pull
from tests.fakegithub.state import Clock
from tests.samples.quick import BETTER
from tests.waiting import until

PULLS, DEEDS, WRITES = 30, 40, 100
PACE = 10.0
COMMANDS = ("/gate status", "/gate why", "/gate help")


def brisk_clock() -> Clock:
    """A second of GitHub's takes as little as one of the lanes that write there."""
    begun = time.time()
    return Clock(lambda: begun + PACE * (time.time() - begun))


def acts(stage: Stage, pulls: list[Pull], draw: random.Random) -> None:
    """Bob pushes, or says something, on one of them."""
    pull = draw.choice(pulls)
    if draw.random() < 0.3:
        files = behaving(f"step {draw.random()}", BETTER)
        stage.bob.pushes(stage.quick, pull.head.ref, files)
    else:
        stage.bob.comments(stage.quick, pull, draw.choice(COMMANDS))


def written(stage: Stage, seconds: float) -> list[int]:
    """How much was written within each such span of GitHub's time."""
    with stage.town.world.lock:
        log = list(stage.fake.gateway.log)
    uses = [use_of(one.at, one.method, one.operation) for one in log]
    times = [one.at for one in uses if one.content]
    return [sum(at <= other < at + seconds for other in times) for at in times]


@pytest.mark.soak
def test_thirty_busy_pull_requests_are_never_too_much_for_github(
    tmp_path: Path,
) -> None:
    """Soon there is more to say than may be written within a minute."""
    clock, draw = brisk_clock(), random.Random(5)
    with staged(tmp_path, clock=clock, pace=PACE) as stage:
        stage.crew.going.clear()  # what trials say is said in other stories
        pulls = [stage.proposes(f"idea-{n}", BETTER) for n in range(PULLS)]
        for _ in range(DEEDS):
            acts(stage, pulls, draw)
        until(lambda: len(written(stage, 1.0)) > WRITES, "much is written")
        assert max(written(stage, 60.0)) <= Caps().content_minute
        assert stage.fake.limits.violations == []
        over(stage, pulls)


def over(stage: Stage, pulls: list[Pull]) -> None:
    """What was to be counted is counted: the rest need not wait for its turn."""
    stage.fake.limits.caps = NO_CAPS
    stage.app_now.sender._turns = Brisk(1000.0)
    for pull in pulls:
        stage.bob.closes(stage.quick, pull)
    stage.quiet()
    for pull in pulls:
        stage.page(pull)
    for run in list(stage.quick.runs.values()):
        stage.town.reader.read_run(run)
