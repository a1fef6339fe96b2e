"""How two arms are compared on one metric: fixed by design or history, never by data.

Choosing by a branch's own correlation would raise an error rate of 5 % to 6.5 %.
"""

from dataclasses import dataclass
from enum import StrEnum


class Test(StrEnum):
    """The test where both arms list the same seeds; where they do not it is Welch's."""

    __test__ = False  # not a test case

    PAIRED = "paired"
    WELCH = "welch"


class Scale(StrEnum):
    """The scale on which values are compared; others than RAW near a bound only."""

    RAW = "raw"
    LOGIT = "logit"  # between two bounds, such as an accuracy
    LOG = "log"  # above a lower bound, such as an error


@dataclass(frozen=True, slots=True)
class Choice:
    """A test, a scale with its bounds, and whether a permutation test stands guard.

    Where `guarded`, the more conservative of the t test and the exact permutation test
    decides. `low` and `high` are the bounds of LOGIT; `low` that of LOG.
    """

    test: Test = Test.PAIRED
    guarded: bool = False
    scale: Scale = Scale.RAW
    low: float = 0.0
    high: float = 1.0
