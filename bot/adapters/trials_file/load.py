"""A trials file read and checked: whose results they are, arm by arm."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.trials_file.document import read
from bot.adapters.trials_file.rows import Row, observe, trial
from bot.adapters.trials_file.text import File, NotEstimable, parse
from bot.domain import arms
from bot.domain.errors import UserFault
from bot.domain.judgement import Given
from bot.domain.judgement.changes import ChangeArms
from bot.domain.policy import Mode, Policy, Stage, StageKind
from bot.domain.trials import Observation, Trial

Rows = tuple[Row, ...]
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class TrialsFile:
    """What a trials file says: whose results they are, and the rows of each arm.

    `order` lists the changes that have an arm. `not_estimable` says by change why there
    is none without it; `titles` are the changes' titles.
    """

    mode: str
    stage: str
    rows: Mapping[str, Rows]
    looks_made: tuple[int, ...] | None
    sha256: str
    order: tuple[str, ...] = ()
    not_estimable: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

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

        A row without a finite number for a metric of the mode, or for a slice of one,
        is a failed trial, by name: nothing is averaged around it.
        """
        baseline = self._arm(arms.Baseline(), mode)
        return Given(baseline, self._arm(arms.Branch(), mode), self.looks_made)

    def changes(self, mode: Mode) -> ChangeArms:
        """The arms of an ablation, with both arms that they are compared with."""
        known = [arms.parse(name) for name in self.rows]
        left_out = [one for one in known if isinstance(one, arms.Without)]
        alone = [one for one in known if isinstance(one, arms.Only)]
        return ChangeArms(
            full=self._arm(arms.Branch(), mode),
            baseline=self._arm(arms.Baseline(), mode),
            without={one.change: self._arm(one, mode) for one in left_out},
            only={one.change: self._arm(one, mode) for one in alone},
            not_estimable=self.not_estimable,
            titles=self.titles,
            order=self.order,
            looks_made=self.looks_made,
        )

    def trials(self, mode: Mode) -> tuple[Trial, ...]:
        """The rows of all arms as trials, for the report."""
        needed = _needed(mode)
        known = [(arms.parse(name), rows) for name, rows in self.rows.items()]
        return tuple(
            trial(row, observe(row, needed), arm, (self.mode, self.stage, position))
            for arm, rows in known
            if arm is not None
            for position, row in enumerate(rows)
        )

    def _arm(self, arm: arms.Arm, mode: Mode) -> tuple[Observation, ...]:
        needed = _needed(mode)
        return tuple(observe(row, needed) for row in self.rows.get(arms.label(arm), ()))


def _needed(mode: Mode) -> tuple[str, ...]:
    return tuple(
        name for metric in mode.metrics for name in (metric.name, *metric.slice_names)
    )


def load_trials(path: Path) -> TrialsFile:
    """Read and check a trials file; `UserFault` for the first thing that is wrong."""
    text = read(path, "trials file", "--trials")
    file = parse(text, path)
    for name in file.arms:
        _require_known(name, path)
    rows = {
        name: tuple(one) for name, one in file.arms.items() if isinstance(one, list)
    }
    for name, many in rows.items():
        _require_sound(name, many, path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    _require_titled(file, path)
    return TrialsFile(
        mode=file.mode,
        stage=file.stage,
        rows=rows,
        looks_made=_looks_made(file, path, rows),
        sha256=digest,
        order=_changes(file),
        not_estimable=_not_estimable(file, path),
        titles=dict(file.titles),
    )


def _looks_made(
    file: File, path: Path, rows: Mapping[str, Rows]
) -> tuple[int, ...] | None:
    """The looks made before, each once and in order; none beyond the rows."""
    if not file.looks_made:
        return None if file.looks_made is None else ()
    least, most = min(file.looks_made), max(file.looks_made)
    if least < 1:
        problem = f"{path}: `looks_made` has a look at {least} seeds."
        raise UserFault(problem, "A look is at one seed per arm or more.")
    given = max((len(many) for many in rows.values()), default=0)
    if most > given:  # who looked at more trials has left some out
        problem = (
            f"{path}: `looks_made` has a look at {most} seeds, and no arm has more "
            f"than {given} trials."
        )
        raise UserFault(problem, "Give every trial that was looked at, or mend it.")
    return tuple(sorted(set(file.looks_made)))


def _require_known(name: str, path: Path) -> None:
    match arms.parse(name):
        case arms.Baseline() | arms.Branch() | arms.Without() | arms.Only():
            return
        case arms.Anchor() | arms.Original() | arms.Reference():
            problem = f"{path}: the arm `{name}` is not judged from a file."
            mend = "Give its trials as `baseline` to compare with it."
            raise UserFault(problem, mend)
        case None:
            problem = f"{path}: there is no arm called {_short(name)}."
            mend = (
                "Arms are `baseline`, `branch`, and for a change `without:CHANGE` and "
                f"`only:CHANGE`; {arms.CHANGE_RULE}."
            )
            raise UserFault(problem, mend)


def _short(name: str) -> str:
    """A name as it is written, cut where it would fill the screen."""
    return repr(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}...")


def _require_sound(arm: str, rows: Rows, path: Path) -> None:
    seeds = [row.seed for row in rows if row.seed is not None]
    doubled = sorted(seed for seed, count in Counter(seeds).items() if count > 1)
    if doubled:
        problem = f"{path}: the arm `{arm}` lists seed {doubled[0]} more than once."
        raise UserFault(problem, "A trial is one run of one seed: keep one of them.")
    for index, row in enumerate(rows):
        if (row.metrics is None) == (row.failed is None):
            problem = f"{path}: trial {index} of `{arm}` needs `metrics` or `failed`."
            raise UserFault(problem, "Give exactly one of the two.")


def _not_estimable(file: File, path: Path) -> dict[str, str]:
    """By change why there is no arm without it; other arms are simply left out."""
    found = {}
    for name, one in file.arms.items():
        arm = arms.parse(name)
        if not isinstance(one, NotEstimable):
            continue
        if not isinstance(arm, arms.Without):
            problem = f"{path}: the arm `{name}` cannot be `not_estimable`."
            raise UserFault(problem, "Give a list of trials, or leave the arm out.")
        found[arm.change] = one.not_estimable
    return found


def _changes(file: File) -> tuple[str, ...]:
    """Every change that has an arm, in the order of the file."""
    known = map(arms.parse, file.arms)
    found = [one.change for one in known if isinstance(one, arms.Without | arms.Only)]
    return tuple(dict.fromkeys(found))


def _require_titled(file: File, path: Path) -> None:
    """Refuse the title of a change that has no arm: one of the two is a slip."""
    for change in file.titles:
        if change not in _changes(file):
            problem = f"{path}: `titles` names the change {change!r}, which has no arm."
            raise UserFault(problem, f"Add `without:{change}`, or remove the title.")
