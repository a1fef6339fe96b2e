"""How often a branch without any effect is stopped, by all rules of a mode together.

Simulated: whole evaluations of normal runs go through the looks, with every family of
hypotheses and the rules for failed trials. What one metric alone promises is in
`power`; this is what an author meets.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.failures import fisher_more_failures
from bot.domain.stats.paths import Array
from bot.domain.stats.simulation import Flags, Statistics, normal_arms, statistics

REPETITIONS = 4000
SEED = 20_250_611
_BROKEN = 0.5  # the share of failed baseline trials with which nothing is compared
_RUNNING, _PASSED, _BLOCKED, _UNDECIDED = range(4)

_Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Planned:
    """A metric as planned: its tolerance and true `effect` in per-run SDs.

    `correlation` is that of same-seed runs of both arms; `paired` names the test.
    """

    tolerance: float
    correlation: float = 0.0
    paired: bool = True
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one mode is judged by in one stage.

    `looks` are seeds per arm, rising; `guardrails` are slices too. A trial of either
    arm fails with the chance `failing`.
    """

    looks: tuple[int, ...]
    alpha: float
    spending: Spending
    primaries: tuple[Planned, ...]
    guardrails: tuple[Planned, ...] = ()
    failing: float = 0.0


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


def chance_of_stop(
    stages: Sequence[Sequence[Rules]],
    repetitions: int = REPETITIONS,
    seed: int = SEED,
) -> Ends:
    """How an evaluation ends over `stages` of modes, the rungs of a ladder.

    A stage starts only where all modes passed the one before; trials of modes and
    stages are independent of each other.
    """
    going, blocked, trials, place = 1.0, 0.0, 0.0, seed
    for stage in stages:
        modes = [ends(one, repetitions, place + i) for i, one in enumerate(stage)]
        blocked += going * (1.0 - math.prod(1.0 - one.blocked for one in modes))
        trials += going * math.fsum(one.trials for one in modes)
        going *= math.prod(one.passed for one in modes)
        place += len(modes)
    return Ends(going, blocked, max(0.0, 1.0 - going - blocked), trials)


@lru_cache(maxsize=256)
def ends(rules: Rules, repetitions: int = REPETITIONS, seed: int = SEED) -> Ends:
    """How evaluations of one mode in one stage end, by simulation.

    Harm to primaries is one Holm family, harm beyond the tolerance of guardrails
    another; failures have Fisher's test, and a branch with more of them than the
    baseline does not pass. Metrics are drawn independently of each other, which makes
    a stop somewhat likelier than where they move together. A mode without primary
    metrics makes all of its looks.
    """
    rng = np.random.default_rng(seed)
    shape = (repetitions, rules.looks[-1])
    crashes = _crashes(rules.failing, shape, rng)
    primaries = [
        _drawn(one, rules.looks, crashes, shape, rng) for one in rules.primaries
    ]
    guards = [_drawn(one, rules.looks, crashes, shape, rng) for one in rules.guardrails]
    return walk(rules, primaries, guards, crashes)


@dataclass(frozen=True, slots=True)
class Crashes:
    """Which trials of each arm fail, (repetitions, n_max); None where none can."""

    baseline: Flags
    branch: Flags

    @property
    def complete(self) -> Flags:
        """The pairs of which both trials ended normally."""
        return ~(self.baseline | self.branch)


def _crashes(
    failing: float, shape: tuple[int, int], rng: np.random.Generator
) -> Crashes | None:
    if not failing:
        return None
    return Crashes(rng.random(shape) < failing, rng.random(shape) < failing)


def _drawn(
    planned: Planned,
    looks: tuple[int, ...],
    crashes: Crashes | None,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> "Drawn":
    """The metric's runs under the plan, as every look sees them."""
    arms = normal_arms(shape, planned.correlation, rng)
    complete = crashes.complete if crashes else None
    found = statistics(arms, looks, paired=planned.paired, complete=complete)
    moved = Statistics(found.d + planned.effect, found.se, found.df)
    return Drawn(moved, planned.tolerance)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Simulated statistics of one metric, and its tolerance in their unit."""

    statistics: Statistics
    tolerance: float


def walk(
    rules: Rules,
    primaries: Sequence[Drawn],
    guardrails: Sequence[Drawn],
    crashes: Crashes | None,
) -> Ends:
    """Take given runs through the looks of `rules`, as the gate judges them."""
    drawn = (*primaries, *guardrails)
    gone = _Evaluations.start(len(drawn[0].statistics.d), len(primaries))
    tables = _levels(rules, max(1, len(primaries), len(guardrails)))
    for k, n in enumerate(rules.looks):
        level = tuple(table[k] for table in tables)
        tests = [_primary(one, k, level[0]) for one in primaries]
        worse = _any_beyond(guardrails, k, level)
        failures = _Failures.at(n, crashes, level[0], len(gone.state))
        last = n == rules.looks[-1]
        gone.look(n, _Seen(tests, worse, failures, last), level)
    return gone.ends()


def _levels(rules: Rules, most: int) -> tuple[tuple[float, ...], ...]:
    """The boundaries at every look when alpha is cut in 1 to `most` parts."""
    return tuple(
        levels(rules.looks, rules.alpha / parts, rules.spending)
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
