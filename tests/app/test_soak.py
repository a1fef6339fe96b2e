"""A short soak; `python -m tests.benchmarks.soak` has the long one."""

from pathlib import Path

import pytest

from tests.app.soak import Soaked, Wishes, soak

SHORT = Wishes(seed=5, seconds=20.0, kill_s=(5.0, 9.0))


def test_whatever_happens_in_the_end_every_check_run_is_right(tmp_path: Path) -> None:
    told = soak(tmp_path, SHORT)
    assert told.kills > 0
    assert told.faults > 0
    assert told.mended


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 5))
def test_it_is_so_for_other_seeds(tmp_path: Path, seed: int) -> None:
    told: Soaked = soak(tmp_path, Wishes(seed=seed, seconds=120.0, houses=4))
    assert told.mended
