"""What both arms of a mode showed at one look, and the look itself."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.policy import Decision, Mode, Role, Spending
from bot.domain.stats.boundaries import level_at
from bot.domain.stats.choice import Choice, Chosen
from bot.domain.trials import Crashed, Measured, Observation

Pair = tuple[Observation, Observation]
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ArmEvidence:
    """The trials of one arm in dispatch order; all of them ended, failed ones too."""

    observations: tuple[Observation, ...] = ()

    @property
    def n(self) -> int:
        """How many trials were dispatched."""
        return len(self.observations)

    @property
    def crashed(self) -> tuple[Crashed, ...]:
        """The trials that failed."""
        return tuple(one for one in self.observations if isinstance(one, Crashed))

    @property
    def measured(self) -> tuple[Measured, ...]:
        """The trials that ended normally."""
        return tuple(one for one in self.observations if isinstance(one, Measured))

    def values(self, metric: str) -> tuple[float, ...]:
        """The metric's value in each trial that has one."""
        return tuple(
            one.metrics[metric] for one in self.measured if metric in one.metrics
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both arms at one look. `paired`: observation i of both arms ran the same seed.

    What every metric and slice asks for is indexed once, when the value is made.
    """

    baseline: ArmEvidence
    branch: ArmEvidence
    paired: bool
    _both: tuple[tuple[Values, Values], ...] = field(
        init=False, repr=False, compare=False
    )
    _same_streams: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the complete pairs; refuse paired arms of different length."""
        pairs = self.pairs()
        complete = (
            (old.metrics, new.metrics)
            for old, new in pairs
            if isinstance(old, Measured) and isinstance(new, Measured)
        )
        object.__setattr__(self, "_both", tuple(complete))
        object.__setattr__(self, "_same_streams", _streams_agree(pairs))

    def pairs(self) -> tuple[Pair, ...]:
        """Same-seed observations of both arms; none where a mode runs one arm alone."""
        if not (self.paired and self.baseline.n):
            return ()
        both = zip(self.baseline.observations, self.branch.observations, strict=True)
        return tuple(both)

    def complete(self, metric: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Baseline and branch values that a test may use: complete pairs if paired."""
        if not self.paired:
            return self.baseline.values(metric), self.branch.values(metric)
        found = [
            (old[metric], new[metric])
            for old, new in self._both
            if metric in old and metric in new
        ]
        return tuple(old for old, _ in found), tuple(new for _, new in found)

    def same_streams(self) -> bool:
        """Whether every pair's metric stream is known and equal, and seeds differ.

        One stream for all seeds would prove only that the seed does nothing.
        """
        return self._same_streams

    def per_seed(
        self, metric: str
    ) -> tuple[tuple[int | None, float | None, float | None], ...]:
        """(seed, baseline, branch) in dispatch order; None where there is no value."""
        arms = self.baseline.observations, self.branch.observations
        return tuple(
            (_seed(new or old), _value(old, metric), _value(new, metric))
            for old, new in itertools.zip_longest(*arms)
        )


def _streams_agree(pairs: tuple[Pair, ...]) -> bool:
    digests = [(_digest(old), _digest(new)) for old, new in pairs]
    known = bool(digests) and all(old and new for old, new in digests)
    equal = all(old == new for old, new in digests)
    return known and equal and len(set(digests)) > 1


def _seed(observation: Observation | None) -> int | None:
    return observation.seed if observation else None


def _value(observation: Observation | None, metric: str) -> float | None:
    if isinstance(observation, Measured):
        return observation.metrics.get(metric)
    return None


def _digest(observation: Observation) -> str | None:
    return observation.digest if isinstance(observation, Measured) else None


@dataclass(frozen=True, slots=True)
class Look:
    """A look at `n` seeds per arm (harmonic mean where arms are unequal).

    `earlier` are the looks made before, `n_max` the last one planned; `last` says that
    no look comes after this one.
    """

    n: float
    earlier: tuple[float, ...]
    n_max: int
    last: bool

    def level(self, alpha: float, spending: Spending) -> float:
        """The nominal one-sided level of this look; nothing may exceed it."""
        return level_at(self.n, self.earlier, self.n_max, alpha, spending)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What every rule of one mode needs: the mode, the error rates, all looks.

    `choices` are the tests that design or history fixed before the first trial; those
    in `chosen` come with what of the history they rest on.
    `beyond` are further numbers of seeds per arm, above the last look, that somebody
    asked for: there only e-values decide. With `harm_beyond` only a loss beyond the
    tolerance blocks, as against a release that a branch may be behind of.
    """

    mode: Mode
    decision: Decision
    looks: tuple[int, ...]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    beyond: tuple[int, ...] = ()
    chosen: Mapping[str, Chosen] = field(default_factory=dict)
    harm_beyond: bool = False

    def choice(self, metric: str) -> Choice:
        """How the arms are compared on a metric (`test_loss/night` as `test_loss`)."""
        return self.why(metric).choice

    def why(self, metric: str) -> Chosen:
        """The same with its reasons, none where the choice is the design's own."""
        for name in (metric, metric.partition("/")[0]):
            if name in self.chosen:
                return self.chosen[name]
            if name in self.choices:
                return Chosen(self.choices[name])
        return Chosen()


def needs_baseline(mode: Mode) -> bool:
    """Whether baseline trials are dispatched at all.

    A mode whose metrics only face fixed numbers (`target`, `limit`) is judged alone.
    """
    roles: Mapping[Role, bool] = {
        Role.PRIMARY: True,
        Role.GUARDRAIL: True,
        Role.IMPROVE: True,
        Role.TARGET: False,
        Role.LIMIT: False,
        Role.REPORT: False,
    }
    compared = any(roles[metric.role] for metric in mode.metrics)
    only_shown = all(metric.role is Role.REPORT for metric in mode.metrics)
    return compared or only_shown
