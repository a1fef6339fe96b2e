"""Simulated runs of one mode go through its looks, as the gate judges them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.failures import fisher_more_failures
from bot.domain.stats.paths import Array
from bot.domain.stats.simulation import Flags, Statistics

_BROKEN = 0.5  # the share of failed baseline trials with which nothing is compared
_RUNNING, _PASSED, _BLOCKED, _UNDECIDED = range(4)

_Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Looks (seeds per arm, rising) and the error rate that is spent over them."""

    looks: tuple[int, ...]
    alpha: float
    spending: Spending


@dataclass(frozen=True, slots=True)
class Ends:
    """Shares of evaluations by how they end, and mean trials of both arms."""

    passed: float
    blocked: float
    undecided: float
    trials: float

    @property
    def stopped(self) -> float:
        """The share that does not pass: blocked, or undecided at the end."""
        return self.blocked + self.undecided


@dataclass(frozen=True, slots=True)
class Crashes:
    """Which trials of each arm fail, (repetitions, n_max); None where none can."""

    baseline: Flags
    branch: Flags

    @property
    def complete(self) -> Flags:
        """The pairs of which both trials ended normally."""
        return ~(self.baseline | self.branch)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Simulated statistics of one metric, and its tolerance in their unit."""

    statistics: Statistics
    tolerance: float


def walk(
    schedule: Schedule,
    primaries: Sequence[Drawn],
    guardrails: Sequence[Drawn],
    crashes: Crashes | None,
) -> Ends:
    """Take given runs through the looks, as the gate judges them.

    Harm to primaries is one Holm family, harm beyond the tolerance of guardrails
    another; failures have Fisher's test, and a branch with more of them than the
    baseline does not pass. Without primaries all looks are made. At least one metric.
    """
    drawn = (*primaries, *guardrails)
    gone = _Evaluations.start(len(drawn[0].statistics.d), len(primaries))
    tables = _levels(schedule, max(1, len(primaries), len(guardrails)))
    for k, n in enumerate(schedule.looks):
        level = tuple(table[k] for table in tables)
        tests = [_primary(one, k, level[0]) for one in primaries]
        worse = _any_beyond(guardrails, k, level)
        failures = _Failures.at(n, crashes, level[0], len(gone.state))
        last = n == schedule.looks[-1]
        gone.look(n, _Seen(tests, worse, failures, last), level)
    return gone.ends()


def _levels(schedule: Schedule, most: int) -> tuple[tuple[float, ...], ...]:
    """The boundaries at every look when alpha is cut in 1 to `most` parts."""
    return tuple(
        levels(schedule.looks, schedule.alpha / parts, schedule.spending)
        for parts in range(1, most + 1)
    )


def _primary(one: Drawn, k: int, level: float) -> tuple[Array, Array]:
    """p_ni and p_harm at look `k`, 1 where they are above any level."""
    not_worse = one.statistics.p_above(-one.tolerance, k, level)
    return not_worse, one.statistics.p_below(0.0, k, level)


def _any_beyond(
    guardrails: Sequence[Drawn], k: int, level: Sequence[float]
) -> Flags | None:
    """Whether any guardrail is shown worse beyond its tolerance: Holm's first step."""
    if not guardrails:
        return None
    strictest = level[len(guardrails) - 1]
    p = [one.statistics.p_below(-one.tolerance, k, strictest) for one in guardrails]
    return np.array(np.minimum.reduce(p) <= strictest)


@dataclass(frozen=True, slots=True)
class _Failures:
    """What failed trials say at one look; each (repetitions,)."""

    shown: Flags
    broken: Flags
    more: Flags

    @classmethod
    def at(
        cls, n: int, crashes: Crashes | None, level: float, repetitions: int
    ) -> "_Failures":
        """The counts of the first `n` seeds, and Fisher's test of them at `level`."""
        if crashes is None:
            never = np.zeros(repetitions, dtype=bool)
            return cls(never, never, never)
        old = np.count_nonzero(crashes.baseline[:, :n], axis=1)
        new = np.count_nonzero(crashes.branch[:, :n], axis=1)
        shown = _fisher(old, new, n) <= level
        return cls(shown, (old >= _BROKEN * n) & ~shown, new > old)


def _fisher(old: _Counts, new: _Counts, n: int) -> Array:
    """Fisher's p of each table, worked out once for each that occurs."""
    tables, place = np.unique(new * (n + 1) + old, return_inverse=True)
    cells = (divmod(int(one), n + 1) for one in tables)
    p = np.array([fisher_more_failures(b, n, a, n) for b, a in cells])
    return p[place]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at all evaluations: tests of primaries, guardrails, failures."""

    primaries: list[tuple[Array, Array]]
    worse: Flags | None
    failures: _Failures
    last: bool


@dataclass(frozen=True, slots=True)
class _Evaluations:
    """Where each evaluation stands; arrays are changed in place from look to look.

    `passed` and `rejected` (a harm that was tolerated) are (primaries, repetitions).
    """

    state: _Counts
    seeds: _Counts
    passed: Flags
    rejected: Flags

    @classmethod
    def start(cls, repetitions: int, primaries: int) -> "_Evaluations":
        """All running, nothing decided."""
        none = np.zeros((primaries, repetitions), dtype=bool)
        zero = np.zeros(repetitions, dtype=np.int64)
        return cls(zero, zero.copy(), none, none.copy())

    def look(self, n: int, seen: _Seen, level: Sequence[float]) -> None:
        """Judge what still runs at `n` seeds per arm."""
        running = self.state == _RUNNING
        self.seeds[running] = n
        blocked = self._primaries(seen, level)
        if seen.worse is not None:
            blocked |= seen.worse
        failures = seen.failures
        may_end = seen.last or len(self.passed) > 0
        done = self.passed.all(axis=0) & ~failures.more & may_end
        for where, state in (
            (failures.shown, _BLOCKED),
            (failures.broken, _UNDECIDED),
            (blocked, _BLOCKED),
            (done, _PASSED),
        ):
            self.state[(self.state == _RUNNING) & where] = state

    def _primaries(self, seen: _Seen, level: Sequence[float]) -> Flags:
        """Settle each primary at its first crossing; which evaluations are blocked."""
        if not seen.primaries:
            return np.zeros(len(self.state), dtype=bool)
        not_worse = np.array([ni <= level[0] for ni, _ in seen.primaries])
        self._step_down(np.array([harm for _, harm in seen.primaries]), level)
        blocked = self.rejected & ~not_worse & ~self.passed
        self.passed[:] |= not_worse & ~seen.failures.more
        self.rejected[:] &= ~blocked  # those evaluations end here
        return np.array(blocked.any(axis=0))

    def _step_down(self, harm: Array, level: Sequence[float]) -> None:
        """Holm's steps over the harm to primaries, from what was rejected before."""
        bounds = np.array(level)
        columns = np.arange(harm.shape[1])
        for _ in range(len(harm)):
            open_p = np.where(self.rejected, np.inf, harm)
            least = open_p.argmin(axis=0)
            left = np.maximum(np.count_nonzero(~self.rejected, axis=0), 1)
            out = open_p[least, columns] <= bounds[left - 1]
            self.rejected[least[out], columns[out]] = True

    def ends(self) -> Ends:
        """Shares by state after the last look; what still runs there is undecided."""
        passed, blocked = self.state == _PASSED, self.state == _BLOCKED
        return Ends(
            passed=float(np.mean(passed)),
            blocked=float(np.mean(blocked)),
            undecided=float(np.mean(~(passed | blocked))),
            trials=2.0 * float(self.seeds.mean()),
        )
