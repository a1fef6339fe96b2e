"""`seedgate reproduce`: one stored trial, run again and compared with itself."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.app.engine import Pulse
from bot.app.ports import Archive, EvaluationStore, Store, StoredTrial
from bot.app.running import run_all
from bot.domain.errors import UserFault
from bot.domain.plan.whole import digest_of
from bot.domain.repetition import Repetition, repetition
from workers.contract import (
    FINISHED,
    SEED,
    Infra,
    InfraReason,
    Ok,
    TrialResult,
    TrialSpec,
    TrialState,
)

SHORTEST = 8
"""Digits of a key that name a trial; fewer name too many of them in time."""

_HEX = re.compile(r"[0-9a-f]+")
_SHOWN = 12
_LET_GO = (
    "`seedgate serve` lets go of results that nobody used for half a year. Judge the "
    "branch again: what is trained anew can be reproduced."
)


@dataclass(frozen=True, slots=True)
class Reproduced:
    """A stored trial and what its repetition gave.

    `moved` says that it ran on another kind of machine, or with other packages, where
    equal bits were not to be expected.
    """

    trial: StoredTrial
    again: TrialSpec
    result: TrialResult
    found: Repetition
    moved: bool


def named(store: Archive, prefix: str) -> StoredTrial:
    """The one trial whose key begins so; raises `UserFault` where that is not one."""
    wanted = prefix.strip().lower()
    if not _HEX.fullmatch(wanted) or len(wanted) < SHORTEST:
        problem = f"{prefix!r} is no name of a trial."
        mend = f"Give the first {SHORTEST} or more hexadecimal digits of its key; "
        raise UserFault(problem, mend + "reports list them.")
    found = store.begins(wanted)
    if not found:
        problem = f"No trial whose key begins with {wanted} is stored here."
        mend = "Trials are known on the machine (the cache folder) that ran them."
        raise UserFault(problem, mend)
    if len(found) > 1:
        names = ", ".join(one.key[: _longer(found)] for one in found)
        problem = f"{wanted} begins the keys of several trials: {names}."
        raise UserFault(problem, "Give more digits.")
    return found[0]


def _longer(found: Sequence[StoredTrial]) -> int:
    """Digits by which these keys differ."""
    first, last = found[0].key, found[-1].key
    lengths = range(_SHOWN, len(first) + 1)
    return next((n for n in lengths if first[:n] != last[:n]), len(first))


def ended(trial: StoredTrial) -> TrialResult:
    """The result of a trial that ended with one; `UserFault` for any other."""
    if trial.state is TrialState.SUPERSEDED and trial.result is None:
        problem = f"The result of the trial {trial.key[:_SHOWN]} is not kept any more."
        raise UserFault(problem, _LET_GO)
    if trial.result is None or trial.state not in FINISHED:
        problem = f"The trial {trial.key[:_SHOWN]} has no result (it is {trial.state})."
        raise UserFault(problem, "Only a trial that ended can be compared with.")
    return trial.result


def again(trial: StoredTrial, store: EvaluationStore, machine: str) -> TrialSpec:
    """The next repetition of a trial on a machine of this kind.

    Its key is its own, so that no evaluation ever takes it for a fresh trial. One that
    was interrupted goes on; one that ended is followed by the next.
    """
    number = trial.spec.replicate
    while True:
        number += 1
        parts = {"repeats": trial.key, "replicate": number, "machine": machine}
        key = digest_of(parts)
        stored = store.find([key]).get(key)
        if stored is None or stored.state not in FINISHED:
            return _renamed(trial.spec, key, number, machine)


def _renamed(spec: TrialSpec, key: str, replicate: int, machine: str) -> TrialSpec:
    """The trial under another key; a kept checkpoint must not stand in for it."""
    scoring = spec.scoring and dataclasses.replace(spec.scoring, training=key)
    return dataclasses.replace(
        spec, key=key, replicate=replicate, machine=machine, scoring=scoring
    )


def reproduce(
    trial: StoredTrial,
    machine: str,
    store: Store,
    pulse: Pulse,
    watch: Callable[[float], None],
) -> Reproduced:
    """Run a trial again and compare; `watch` gets the seconds since the start.

    Raises `UserFault` where its tree is not to be had any more.
    """
    before, started = ended(trial), pulse.now()
    spec = again(trial, store, machine)

    def look(_stored: Mapping[str, StoredTrial]) -> None:
        watch(pulse.now() - started)

    stored = run_all(f"repeat-{trial.key[:16]}", [spec], store, pulse, look)
    result = stored[spec.key].result
    if result is None:  # it ended, so there is one
        raise KeyError(spec.key)
    _require_objects(trial, result)
    found = repetition(spec.metrics, before, result, others(store, trial))
    moved = trial.spec.machine not in ("", machine)
    return Reproduced(trial, spec, result, found, moved)


def _require_objects(trial: StoredTrial, result: TrialResult) -> None:
    outcome = result.outcome
    if isinstance(outcome, Infra) and outcome.reason is InfraReason.CHECKOUT:
        raise gone(trial, outcome.detail)


def gone(trial: StoredTrial, why: str) -> UserFault:
    """The fault of a trial whose files are not there any more."""
    problem = f"The files of the trial {trial.key[:_SHOWN]} cannot be had: {why}"
    mend = (
        f"Its tree is {trial.spec.tree} in {trial.spec.objects}; judge its branch "
        "again with `seedgate local`, which brings it back."
    )
    return UserFault(problem, mend)


def others(store: Archive, trial: StoredTrial) -> Mapping[str, Sequence[float]]:
    """The values of each metric in stored trials that differ in the seed alone.

    One of each seed, the first replicate: what repeats a trial is no further seed.
    """
    wanted = _like(trial.spec)
    values: dict[str, list[float]] = {}
    seeds: set[int] = set()
    trained = store.trained(trial.spec.tree)
    for one in sorted(trained, key=lambda one: (one.spec.replicate, one.key)):
        result = one.result
        if one.spec.seed in seeds or _like(one.spec) != wanted or result is None:
            continue
        if isinstance(result.outcome, Ok):
            seeds.add(one.spec.seed)
            for name, value in result.metrics.items():
                values.setdefault(name, []).append(value)
    return values


def _like(spec: TrialSpec) -> tuple[object, ...]:
    """What two trials of one arm have in common, whatever their seeds."""
    seed = str(spec.seed)
    argv = tuple(word.replace(seed, f"{{{SEED}}}") for word in spec.argv)
    return spec.tree, spec.mode, spec.stage, spec.machine, argv, spec.metrics
