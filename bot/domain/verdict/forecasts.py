"""What a branch was expected to do, what it did, and what it adds to the code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forecast:
    """One line `Expected: test_loss -0.02 (likelihood 60%, effort 2h)` and its outcome.

    `expected` is the change of the metric as written (raw, not oriented), as a share of
    the baseline's mean if `relative` (`-1%` is -0.01); `likelihood` is between 0 and 1,
    `outcome` met, missed or open; `d`, `low` and `high` as measured, oriented so that
    positive is better.
    """

    metric: str
    expected: float
    likelihood: float | None = None
    effort: str = ""
    mode: str | None = None
    d: float | None = None
    low: float | None = None
    high: float | None = None
    outcome: str = "open"
    relative: bool = False


@dataclass(frozen=True, slots=True)
class ChangePrice:
    """What the branch adds to the code: lines, files, and cyclomatic complexity.

    `complexity` is the sum over all functions (radon) before and after, None where no
    Python file was changed; `unread` are files that could not be parsed.
    """

    files: int = 0
    insertions: int = 0
    deletions: int = 0
    complexity: tuple[int, int] | None = None
    unread: tuple[str, ...] = ()
