"""A short soak; `python -m tests.benchmarks.soak` has the long one."""

from pathlib import Path

import pytest

from tests.app.soak import Wishes, soak

SHORT = Wishes(seed=5, seconds=20.0, houses=3, a_second=2.0, kill_s=(1.5, 4.0))


@pytest.mark.long
def test_whatever_happens_in_the_end_every_check_run_is_right(tmp_path: Path) -> None:
    told = soak(tmp_path, SHORT)
    print("\n".join(told.lines()))
    assert told.kills["crew"]  # the App is killed at the end of every storm, too
    assert told.faults
    assert told.git_faults
    assert told.mended


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 5))
def test_it_is_so_for_other_seeds(tmp_path: Path, seed: int) -> None:
    told = soak(tmp_path, Wishes(seed=seed, seconds=120.0, houses=4))
    print("\n".join(told.lines()))
    assert told.mended
