"""Figures of a benchmark, each printed beside its goal."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Figures:
    """Prints, and counts the goals that were missed."""

    missed: int = 0

    def under(self, what: str, value: float, goal: float, unit: str = "s") -> None:
        """A value that is to be below a goal."""
        self._goal(
            f"{what}: {value:.3g} {unit} (goal: under {goal:g} {unit})", value < goal
        )

    def at_most(self, what: str, value: int, goal: int) -> None:
        """A count that is not to be more than a goal."""
        self._goal(f"{what}: {value} (goal: at most {goal})", value <= goal)

    def note(self, text: str) -> None:
        """A figure without a goal."""
        print(f"   {text}", flush=True)

    def spread(self, what: str, values: Sequence[float], goal: float) -> None:
        """Median, 99th percentile and the most of times, the second with its goal."""
        ordered = sorted(values)
        p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
        self.note(
            f"{what}: p50 {statistics.median(ordered):.2f} s, "
            f"most {ordered[-1]:.2f} s, of {len(ordered)}"
        )
        self.under(f"{what}, p99", p99, goal)

    def _goal(self, text: str, reached: bool) -> None:
        self.missed += not reached
        print(f"{'ok ' if reached else 'MISSED'} {text}", flush=True)
