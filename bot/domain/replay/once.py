"""One comparison replayed look by look, as if the gate had asked for each run."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import UserFault
from bot.domain.policy import Mode, Stage
from bot.domain.replay.changes import Part, judged_changes, parts_of
from bot.domain.replay.machines import mixes
from bot.domain.replay.runs import Comparison, Run, Runs
from bot.domain.replay.sides import (
    Rules,
    Sides,
    alone,
    fair,
    judge,
    judge_at_once,
    sides_of,
)
from bot.domain.trials import Crashed
from bot.domain.verdict import ChangeVerdict, Finding, ModeVerdict, Ruling, worst


@dataclass(frozen=True, slots=True)
class Replayed:
    """One comparison as the gate would have judged it.

    `verdict` is None where nothing fair could be judged. `state` is the answer: with
    anything in `mixed` it never passes. `left_out` are metrics that were not judged,
    because there is no baseline or their runs are mixed. `given` counts the runs of
    the comparison's arms, `used` those that the gate would have made. `more` are the
    least and the most runs (of both arms) that it would have asked for beside those
    that are there; None where it came to its own end. `at_once` is what one single test
    of all runs says, as it is done where nobody looks earlier. `failed` is the first
    run that failed, of the branch if any did there.
    """

    comparison: Comparison
    verdict: ModeVerdict | None
    state: Ruling
    mixed: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()
    given: int = 0
    used: int = 0
    more: tuple[int, int] | None = None
    at_once: Ruling | None = None
    failed: Crashed | None = None
    parts: tuple[Part, ...] = ()
    changes: tuple[ChangeVerdict, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether the gate came to its own end on runs that it may compare."""
        return self.more is None and not self.mixed

    @property
    def saved(self) -> int:
        """Runs that were made and that the gate would not have asked for."""
        return self.given - self.used if self.decided else 0

    @property
    def agrees(self) -> bool | None:
        """Whether the gate did what was done; None where either is not known.

        What the gate does not pass it does not merge.
        """
        return self._as_done(self.state) if self.decided else None

    @property
    def agrees_at_once(self) -> bool | None:
        """The same of one single test of all runs."""
        return None if self.at_once is None else self._as_done(self.at_once)

    def _as_done(self, state: Ruling) -> bool | None:
        if self.comparison.merged is None:
            return None
        return (state is Ruling.PASS) is self.comparison.merged


def replay_one(rules: Rules, comparison: Comparison, runs: Runs) -> Replayed:
    """Judge one comparison at every look of the stage that its runs reach.

    Raises UserFault if no metric of the mode can be judged without a baseline.
    """
    arms = _arms(comparison, runs)
    mixed = mixes(rules.mode, rules.reading, arms)
    mode = fair(_answerable(rules.mode, comparison), mixed)
    base = Replayed(
        comparison,
        None,
        Ruling.UNDECIDED,
        mixed=tuple(one.finding for one in mixed),
        left_out=_left_out(rules.mode, mode),
        given=sum(len(many) for many in arms.values()),
    )
    if not mode.metrics:
        return base
    sides = sides_of(mode, arms)
    base = dataclasses.replace(base, failed=_first_failed(sides))
    verdict = judge(rules, mode, sides)
    if mixed:
        state = Ruling.BLOCK if verdict.state is Ruling.BLOCK else Ruling.UNDECIDED
        return dataclasses.replace(base, verdict=verdict, state=state)
    whole = _ended(base, verdict, rules.stage, sides)
    whole = dataclasses.replace(whole, at_once=judge_at_once(rules, mode, sides).state)
    if not comparison.without:
        return whole
    return _with_changes(whole, rules, (mode, sides), runs)


def _arms(comparison: Comparison, runs: Runs) -> Mapping[str, Sequence[Run]]:
    branch = {"branch": runs[comparison.branch]}
    if comparison.baseline is None:
        return branch
    return {"baseline": runs[comparison.baseline], **branch}


def _answerable(mode: Mode, comparison: Comparison) -> Mode:
    """The mode without what needs a baseline, where there is none."""
    if comparison.baseline is not None:
        return mode
    kept = alone(mode)
    if kept.metrics:
        return kept
    problem = (
        f"`{comparison.name}` has no baseline, and every metric of the mode "
        f"`{mode.name}` is compared with one."
    )
    raise UserFault(problem, "Name the arm to compare with as `baseline`.")


def _left_out(whole: Mode, kept: Mode) -> tuple[str, ...]:
    names = {one.name for one in kept.metrics}
    return tuple(one.name for one in whole.metrics if one.name not in names)


def _first_failed(sides: Sides) -> Crashed | None:
    every = (one for arm in (sides.branch, sides.baseline) for one in arm)
    return next((one for one in every if isinstance(one, Crashed)), None)


def _ended(
    base: Replayed, verdict: ModeVerdict, stage: Stage, sides: Sides
) -> Replayed:
    return dataclasses.replace(
        base,
        verdict=verdict,
        state=verdict.state,
        used=verdict.look * len(sides.arms),
        more=None if verdict.decided else _more(verdict, stage, sides),
    )


def _more(verdict: ModeVerdict, stage: Stage, sides: Sides) -> tuple[int, int]:
    """How many runs the next look, and the last one, would still have needed."""
    following = next(n for n in stage.looks if n > verdict.look)
    least, most = (
        sum(max(0, n - len(arm)) for arm in sides.arms)
        for n in (following, stage.looks[-1])
    )
    return least, most


def _with_changes(
    whole: Replayed, rules: Rules, judged: tuple[Mode, Sides], runs: Runs
) -> Replayed:
    comparison, (mode, sides) = whole.comparison, judged
    without = {name: runs[arm] for name, arm in comparison.without.items()}
    changes = judged_changes(rules, mode, sides, without, whole.state)
    return dataclasses.replace(
        whole,
        state=worst((whole.state, changes.state)),
        changes=changes.changes,
        parts=parts_of(rules, mode, runs[comparison.branch], without),
    )
