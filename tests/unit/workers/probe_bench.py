"""A bench for probes: scenarios run beside one another, and what was said of each."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workers.contract import CheckSeen, ProbeKind, ProbeSpec, StepSeen, TrialSpec
from workers.probe.asking import asked
from workers.probe.files import read
from workers.probe.records import Told

SCRIPT = Path(__file__).with_name("probe_scenarios.py")
DEADLINE_S = 240.0


def order() -> list[str]:
    """The scenarios in the order of their ranks, read without importing torch."""
    for node in ast.parse(SCRIPT.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            names = [one.id for one in node.value.elts if isinstance(one, ast.Name)]
            if names:
                return names
    raise AssertionError("no SCENARIOS")


def spec(probe: ProbeSpec | None, *argv: str, seed: int = 7) -> TrialSpec:
    return TrialSpec("k", "", "t", "branch", "m", "fast", seed, argv, (), probe=probe)


def environment(
    probe: ProbeSpec, folder: Path, tree: Path, **more: str
) -> dict[str, str]:
    plain = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", **more}
    return asked(spec(probe, "python"), folder / "probe", tree, plain)


@dataclass(frozen=True)
class Heard:
    """What was said of scenarios, by name, and all that they printed."""

    told: Mapping[str, Told]
    output: str

    def steps(self, name: str) -> list[StepSeen]:
        return self.told[name].steps

    def checks(self, name: str) -> Mapping[str, CheckSeen]:
        return {str(one.check): one for one in self.told[name].checks}


class Scenarios:
    """Scenarios under one kind of probe, on their way."""

    def __init__(self, probe: ProbeSpec, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *names],
            env=environment(probe, folder, SCRIPT.parent),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def heard(self) -> Heard:
        output, _ = self._process.communicate(timeout=DEADLINE_S)
        assert self._process.returncode == 0, f"{self._process.returncode}: {output}"
        names = order()
        processes = read(self._folder / "probe").processes
        told = {names[one.rank]: one for one in processes if one.rank is not None}
        return Heard(told, output)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def running(
    kind: ProbeKind,
    folder: Path,
    names: Sequence[str],
    *,
    every: int = 1,
    steps: int = 6,
) -> Iterator[Scenarios]:
    scenarios = Scenarios(ProbeSpec(kind, steps, every), folder, names)
    try:
        yield scenarios
    finally:
        scenarios.stop()
