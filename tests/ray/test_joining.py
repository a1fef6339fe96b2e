"""A dispatcher that joins a Ray cluster which somebody else started."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ray.conftest import Desk, kill
from tests.ray.head import TOKEN, standing
from tests.samples.quick import WORSE, build_quick
from tests.waiting import alive, until
from workers.contract import TrialState

pytestmark = pytest.mark.ray


@pytest.fixture
def head() -> Iterator[str]:
    """The address of a running cluster."""
    with standing() as address:
        yield address


@pytest.fixture
def desk(head: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, (head,), TOKEN)
    yield made
    made.close()


def test_the_heir_of_a_killed_dispatcher_ends_the_orphans_on_the_cluster(
    desk: Desk, tmp_path: Path
) -> None:
    first = desk.start()
    desk.ended(desk.want("done", "true"))
    marker = tmp_path / "second"
    script = f"test -e {marker} || {{ touch {marker}; sleep 100; }}"
    key = desk.want("a", "sh", "-c", script)
    orphan = desk.started(key)
    until(marker.exists, "the trial to leave its mark")
    kill(first)
    assert alive(orphan["child"])
    desk.start()
    (trial,) = desk.ended(key)
    assert (trial.state, trial.attempt) == (TrialState.OK, 2)
    assert desk.started(key)["agent"] == orphan["agent"]
    until(lambda: not alive(orphan["child"]), "the orphan to end")
    desk.close()
    until(lambda: not alive(orphan["agent"]), "its agent to end")


def test_a_local_branch_is_judged_on_a_cluster_that_is_there(
    head: str, tmp_path: Path
) -> None:
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bot", "local", "--repo", str(repository)),
            *("--base", "main", "--json", str(report)),
        ],
        env={**os.environ, **TOKEN, "RAY_ADDRESS": head}
        | {"SEEDGATE_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    assert json.loads(report.read_text())["verdict"] == "block"
