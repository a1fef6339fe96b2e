"""Asking for a look: the request that the probe reads, and how it gets in."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path, PurePath

from workers.contract import ProbeKind, ProbeSpec, TrialSpec

SITE = Path(__file__).with_name("site")
"""What goes first on PYTHONPATH."""

VARIABLE = "SEEDGATE_PROBE"
"""Names the folder of the request, to every process of the trial."""

REQUEST = "request.json"
_PYTHONPATH = "PYTHONPATH"
_ENV = "env"


def prepared(spec: TrialSpec) -> TrialSpec:
    """The trial as it is run where it is looked at.

    One that ends after a few steps shows no metrics and leaves nothing to score. A
    command that sets PYTHONPATH by `env` keeps the probe on it.
    """
    probe = spec.probe
    if probe is None:
        return spec
    spec = dataclasses.replace(spec, argv=through_env(spec.argv))
    if probe.kind is ProbeKind.WATCH:
        return spec
    return dataclasses.replace(spec, metrics=(), scoring=None)


def through_env(argv: tuple[str, ...]) -> tuple[str, ...]:
    """`env PYTHONPATH=src python ..` with our folder in front of `src`."""
    if not argv or PurePath(argv[0]).name != _ENV:
        return argv
    words = list(argv)
    for place, word in enumerate(words[1:], start=1):
        if word.startswith(f"{_PYTHONPATH}="):
            words[place] = f"{_PYTHONPATH}={SITE}:{word.partition('=')[2]}"
        elif "=" not in word and not word.startswith("-"):
            break
    return tuple(words)


def asked(
    spec: TrialSpec, folder: Path, tree: Path, variables: Mapping[str, str]
) -> dict[str, str]:
    """The variables of a trial, with those that start the probe where it is asked for.

    Makes `folder` and writes the request into it; raises OSError. `tree` is the folder
    that the trial works in.
    """
    if spec.probe is None:
        return dict(variables)
    folder.mkdir(parents=True, exist_ok=True)
    request = _request(spec.probe, spec.seed, tree)
    (folder / REQUEST).write_text(json.dumps(request))
    already = variables.get(_PYTHONPATH)
    path = f"{SITE}:{already}" if already else str(SITE)
    return {**variables, _PYTHONPATH: path, VARIABLE: str(folder)}


def _request(probe: ProbeSpec, seed: int, tree: Path) -> dict[str, object]:
    return {
        "kind": str(probe.kind),
        "steps": probe.steps,
        "every": probe.every,
        "lines": dict(probe.lines),
        "seed": seed,
        "tree": str(tree.resolve()),
    }
