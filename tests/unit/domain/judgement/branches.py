"""Branches made of changes to tell stories with, and how they are judged."""

import dataclasses

import numpy as np

from bot.domain.judgement.changes import (
    ChangeArms,
    JudgedChanges,
    judge_changes,
)
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import (
    AbsoluteTolerance,
    Decision,
    Direction,
    Mode,
)
from bot.domain.stats.choice import Choice
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import (
    ChangeEffect,
    ChangeVerdict,
    Finding,
    Reason,
    Ruling,
)
from tests.fakes.policies import LOSS, mode

LOOKS = (5, 10, 15, 20)
Trials = tuple[Observation, ...]

ACCURACY = dataclasses.replace(
    LOSS, name="acc", direction=Direction.MAXIMIZE, tolerance=AbsoluteTolerance(0.5)
)
EMPTY = JudgedChanges()


def arm(mean: float, seed: int, n: int = 10, sd: float = 0.02) -> Trials:
    """Losses of n seeds; every arm lists the same seeds."""
    values = np.random.default_rng(seed).normal(mean, sd, n)
    return tuple(Measured(100 + i, {"loss": float(v)}) for i, v in enumerate(values))


def numbers(*values: float, name: str = "loss") -> Trials:
    return tuple(Measured(100 + i, {name: value}) for i, value in enumerate(values))


def crashes(n: int, first: int = 0) -> Trials:
    return tuple(Crashed(100 + first + i, "exception", "it broke") for i in range(n))


def two(full: float = 1.0, a: float = 1.0, b: float = 1.0, n: int = 10) -> ChangeArms:
    """Changes that add up: mean losses of the branch, and of it without A or B."""
    without = {"A": arm(a, 2, n), "B": arm(b, 3, n)}
    return ChangeArms(arm(full, 1, n), arm(a + b - full, 4, n), without)


def judge(
    arms: ChangeArms,
    branch: Ruling = Ruling.PASS,
    runs: Mode | None = None,
    *,
    shadowed: str = "block",
    earlier: JudgedChanges | None = None,
    choices: dict[str, Choice] | None = None,
) -> JudgedChanges:
    rules = Rulebook(runs or mode(), Decision(), LOOKS, choices or {})
    return judge_changes(rules, arms, branch, shadowed=shadowed, earlier=earlier)


def change(judged: JudgedChanges, name: str = "A") -> ChangeVerdict:
    return next(one for one in judged.changes if one.id == name)


def effect(judged: JudgedChanges, name: str = "A") -> ChangeEffect:
    return change(judged, name).effects[0]


def reasons(judged: JudgedChanges) -> list[tuple[Reason, str | None]]:
    return [(one.reason, one.change) for one in judged.findings]


def only(judged: JudgedChanges, reason: Reason) -> Finding:
    (one,) = [one for one in judged.findings if one.reason is reason]
    return one


def unlisted(trials: Trials) -> Trials:
    return tuple(dataclasses.replace(one, seed=None) for one in trials)


def tremble(shift: float, n: int, first: int = 100) -> Trials:
    """Wide values that are the same in every arm but for a shift."""
    values = np.random.default_rng(9).normal(1.0, 0.4, n) + shift
    return tuple(Measured(first + i, {"loss": float(v)}) for i, v in enumerate(values))


def with_error(trials: Trials) -> Trials:
    return tuple(
        dataclasses.replace(one, metrics={**one.metrics, "error": one.metrics["loss"]})
        if isinstance(one, Measured)
        else one
        for one in trials
    )
