"""What this machine is, as far as it can change results or hold trials.

Nothing here imports torch: the facts come from /proc, the control groups and
`nvidia-smi`.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SMI_TIMEOUT_S = 30.0
_AVX512 = frozenset({"avx512f", "avx512bw", "avx512vl", "avx512dq", "fma"})
_AVX2 = frozenset({"avx2", "fma"})
_GPU = re.compile(r"GPU (\d+): (.+?) \(UUID: (.+?)\)")
_MIG = re.compile(r"\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (.+?)\)")
_VENDOR_WORDS = frozenset({"NVIDIA", "Tesla", "GeForce", "Quadro"})


@dataclass(frozen=True, slots=True)
class Device:
    """One GPU or MIG slice: its number and UUID, its model, its profile if a slice."""

    index: str
    uuid: str
    model: str
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machine. `processor` and `capability` decide the bits of CPU results."""

    processor: str
    capability: str
    cpus: float
    memory_bytes: int
    devices: tuple[Device, ...]

    @property
    def hardware_class(self) -> str:
        """One line, equal on machines whose results may be compared.

        The thread count is part of a trial's reservation, not of the machine.
        """
        kinds = sorted({f"{d.model} {d.profile}".strip() for d in self.devices})
        return "; ".join([f"{self.processor}, {self.capability}", *kinds])

    @property
    def accelerator(self) -> str | None:
        """The short name of the GPU model, such as H100; None without a GPU."""
        return accelerator_name(self.devices[0].model) if self.devices else None


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the kernel's files are; tests put their own there."""

    proc: Path = Path("/proc")
    cgroup: Path = Path("/sys/fs/cgroup")


def survey(environ: Mapping[str, str], roots: Roots = Roots()) -> Hardware:
    """Look at this machine; `environ` may narrow its GPUs and its instruction set."""
    information = _text(roots.proc / "cpuinfo")
    return Hardware(
        processor=processor(information),
        capability=capability(information, environ.get("ATEN_CPU_CAPABILITY", "")),
        cpus=_cpus(roots.cgroup),
        memory_bytes=_memory(roots),
        devices=visible(
            devices(_smi(environ), roots.proc), environ.get("CUDA_VISIBLE_DEVICES")
        ),
    )


def processor(information: str) -> str:
    """The processor's name from the text of /proc/cpuinfo, family and model added.

    Virtual machines often hide the name; family and model still tell kinds apart.
    """
    facts = dict(re.findall(r"^([^:\t]+?)\s*: (.*)$", information, re.MULTILINE))
    name = facts.get("model name") or facts.get("Model") or platform.machine()
    if "cpu family" not in facts:
        return name
    return f"{name} (family {facts['cpu family']} model {facts.get('model', '?')})"


def capability(information: str, forced: str = "") -> str:
    """The instruction set that ATen's kernels will use: AVX512, AVX2 or DEFAULT."""
    if forced:
        return forced.upper()
    match = re.search(r"^flags\s*: (.*)$", information, re.MULTILINE)
    flags = frozenset(match[1].split()) if match else frozenset()
    if flags >= _AVX512:
        return "AVX512"
    return "AVX2" if flags >= _AVX2 else "DEFAULT"


def devices(listing: str, proc: Path) -> tuple[Device, ...]:
    """GPUs and MIG slices from `nvidia-smi -L`, or from the driver's own files."""
    found: list[Device] = []
    for line in listing.splitlines():
        if gpu := _GPU.match(line):
            found.append(Device(gpu[1], gpu[3], gpu[2]))
        elif (mig := _MIG.match(line)) and found:
            card = found[-1]
            index = f"{card.index.partition(':')[0]}:{mig[2]}"
            found.append(Device(index, mig[2], card.model, f"MIG {mig[1]}"))
    sliced = {d.index.partition(":")[0] for d in found if d.profile}
    whole = tuple(d for d in found if d.profile or d.index not in sliced)
    return whole or _from_driver(proc)


def _from_driver(proc: Path) -> tuple[Device, ...]:
    texts = [
        _text(path) for path in sorted(proc.glob("driver/nvidia/gpus/*/information"))
    ]
    line = re.compile(r"^([^:]+):\s*(.*?)\s*$", re.MULTILINE)
    facts = [dict(line.findall(text)) for text in texts]
    return tuple(
        Device(str(index), fact.get("GPU UUID", ""), fact.get("Model", "GPU"))
        for index, fact in enumerate(facts)
    )


def visible(found: Sequence[Device], wanted: str | None) -> tuple[Device, ...]:
    """Those of `found` that CUDA_VISIBLE_DEVICES lets through (None: all)."""
    if wanted is None:
        return tuple(found)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    return tuple(
        device
        for name in names
        for device in found
        if name == device.index or (len(name) > 4 and device.uuid.startswith(name))  # noqa: PLR2004
    )


def accelerator_name(model: str) -> str:
    """A model's short name: "NVIDIA A100-SXM4-40GB" is an A100."""
    words = [word for word in model.split() if word not in _VENDOR_WORDS]
    numbered = [at for at, word in enumerate(words) if re.search(r"\d", word)]
    if not numbered:
        return "-".join(words) or model
    name = words[numbered[0]].partition("-")[0]
    return name if not name.isdigit() else "".join(words[: numbered[0]]) + name


def _smi(environ: Mapping[str, str]) -> str:
    program = shutil.which("nvidia-smi", path=environ.get("PATH"))
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, "-L"], capture_output=True, timeout=_SMI_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")


def _cpus(cgroup: Path) -> float:
    """CPUs that this process may use, in whole and in shares of time."""
    allowed = float(len(os.sched_getaffinity(0)))
    quota, _, period = _text(cgroup / "cpu.max").strip().partition(" ")
    if not period:
        quota = _text(cgroup / "cpu" / "cpu.cfs_quota_us").strip()
        period = _text(cgroup / "cpu" / "cpu.cfs_period_us").strip()
    if quota.isdigit() and period.isdigit() and int(period):
        return min(allowed, int(quota) / int(period))
    return allowed


def _memory(roots: Roots) -> int:
    """Bytes of memory that this machine, or its control group, has."""
    match = re.search(
        r"^MemTotal:\s+(\d+) kB", _text(roots.proc / "meminfo"), re.MULTILINE
    )
    total = int(match[1]) * 1024 if match else 0
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = _text(roots.cgroup / name).strip()
        if limit.isdigit():
            return min(total, int(limit))
    return total


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
