"""The digits sample on a CUDA device, where there is one (mark `gpu`).

Needs an NVIDIA driver, one GPU, and a torch build with CUDA in the environment.
"""

from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop
from tests.samples.digits.build import FILES, build

pytestmark = pytest.mark.gpu


def test_the_sample_trains_on_its_own_gpu_and_a_refactor_passes(
    tmp_path: Path, lone: Laptop
) -> None:
    build(tmp_path / "digits")
    text = (FILES / ".github/seedgate.yml").read_text()
    policy = tmp_path / "policy.yml"
    policy.write_text(text.replace("{cpus: 1,", "{cpus: 1, gpus: 0.5,"))
    told = lone.run(
        *("local", "--repo", tmp_path / "digits", "--base", "main"),
        *("--head", "refactor", "--policy", policy),
    )
    assert told.code == 0, told.err
    cost = told.report["cost"]
    assert isinstance(cost, dict)
    assert cost["gpu_hours"] > 0
