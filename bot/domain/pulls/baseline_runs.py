"""What further runs of a baseline show beside those that were there before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from bot.domain.history import ArmSums
from bot.domain.past import counted
from bot.domain.policy import Mode
from bot.domain.stats.canary import CONFIDENCE, reference, score
from bot.domain.stats.estimate import centre
from bot.domain.stats.moments import describe
from bot.domain.trials import Measured, Observation

_FARTHEST = NormalDist().inv_cdf((1.0 + CONFIDENCE) / 2.0)

Runs = Mapping[str, Sequence[Observation]]
"""The runs of each mode, by its name."""


@dataclass(frozen=True, slots=True)
class Added:
    """One metric of a baseline: its values before and of the runs that came to it.

    `failed` of the new runs have no value. `again` are values of `after` that a run
    which does not serve any more, but was counted, had with the same seed.
    """

    mode: str
    metric: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    failed: int = 0
    again: tuple[float, ...] = ()

    @property
    def sums(self) -> ArmSums:
        """The new runs, with those values alone that are not counted yet."""
        further = Counter(self.after) - Counter(self.again)
        return describe(tuple(further.elements()), self.failed, len(self.again))

    @property
    def residual(self) -> float | None:
        """The normal score of the mean of the new runs; None where nobody can tell."""
        stored = reference(self.before)
        if not stored.known or not self.after:
            return None
        return score(stored, centre(self.after), len(self.after))

    @property
    def unlike(self) -> bool | None:
        """Whether they are not like those before, with 99 % confidence."""
        residual = self.residual
        return None if residual is None else abs(residual) > _FARTHEST


def added(
    modes: Sequence[Mode], before: Runs, after: Runs, replaced: Runs | None = None
) -> tuple[Added, ...]:
    """All metrics and slices of the modes, in file order.

    `replaced` are earlier runs in whose stead some of those `after` were run.
    """
    runs = (before, after, replaced or {})
    return tuple(
        _of(mode.name, name, *(one.get(mode.name, ()) for one in runs))
        for mode in modes
        for metric in mode.metrics
        for name in (metric.name, *metric.slice_names)
    )


def _of(
    mode: str,
    metric: str,
    before: Sequence[Observation],
    after: Sequence[Observation],
    replaced: Sequence[Observation],
) -> Added:
    new, told = _values(after, metric), counted(replaced, metric)
    again = [one for one in after if counted([one], metric) & told]
    return Added(
        mode,
        metric,
        _values(before, metric),
        new,
        len(after) - len(new),
        _values(again, metric),
    )


def _values(runs: Sequence[Observation], metric: str) -> tuple[float, ...]:
    found = (one.metrics.get(metric) for one in runs if isinstance(one, Measured))
    return tuple(one for one in found if one is not None)
