"""Stories about what a machine says of itself."""

import os
from pathlib import Path

import pytest

from workers.hardware import (
    Device,
    Roots,
    accelerator_name,
    capability,
    devices,
    processor,
    survey,
    visible,
)

FLAGS = "flags\t\t: fpu sse2 avx2 fma {more}\n"
CPUINFO = (
    "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n"
    + FLAGS.format(more="avx512f avx512bw avx512vl avx512dq")
)
LISTING = """\
GPU 0: NVIDIA H200 (UUID: GPU-aaaa)
GPU 1: NVIDIA H200 (UUID: GPU-bbbb)
  MIG 1g.18gb     Device  0: (UUID: MIG-cccc)
  MIG 1g.18gb     Device  1: (UUID: MIG-dddd)
"""
WHOLE = Device("0", "GPU-aaaa", "NVIDIA H200")
SLICES = (
    Device("1:MIG-cccc", "MIG-cccc", "NVIDIA H200", "MIG 1g.18gb"),
    Device("1:MIG-dddd", "MIG-dddd", "NVIDIA H200", "MIG 1g.18gb"),
)


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    roots = Roots(tmp_path / "proc", tmp_path / "cgroup")
    roots.proc.mkdir()
    roots.cgroup.mkdir()
    (roots.proc / "cpuinfo").write_text(CPUINFO)
    (roots.proc / "meminfo").write_text("MemTotal:       1024 kB\nMemFree: 1 kB\n")
    return roots


def test_a_machine_without_gpus_is_its_processor(roots: Roots) -> None:
    found = survey({"PATH": "/nonexistent"}, roots)
    assert found.hardware_class == "AMD EPYC (family 25 model 17), AVX512"
    assert found.accelerator is None
    assert found.memory_bytes == 1024 * 1024
    assert found.cpus == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("more", "forced", "expected"),
    [
        ("avx512f avx512bw avx512vl avx512dq", "", "AVX512"),
        ("avx512f", "", "AVX2"),
        ("avx512f avx512bw avx512vl avx512dq", "avx2", "AVX2"),
        ("", "default", "DEFAULT"),
    ],
)
def test_the_instruction_set_is_the_one_that_kernels_use(
    more: str, forced: str, expected: str
) -> None:
    assert capability(FLAGS.format(more=more), forced) == expected


def test_a_processor_that_says_nothing_is_named_by_its_kind() -> None:
    assert capability("") == "DEFAULT"
    assert processor("") == os.uname().machine
    assert processor("model name\t: ARM\ncpu family\t: 8\n") == (
        "ARM (family 8 model ?)"
    )


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"cpu.max": "50000 100000\n"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "25000", "cpu/cpu.cfs_period_us": "100000"}, 0.25),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({"memory.max": "2048\n"}, None),
    ],
    ids=["v2", "v1", "v2 without", "v1 without", "memory"],
)
def test_limits_of_a_container_count(
    roots: Roots, files: dict[str, str], cpus: float | None
) -> None:
    for name, text in files.items():
        path = roots.cgroup / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found = survey({"PATH": "/nonexistent"}, roots)
    assert found.cpus == (cpus or len(os.sched_getaffinity(0)))
    assert found.memory_bytes == (2048 if "memory.max" in files else 1024 * 1024)


def test_gpus_and_their_slices_are_listed() -> None:
    assert devices(LISTING, Path("/nonexistent")) == (WHOLE, *SLICES)


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        (None, (WHOLE, *SLICES)),
        ("", ()),
        ("-1", ()),
        ("0", (WHOLE,)),
        ("GPU-aa", (WHOLE,)),
        ("MIG-dddd, MIG-cccc", SLICES[::-1]),
    ],
    ids=str,
)
def test_only_visible_gpus_count(wanted: str | None, seen: tuple[Device, ...]) -> None:
    assert visible((WHOLE, *SLICES), wanted) == seen


def test_a_listing_program_is_asked(roots: Roots, tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat <<'end'\n{LISTING}end\n")
    program.chmod(0o755)
    found = survey({"PATH": f"{tmp_path}:/bin:/usr/bin"}, roots)
    assert len(found.devices) == 3
    assert found.accelerator == "H200"
    assert found.hardware_class.endswith("AVX512; NVIDIA H200; NVIDIA H200 MIG 1g.18gb")


def test_the_drivers_files_serve_where_the_program_does_not(
    roots: Roots, tmp_path: Path
) -> None:
    for number, model in enumerate(("Tesla V100-SXM2-16GB", "NVIDIA A100")):
        place = roots.proc / "driver/nvidia/gpus" / f"0000:0{number}:00.0"
        place.mkdir(parents=True)
        (place / "information").write_text(
            f"Model: \t\t {model}\nIRQ:   \t\t 1\nGPU UUID: \t GPU-{number}\n"
        )
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    found = survey({"PATH": str(tmp_path)}, roots)
    assert found.devices[0] == Device("0", "GPU-0", "Tesla V100-SXM2-16GB")
    assert found.accelerator == "V100"
    assert (
        survey({"PATH": "", "CUDA_VISIBLE_DEVICES": "1"}, roots).accelerator == "A100"
    )


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("NVIDIA H200", "H200"),
        ("NVIDIA A100-SXM4-40GB", "A100"),
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("NVIDIA GeForce RTX 4090", "RTX4090"),
        ("NVIDIA TITAN V", "TITAN-V"),
        ("NVIDIA", "NVIDIA"),
    ],
)
def test_models_have_short_names(model: str, name: str) -> None:
    assert accelerator_name(model) == name
