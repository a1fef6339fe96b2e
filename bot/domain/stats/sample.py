"""What is compared: the values of both arms, and the rule that was fixed for them."""

import math
from dataclasses import dataclass, field
from typing import assert_never

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.estimate import Values

FEWEST = 4  # complete pairs (or runs in each arm) below which nothing is tested


@dataclass(frozen=True, slots=True)
class Rule:
    """`orientation` is +1 where larger is better, else -1; `tolerance` is not auto.

    `choice` is the test, fixed before the values were seen.
    """

    orientation: int
    tolerance: AbsoluteTolerance | RelativeTolerance
    choice: Choice = field(default_factory=Choice)


@dataclass(frozen=True, slots=True)
class Sample:
    """Finite values of the trials that ended normally, in dispatch order.

    Where `paired`, both tuples list the same seeds. `bit_identical` says that the
    digests of both arms are known and agree for every seed, and differ between seeds.
    """

    baseline: Values
    branch: Values
    paired: bool
    bit_identical: bool = False

    def __post_init__(self) -> None:
        """Refuse what no caller may pass: unequal pairs, values that are not finite."""
        if self.paired and len(self.baseline) != len(self.branch):
            raise ValueError("paired arms must list the same seeds")
        if not all(math.isfinite(value) for value in self.baseline + self.branch):
            raise ValueError("a value that is not finite is a failed trial")

    @property
    def smaller(self) -> int:
        """The number of runs in the smaller arm; of pairs where paired."""
        return min(len(self.baseline), len(self.branch))

    @property
    def equal(self) -> bool:
        """Whether every seed gave the same value in both arms."""
        return self.paired and self.baseline == self.branch


def tested_in_pairs(sample: Sample, rule: Rule) -> bool:
    """Whether same-seed differences are tested, rather than the arms by Welch's t."""
    return sample.paired and rule.choice.test is Test.PAIRED


def margin_of(baseline_mean: float | None, rule: Rule) -> float:
    """The tolerance in units of the metric; infinite where it is not known yet."""
    match rule.tolerance:
        case AbsoluteTolerance(amount):
            return amount
        case RelativeTolerance(fraction):
            if baseline_mean is None:
                return math.inf
            return fraction * abs(baseline_mean)
        case _:
            assert_never(rule.tolerance)


def refuse_change_of_sign(sample: Sample, rule: Rule) -> None:
    """Raise UserFault if a relative tolerance meets a baseline on both sides of 0."""
    relative = isinstance(rule.tolerance, RelativeTolerance)
    signs = {value > 0.0 for value in sample.baseline if value}
    if relative and len(signs) > 1:
        raise UserFault(
            "The baseline's values change sign, so a tolerance relative to their mean "
            "has no meaning.",
            "Give the tolerance in units of the metric.",
        )
