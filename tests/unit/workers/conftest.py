"""Fixtures of the worker tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench
from workers.launch.folders import recover


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.agent.close()
    recover(tmp_path / "agent")  # what an agent that was killed left in /tmp
