"""The trials file of `seedgate judge`: JSON text in, observations out."""

import hashlib
import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain import arms
from bot.domain.arms import Arm
from bot.domain.errors import UserFault
from bot.domain.judgement import Given
from bot.domain.policy import Mode, Policy, Stage, StageKind
from bot.domain.trials import Crashed, Measured, Observation, Trial
from workers.contract import Failed, FailureReason, Ok, TrialResult, TrialState

Number = float | int | str | bool | None
LARGEST_FILE = 64 * 1024 * 1024
MISSING = "missing_metric"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=True)

    seed: int | None = None
    metrics: dict[str, Number] | None = None
    failed: str | None = None
    digest: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=True)

    mode: str
    stage: str
    arms: dict[str, list[_Row]]
    looks_made: list[int] | None = Field(default=None)


@dataclass(frozen=True, slots=True)
class TrialsFile:
    """What a trials file says: whose results they are, and the rows of each arm."""

    mode: str
    stage: str
    rows: dict[str, tuple[_Row, ...]]
    looks_made: tuple[int, ...] | None
    sha256: str

    def place(self, policy: Policy) -> tuple[Mode, Stage]:
        """The policy's own mode and stage; `UserFault` if it has none of that name."""
        mode, stage = policy.mode(self.mode), policy.stage(self.stage)
        if mode is None:
            names = ", ".join(one.name for one in policy.modes)
            problem = f"The trials are of mode `{self.mode}`, which the policy has not."
            raise UserFault(problem, f"Modes: {names}.")
        if stage is None or stage.kind is not StageKind.TRAINING:
            names = ", ".join(one.name for one in policy.stages)
            problem = f"The policy has no training stage `{self.stage}`."
            raise UserFault(problem, f"Stages: {names}.")
        return mode, stage

    def given(self, mode: Mode) -> Given:
        """Both arms as observations.

        A row without a finite number for a metric of the mode is a failed trial, by
        name: nothing is averaged around it.
        """
        needed = tuple(metric.name for metric in mode.metrics)
        baseline, branch = (
            tuple(_observe(row, needed) for row in self.rows.get(name, ()))
            for name in (arms.BASELINE, arms.BRANCH)
        )
        return Given(baseline, branch, self.looks_made)

    def trials(self, mode: Mode) -> tuple[Trial, ...]:
        """The rows as trials, for the report."""
        given = self.given(mode)
        both = ((arms.Baseline(), given.baseline), (arms.Branch(), given.branch))
        return tuple(
            _trial(self, arm, position, one)
            for arm, many in both
            for position, one in enumerate(many)
        )


def _trial(file: TrialsFile, arm: Arm, position: int, one: Observation) -> Trial:
    state, result = _end(one)
    return Trial(
        key="",
        arm=arm,
        mode=file.mode,
        stage=file.stage,
        seed=one.seed,
        position=position,
        state=state,
        result=result,
        cached=True,
    )


def _end(one: Observation) -> tuple[TrialState, TrialResult]:
    match one:
        case Measured(metrics=metrics):
            return TrialState.OK, TrialResult(Ok(), metrics)
        case Crashed(reason=reason, detail=detail, metric=metric):
            failed = Failed(_reason(reason), detail or reason, metric)
            return TrialState.FAILED, TrialResult(failed)


def _reason(word: str) -> FailureReason:
    """The failure that a word names: `nan` is a NaN metric; unknown is an exception."""
    known = {str(one): one for one in FailureReason}
    return known.get(word) or known.get(f"{word}_metric") or FailureReason.EXCEPTION


