"""What a trial's process finds around it: interpreter, packages, variables.

The variables are an allow-list: nothing of the agent's own environment reaches a trial
but what is named here, so no token, no path of ours and no setting of a scheduler does.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workers.contract import Environment, EnvironmentManager, TrialSpec

_PASSED_ON = ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "ATEN_CPU_CAPABILITY")
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ASK_TIMEOUT_S = 60.0
_NAMED = ("torch", "jax", "tensorflow", "numpy")
_QUESTION = """
import importlib.metadata as metadata, json, platform
found, editable = {}, {}
for one in metadata.distributions():
    name = (one.metadata["Name"] or "").lower().replace("_", "-")
    if name and name not in found:
        found[name] = one.version
        origin = json.loads(one.read_text("direct_url.json") or "{}")
        if origin.get("dir_info", {}).get("editable"):
            editable[name] = origin.get("url", "")
version = platform.python_version()
if platform.python_implementation() != "CPython":
    version = platform.python_implementation() + " " + version
print(json.dumps({"version": version, "packages": found, "editable": editable}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The `python` of trials: its path, what it is in words, and a hash of both.

    `digest` is SHA-256 over its version and every installed distribution. `sources`
    are the folders that packages are imported from although they are not installed
    there (editable installs).
    """

    path: Path
    digest: str
    summary: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialPaths:
    """The folders and the file that a trial is told of."""

    output: Path
    checkpoint: Path
    reported: Path
    temporary: Path


def refusal(environment: Environment) -> str | None:
    """Why this node cannot prepare `environment`, or None if it can."""
    match environment.manager:
        case EnvironmentManager.NONE:
            return None
        case EnvironmentManager.UV | EnvironmentManager.PIP as manager:
            return (
                f"This version cannot prepare environments with {manager}. Set"
                " environment: {manager: none} and start seedgate from the environment"
                " that has the packages."
            )


def programs(environ: Mapping[str, str], executable: str = sys.executable) -> Path:
    """The folder of the interpreter that trials use: the active environment's, or ours.

    So `python` in a policy works without activation.
    """
    for active in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        folder = Path(environ.get(active) or "/nonexistent") / "bin"
        if (folder / "python").exists():
            return folder
    return Path(executable).parent


def node_variables(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables that are the same for every trial; `folder` comes first on PATH."""
    passed = {
        name: value
        for name, value in environ.items()
        if name in _PASSED_ON or name.startswith("LC_")
    }
    if not passed.keys() & {"LANG", "LC_ALL", "LC_CTYPE"}:
        passed["LANG"] = "C.UTF-8"  # or every Python on the way would choose its own
    return passed | {
        "PATH": f"{folder}:{environ.get('PATH') or _PATH}",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    }


def trial_variables(
    node: Mapping[str, str], spec: TrialSpec, paths: TrialPaths, devices: Sequence[str]
) -> dict[str, str]:
    """The whole environment of one trial."""
    threads = str(max(1, int(spec.resources.cpus)))
    return {
        "HOME": str(paths.temporary),
        **node,
        **dict.fromkeys(_THREADS, threads),
        "TMPDIR": str(paths.temporary),
        "CUDA_VISIBLE_DEVICES": ",".join(devices),
        "SEEDGATE_SEED": str(spec.seed),
        "SEEDGATE_MODE": spec.mode,
        "SEEDGATE_STAGE": spec.stage,
        "SEEDGATE_ARM_TREE": spec.tree,
        "SEEDGATE_OUTPUT_DIR": str(paths.output),
        "SEEDGATE_CHECKPOINT_DIR": str(paths.checkpoint),
        "SEEDGATE_METRICS": str(paths.reported),
    }


def describe(folder: Path, variables: Mapping[str, str], empty: Path) -> Interpreter:
    """Ask the interpreter in `folder` what it is; `empty` is a folder to ask it in.

    It sees what a trial's `python` sees, so a user's own site packages count too.
    """
    names = (folder / name for name in ("python", "python3"))
    path = next((name for name in names if name.exists()), Path(sys.executable))
    try:
        answer = subprocess.run(
            [path, "-E", "-c", _QUESTION],
            cwd=empty,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_TIMEOUT_S,
            check=True,
        )
        facts = json.loads(answer.stdout)
        return _interpreter(
            path, facts["version"], facts["packages"], facts["editable"]
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as fault:
        summary = f"{path} cannot be asked for its packages ({type(fault).__name__})"
        return Interpreter(path, _digest([summary]), summary)


def _interpreter(
    path: Path, version: str, packages: Mapping[str, str], editable: Mapping[str, str]
) -> Interpreter:
    lines = sorted(f"{name}=={number}" for name, number in packages.items())
    named = [f"{name} {packages[name]}" for name in _NAMED if name in packages][:1]
    parts = [f"Python {version}", *named, f"{len(packages)} packages"]
    if editable:
        parts.append(f"editable: {', '.join(sorted(editable))}")
    sources = tuple(sorted(_folder(url) for url in editable.values()))
    return Interpreter(path, _digest([version, *lines]), ", ".join(parts), sources)


def _folder(url: str) -> str:
    """The folder that a `file:` URL names."""
    return unquote(urlsplit(url).path)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
