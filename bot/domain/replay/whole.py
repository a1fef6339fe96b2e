"""All comparisons of a replay, and what they come to together."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.domain.errors import UserFault
from bot.domain.history import resolve
from bot.domain.judgement import per_attempt
from bot.domain.policy import Mode, Policy, Stage, StageKind
from bot.domain.replay.once import Replayed, replay_one
from bot.domain.replay.runs import Comparison, Comparisons, Runs
from bot.domain.replay.sides import Rules, alone


@dataclass(frozen=True, slots=True)
class Replay:
    """A policy against past results; `mode` and `stage` are those that judged."""

    mode: Mode
    stage: Stage
    each: tuple[Replayed, ...]

    @property
    def agreeing(self) -> tuple[Replayed, ...]:
        """Where the gate did what was done."""
        return tuple(one for one in self.each if one.agrees)

    @property
    def agreeing_at_once(self) -> tuple[Replayed, ...]:
        """Where one single test of all runs did what was done."""
        return tuple(one for one in self.each if one.agrees_at_once)

    @property
    def disagreeing(self) -> tuple[Replayed, ...]:
        """Where the gate did the opposite."""
        return tuple(one for one in self.each if one.agrees is False)

    @property
    def asking(self) -> tuple[Replayed, ...]:
        """Where the runs ended before the gate would have."""
        return tuple(one for one in self.each if one.more is not None)

    @property
    def unfair(self) -> tuple[Replayed, ...]:
        """Where arms mix machines or settings."""
        return tuple(one for one in self.each if one.mixed)

    @property
    def given(self) -> int:
        """Runs where the gate comes to its end; an arm of two comparisons twice."""
        return sum(one.given for one in self.each if one.decided)

    @property
    def saved(self) -> int:
        """Runs that the gate would not have asked for."""
        return sum(one.saved for one in self.each)


def replay(
    policy: Policy, runs: Runs, comparisons: Comparisons | None = None
) -> Replay:
    """Judge past results by a policy as if the gate had been there.

    Without `comparisons` every arm is judged alone. Raises UserFault where the mode or
    stage is not clear, an arm is not there, or a baseline is missing.
    """
    reading = comparisons or Comparisons(())
    mode, stage = _mode(policy, reading.mode), _stage(policy, reading.stage)
    wanted = _resolved(reading.comparisons, runs)
    if comparisons is None:
        wanted = tuple(_each_alone(mode, runs))
    mode, decision = per_attempt(resolve(mode, {}), policy.decision)
    rules = Rules(mode, stage, decision, reading, policy.shadowed)
    return Replay(mode, stage, tuple(replay_one(rules, one, runs) for one in wanted))


def _each_alone(mode: Mode, runs: Runs) -> Iterator[Comparison]:
    judged = {one.name for one in alone(mode).metrics}
    compared = [one.name for one in mode.metrics if one.name not in judged]
    if compared:
        problem = (
            f"The mode `{mode.name}` compares `{compared[0]}` with a baseline, and "
            "nobody says which arm is whose baseline."
        )
        raise UserFault(problem, "Write it down in a file for --comparisons.")
    for name in runs:
        yield Comparison(name, name)


def _mode(policy: Policy, name: str | None) -> Mode:
    names = ", ".join(one.name for one in policy.modes)
    if name is None and len(policy.modes) > 1:
        problem = "The policy has several modes, and nobody says which one this is."
        raise UserFault(problem, f"Write `mode:` in the comparisons: {names}.")
    found = policy.modes[0] if name is None else policy.mode(name)
    if found is None:
        raise UserFault(f"The policy has no mode `{name}`.", f"Modes: {names}.")
    return found


def _stage(policy: Policy, name: str | None) -> Stage:
    training = [one for one in policy.stages if one.kind is StageKind.TRAINING]
    names = ", ".join(one.name for one in training)
    if name is None and len(training) > 1:
        problem = "The policy has several training stages, and nobody says which one."
        raise UserFault(problem, f"Write `stage:` in the comparisons: {names}.")
    found = [one for one in training if name in (None, one.name)]
    if not found:
        problem = f"The policy has no training stage `{name}`."
        raise UserFault(problem, f"Stages: {names}.")
    return found[0]


def _resolved(
    comparisons: tuple[Comparison, ...], runs: Runs
) -> tuple[Comparison, ...]:
    """The comparisons with whole names of arms; every unknown name in one fault."""
    named = {name for one in comparisons for name in _arms(one)}
    known = {name: _candidates(name, runs) for name in sorted(named)}
    wrong = [_wrong(name, many, runs) for name, many in known.items() if len(many) != 1]
    if wrong:
        problem = "The comparisons name arms that cannot be found: " + "; ".join(wrong)
        mend = "Write the names as they are in the runs file, or their ends after a /."
        raise UserFault(f"{problem}.", mend)
    named_whole = tuple(_whole(one, known) for one in comparisons)
    for one in named_whole:
        _refuse_itself(one)
    return named_whole


def _whole(one: Comparison, known: Mapping[str, list[str]]) -> Comparison:
    return dataclasses.replace(
        one,
        branch=known[one.branch][0],
        baseline=None if one.baseline is None else known[one.baseline][0],
        without={change: known[arm][0] for change, arm in one.without.items()},
    )


def _refuse_itself(one: Comparison) -> None:
    """An arm does not differ from itself, whatever its runs are."""
    others = {"baseline": one.baseline}
    others |= {f"without.{change}": arm for change, arm in one.without.items()}
    for key, arm in others.items():
        if arm == one.branch:
            problem = (
                f"The comparison `{one.name}` compares the arm `{arm}` with itself: it "
                f"is both its `branch` and its `{key}`."
            )
            raise UserFault(problem, f"Name another arm as `{key}` of `{one.name}`.")


def _arms(one: Comparison) -> tuple[str, ...]:
    baseline = () if one.baseline is None else (one.baseline,)
    return (one.branch, *baseline, *one.without.values())


def _candidates(name: str, runs: Runs) -> list[str]:
    """The arm of that name, or those whose name ends with it after a slash."""
    if name in runs:
        return [name]
    return [one for one in runs if one.endswith(f"/{name}")]


def _wrong(name: str, many: list[str], runs: Runs) -> str:
    if many:
        return f"`{name}` could be {len(many)} arms (`{many[0]}`, `{many[1]}`)"
    ends = {one.rpartition("/")[2]: one for one in runs}
    close = get_close_matches(name, [*runs, *ends], n=1)
    hint = f" (did you mean `{ends.get(close[0], close[0])}`?)" if close else ""
    return f"`{name}`{hint}"