def load_trials(path: Path) -> TrialsFile:
    """Read and check a trials file; every fault in one `UserFault`."""
    text = _read(path)
    file = _parse(text, path)
    for name in file.arms:
        _require_known(name, path)
    rows = {name: tuple(many) for name, many in file.arms.items()}
    for name, many in rows.items():
        _require_sound(name, many, path)
    if file.looks_made and min(file.looks_made) < 1:
        problem = f"{path}: `looks_made` has a look at {min(file.looks_made)} seeds."
        raise UserFault(problem, "A look is at one seed per arm or more.")
    made = None if file.looks_made is None else tuple(sorted(set(file.looks_made)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return TrialsFile(file.mode, file.stage, rows, made, digest)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UserFault(f"{path} is larger than 64 MiB.", "Leave out the curves.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserFault(f"There is no trials file {path}.", "Check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        problem = f"The trials file {path} cannot be read: {error}."
        raise UserFault(problem, "Give a readable file with UTF-8 text.") from None


def _parse(text: str, path: Path) -> _File:
    try:
        return _File.model_validate(json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        problem = f"{path} is not JSON: {error}."
        raise UserFault(problem, "Mend the file at that place.") from None
    except ValidationError as error:
        lines = "; ".join(_sentence(dict(one)) for one in error.errors()[:10])
        problem = f"{path} is not a trials file: {lines}."
        mend = (
            'It should look like {"mode": M, "stage": S, "arms": {"baseline": '
            '[{"seed": 1, "metrics": {"loss": 2.1}}], "branch": [...]}}.'
        )
        raise UserFault(problem, mend) from None
    except ValueError as error:  # such as an integer of thousands of digits
        problem = f"{path} has a number that cannot be read: {error}."
        raise UserFault(problem, "Write numbers as JSON does: 2.1, 3e-4.") from None


def _sentence(error: dict[str, object]) -> str:
    place = error.get("loc")
    where = ".".join(str(one) for one in place) if isinstance(place, tuple) else ""
    return f"{where or 'the whole'}: {error.get('msg')}"


def _require_known(name: str, path: Path) -> None:
    match arms.parse(name):
        case arms.Baseline() | arms.Branch():
            return
        case arms.Without() | arms.Only():
            problem = f"{path}: the arm `{name}` belongs to an ablation."
            mend = "This version judges `baseline` and `branch`: remove that arm."
            raise UserFault(problem, mend)
        case None:
            problem = f"{path}: there is no arm called `{name}`."
            raise UserFault(problem, "Arms are `baseline` and `branch`.")


def _require_sound(arm: str, rows: tuple[_Row, ...], path: Path) -> None:
    seeds = [row.seed for row in rows if row.seed is not None]
    doubled = sorted(seed for seed, count in Counter(seeds).items() if count > 1)
    if doubled:
        problem = f"{path}: the arm `{arm}` lists seed {doubled[0]} more than once."
        raise UserFault(problem, "A trial is one run of one seed: keep one of them.")
    for index, row in enumerate(rows):
        if (row.metrics is None) == (row.failed is None):
            problem = f"{path}: trial {index} of `{arm}` needs `metrics` or `failed`."
            raise UserFault(problem, "Give exactly one of the two.")


def _observe(row: _Row, needed: tuple[str, ...]) -> Observation:
    if row.metrics is None:
        return Crashed(row.seed, row.failed or "failed")
    for name in needed:
        fault = _fault(name, row.metrics.get(name))
        if fault is not None:
            return Crashed(row.seed, fault[0], fault[1], name)
    numbers = {name: _float(value) for name, value in row.metrics.items()}
    finite = {name: one for name, one in numbers.items() if math.isfinite(one)}
    return Measured(row.seed, finite, row.digest)


def _float(value: Number) -> float:
    """The number as a float; NaN for what is none, infinity for what is too large."""
    if isinstance(value, bool | str | None):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _fault(name: str, value: Number) -> tuple[str, str] | None:
    if value is None:
        return MISSING, f"`{name}` is missing"
    if isinstance(value, bool | str):
        return "unparsable_metric", f"`{name}` is {value!r}, not a number"
    number = _float(value)
    if math.isnan(number):
        return "nan_metric", f"`{name}` is NaN"
    if math.isinf(number):
        return "infinite_metric", f"`{name}` is infinite"
    return None
