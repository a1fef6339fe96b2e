"""Install torch so that a machine without CUDA never pulls the CUDA packages.

pip takes whatever build its configured indexes offer. This asks pip first (a dry run
that downloads at most metadata) and refuses a CUDA build where there is no NVIDIA
driver, because that would be gigabytes for nothing. TORCH_INDEX names another index.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REFUSED = """\
pip would install a CUDA build of torch ({name}, needs {needs}), and this machine has no
NVIDIA driver. Set TORCH_INDEX to the address of the index with PyTorch's CPU wheels
(the "Start locally" page of PyTorch names it) and run the same command again, or set
SEEDGATE_ALLOW_CUDA_TORCH=1 if you want the CUDA build here."""


def pinned(constraints: Path) -> str:
    """The requirement `torch==X` from the constraints file."""
    lines = constraints.read_text().splitlines()
    return next(line.strip() for line in lines if line.startswith("torch=="))


def pip(*arguments: str) -> list[str]:
    """A pip command line that looks at TORCH_INDEX if it is set."""
    index = os.environ.get("TORCH_INDEX")
    return [
        *(sys.executable, "-m", "pip", "install", "--quiet"),
        "--disable-pip-version-check",
        *(["--index-url", index] if index else []),
        *arguments,
    ]


def planned(requirement: str) -> dict[str, list[str]]:
    """What pip would install for torch itself: file name to its requirements."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        options = ("--dry-run", "--no-deps", "--report", str(report))
        subprocess.run(pip(*options, requirement), check=True)
        installs = json.loads(report.read_text())["install"]
    return {
        Path(item["download_info"]["url"]).name: item["metadata"].get(
            "requires_dist", []
        )
        for item in installs
    }


def has_cuda() -> bool:
    """Whether an NVIDIA driver is present or the CUDA build is asked for."""
    asked = os.environ.get("SEEDGATE_ALLOW_CUDA_TORCH") == "1"
    return asked or shutil.which("nvidia-smi") is not None


def needs_cuda(requirements: list[str]) -> str | None:
    """The first CUDA package among a wheel's requirements."""
    heavy = ("nvidia-", "cuda-", "triton")
    return next((item for item in requirements if item.startswith(heavy)), None)


def main() -> int:
    """Refuse a pointless CUDA build, else install; 64 with a sentence on refusal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--constraints", type=Path, required=True)
    options = parser.parse_args()
    requirement = pinned(options.constraints)
    if not has_cuda():
        for name, requirements in planned(requirement).items():
            if needs := needs_cuda(requirements):
                print(REFUSED.format(name=name, needs=needs), file=sys.stderr)
                return 64
    command = pip("--constraint", str(options.constraints), requirement)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
