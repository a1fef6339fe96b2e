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
from workers.cluster.interface import ClusterError
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


def on_ray(address: str, folder: Path, *words: str) -> tuple[int, str]:
    """What `seedgate local` says of a worse branch with this RAY_ADDRESS."""
    repository = build_quick(folder / "repository", branch_behaviour=WORSE)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bot", "local", "--repo", str(repository)),
            *("--base", "main", *words),
        ],
        env={**os.environ, **TOKEN, "RAY_ADDRESS": address}
        | {"SEEDGATE_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr.decode()


def test_a_local_branch_is_judged_on_a_cluster_that_is_there(
    head: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    code, said = on_ray(head, tmp_path, "--json", str(report))
    assert code == 1, said
    assert json.loads(report.read_text())["verdict"] == "block"


def test_a_cluster_that_is_not_there_is_said_before_ray_asks_for_minutes(
    tmp_path: Path,
) -> None:
    code, said = on_ray("127.0.0.1:1", tmp_path)
    assert code == 70
    assert "No Ray answers at 127.0.0.1:1 (Connection refused)" in said
    assert "correct RAY_ADDRESS, or unset it" in said


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("local", None),
        ("ray://ray.lab:10001", None),
        ("ray.lab:6379", ("ray.lab", "6379")),
        ("[fd00::9]:6379", ("fd00::9", "6379")),
    ],
)
def test_only_where_ray_itself_connects_somebody_has_to_listen(
    address: str, place: tuple[str, str] | None
) -> None:
    from workers.cluster.connection import _place

    assert _place(address) == place


@pytest.mark.parametrize("address", ["ray.lab", "::1:6379", ""])
def test_an_address_that_is_none_is_told_with_its_variable(address: str) -> None:
    from workers.cluster.connection import joined

    told = "RAY_ADDRESS.*: correct the variable"
    with pytest.raises(ClusterError, match=told), joined(address):
        pass
