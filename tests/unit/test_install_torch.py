"""The step that keeps CUDA packages from machines that cannot use them."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy/install_torch.py"


@pytest.fixture
def step() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install_torch", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pin_is_the_one_of_the_constraints(
    step: ModuleType, tmp_path: Path
) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("torchmetrics==1.0\ntorch==2.13.0\nray==2.60.0\n")
    assert step.pinned(constraints) == "torch==2.13.0"


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        (["filelock", "sympy>=1.13"], None),
        (["filelock", 'nvidia-cublas-cu12==12; sys_platform == "linux"'], "nvidia"),
        (["triton==3.5"], "triton"),
        (["cuda-bindings"], "cuda"),
    ],
)
def test_a_wheel_that_needs_cuda_is_recognised(
    step: ModuleType, requirements: list[str], found: str | None
) -> None:
    needs = step.needs_cuda(requirements)
    assert (needs or "").startswith(found or "")
    assert (needs is None) == (found is None)


def test_the_index_of_the_environment_is_asked(
    step: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_INDEX", "file:///wheels")
    assert "file:///wheels" in step.pip("torch")
    monkeypatch.delenv("TORCH_INDEX")
    assert "--index-url" not in step.pip("torch")


def test_asking_for_cuda_by_name_is_enough(
    step: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDGATE_ALLOW_CUDA_TORCH", "1")
    assert step.has_cuda()
