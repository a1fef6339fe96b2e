"""How a metric answers to a parameter: values against the policy's own, seed by seed.

An exploration and no verdict: the intervals hold for all values of one metric
together (Bonferroni), at a number of seeds that was fixed before; they decide nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.policy import Metric, Mode, Role, Seeding
from bot.domain.stats.estimate import (
    Estimate,
    centre,
    half_width,
    of_one,
    of_two,
    scale_of,
)
from bot.domain.trials import Crashed, Measured, Observation

CONFIDENCE = 0.95
_FEWEST = 2

Runs = Sequence[Observation]
"""The runs at one value, in order of their seeds: the same seeds at every value."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One value: `n` seeds (pairs of them where arms share seeds), `failed` runs.

    `mean` is the metric's own. `d` is the effect against the policy's value, oriented
    so that positive is better, with its simultaneous interval; None where too few runs
    ended with a value. `first` is what the first failed run said of itself.
    """

    value: str
    n: int
    failed: int
    mean: float | None = None
    d: float | None = None
    low: float | None = None
    high: float | None = None
    first: str = ""

    @property
    def better(self) -> bool:
        """Whether the interval lies above zero."""
        return self.low is not None and self.low > 0.0

    @property
    def worse(self) -> bool:
        """Whether the interval lies below zero."""
        return self.high is not None and self.high < 0.0


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """One metric of one mode over all values; `own` is the policy's value."""

    mode: str
    metric: str
    orientation: int
    own: Tried
    tried: tuple[Tried, ...]

    @property
    def best(self) -> Tried | None:
        """The value that looks best: the largest effect above zero; None for none.

        One that fails more often than the policy's own value is left out.
        """
        able = [one for one in self.tried if one.d is not None and one.d > 0.0]
        able = [one for one in able if one.failed <= self.own.failed]
        return max(able, key=lambda one: one.d or 0.0, default=None)


def sensitivities(
    mode: Mode, own: tuple[str, Runs], tried: Mapping[str, Runs]
) -> tuple[Sensitivity, ...]:
    """Every primary metric of a mode; those it has where none is primary."""
    compared = [one for one in mode.metrics if one.direction is not None]
    primary = [one for one in compared if one.role is Role.PRIMARY]
    return tuple(_sensitivity(mode, one, own, tried) for one in (primary or compared))


def _sensitivity(
    mode: Mode, metric: Metric, own: tuple[str, Runs], tried: Mapping[str, Runs]
) -> Sensitivity:
    orientation = metric.direction.orientation if metric.direction else 1
    level = (1.0 - CONFIDENCE) / (2.0 * max(1, len(tried)))
    paired = mode.seeding is Seeding.SHARED
    value, runs = own
    return Sensitivity(
        mode=mode.name,
        metric=metric.name,
        orientation=orientation,
        own=_alone(value, runs, metric.name),
        tried=tuple(
            _tried(
                (name, metric.name),
                (runs, some),
                _gains(runs, some, metric.name, orientation)
                if paired
                else _gap(runs, some, metric.name, orientation),
                level,
            )
            for name, some in tried.items()
        ),
    )


_Found = tuple[Estimate, float, int] | None
"""An estimate in units of a scale, the scale, and how many seeds it rests on."""


def _tried(
    place: tuple[str, str], runs: tuple[Runs, Runs], found: _Found, level: float
) -> Tried:
    value, metric = place
    alone = _alone(value, runs[1], metric)
    if found is None:
        return alone
    estimate, scale, n = found
    room = half_width(estimate, level)
    return replace(
        alone,
        n=n,
        d=scale * estimate.value,
        low=scale * (estimate.value - room),
        high=scale * (estimate.value + room),
    )


def _alone(value: str, runs: Runs, metric: str) -> Tried:
    """What a value shows by itself, compared with nothing."""
    shown, crashed = _values(runs, metric), _crashed(runs)
    said = (crashed[0].reason, crashed[0].detail) if crashed else ()
    first = ": ".join(filter(None, said))
    return Tried(value, len(shown), len(crashed), _mean(shown), first=first)


def _gains(own: Runs, tried: Runs, metric: str, orientation: int) -> _Found:
    """The mean same-seed gain, over seeds at which both runs ended."""
    pairs = [
        (old, new)
        for old, new in zip(
            (_value(one, metric) for one in own),
            (_value(one, metric) for one in tried),
            strict=True,
        )
        if old is not None and new is not None
    ]
    if len(pairs) < _FEWEST:
        return None
    scale = scale_of(tuple(value for pair in pairs for value in pair))
    gains = tuple(orientation * (new - old) / scale for old, new in pairs)
    return of_one(gains), scale, len(pairs)


def _gap(own: Runs, tried: Runs, metric: str, orientation: int) -> _Found:
    """The gap of the means, where the seed does not reach the code."""
    old, new = _values(own, metric), _values(tried, metric)
    if min(len(old), len(new)) < _FEWEST:
        return None
    scale = scale_of(old + new)
    by = orientation * scale
    gap = of_two(tuple(one / by for one in new), tuple(one / by for one in old))
    return gap, scale, min(len(old), len(new))


def _values(runs: Runs, metric: str) -> tuple[float, ...]:
    found = (_value(one, metric) for one in runs)
    return tuple(one for one in found if one is not None)


def _value(run: Observation, metric: str) -> float | None:
    return run.metrics.get(metric) if isinstance(run, Measured) else None


def _mean(values: tuple[float, ...]) -> float | None:
    return centre(values) if values else None


def _crashed(runs: Runs) -> tuple[Crashed, ...]:
    return tuple(one for one in runs if isinstance(one, Crashed))
