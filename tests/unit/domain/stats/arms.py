"""Arms, rules and levels of every kind of comparison, for properties."""

import dataclasses
import math

import numpy as np
from hypothesis import strategies as st

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Scale, Test
from bot.domain.stats.comparison import Rule, Sample

LEVELS = st.sampled_from([1e-19, 1e-6, 0.001, 0.0117, 0.05, 0.2])
SCALES = st.sampled_from([1e-12, 1e-6, 1.0, 1e6, 1e12])


@st.composite
def samples(draw, least: int = 4, spread: bool = False) -> Sample:
    """Normal runs around 0; without `spread` also ties, constants and equal arms."""
    n = draw(st.integers(least, 20))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    effect = draw(st.floats(-3, 3))
    correlation = draw(st.sampled_from([0.0, 0.5, 0.99]))
    old = rng.standard_normal(n)
    own = rng.standard_normal(n)
    new = effect + correlation * old + math.sqrt(1 - correlation**2) * own
    if not spread:
        digits = draw(st.sampled_from([0, 1, 12]))
        old, new = np.round(old, digits), np.round(new, digits)
    return Sample(tuple(old.tolist()), tuple(new.tolist()), draw(st.booleans()))


@dataclasses.dataclass(frozen=True)
class Case:
    """What a comparison is given; `margin` is for tests of superiority."""

    sample: Sample
    rule: Rule
    level: float
    margin: float

    @property
    def choice(self) -> Choice:
        return self.rule.choice


@st.composite
def cases(draw, spread: bool = False, scales: tuple[Scale, ...] = tuple(Scale)) -> Case:
    """Every test and scale, guarded or not, with either kind of tolerance."""
    scale = draw(st.sampled_from(scales))
    sample = draw(samples(spread=spread))
    size = draw(st.floats(0.01, 3))
    choice = Choice(draw(st.sampled_from(Test)), draw(st.booleans()), scale)
    orientation = draw(st.sampled_from([1, -1])) if scale is not Scale.LOG else -1
    relative = draw(st.booleans())
    if scale is Scale.RAW:
        sample = mapped(sample, lambda v: v + 20 if relative else v)
    elif scale is Scale.LOGIT:  # between .08 and .92 and away from both by the margin
        sample = mapped(sample, lambda v: 0.5 + 0.4 * math.tanh(v / 2))
        size *= 0.02
    else:
        sample = mapped(sample, lambda v: math.exp(v / 2))
    tolerance = RelativeTolerance(size / 20) if relative else AbsoluteTolerance(size)
    margin = draw(st.sampled_from([0.0, size / 40]))
    if scale is Scale.LOG:
        margin = 0.0 if margin == 0.0 else min(sample.baseline) / 2
    rule = Rule(orientation, tolerance, choice)
    return Case(sample, rule, draw(LEVELS), margin)


def mapped(sample: Sample, of) -> Sample:
    old, new = (tuple(map(of, arm)) for arm in (sample.baseline, sample.branch))
    return dataclasses.replace(sample, baseline=old, branch=new)


def moved(sample: Sample, scale: float = 1.0, shift: float = 0.0) -> Sample:
    return mapped(sample, lambda value: scale * value + shift)


def scaled(case: Case, by: float) -> Case:
    """The same in another unit: values, tolerance, margin and bounds."""
    tolerance, choice = case.rule.tolerance, case.choice
    if isinstance(tolerance, AbsoluteTolerance):
        tolerance = AbsoluteTolerance(tolerance.amount * abs(by))
    low, high = sorted((choice.low * by, choice.high * by))
    choice = dataclasses.replace(choice, low=low, high=high)
    orientation = case.rule.orientation * (1 if by > 0 else -1)
    rule = Rule(orientation, tolerance, choice)
    margin = case.margin * abs(by)
    return Case(moved(case.sample, by), rule, case.level, margin)


def shuffled(sample: Sample, rng) -> Sample:
    order = list(range(len(sample.baseline)))
    rng.shuffle(order)
    old, new = (
        tuple(arm[i] for i in order) for arm in (sample.baseline, sample.branch)
    )
    return dataclasses.replace(sample, baseline=old, branch=new)


def raised(sample: Sample, gain: float) -> Sample:
    """The same with every run of the branch higher by `gain`."""
    new = tuple(value + gain for value in sample.branch)
    return dataclasses.replace(sample, branch=new)


def numbers(found) -> list[float]:
    """All numbers of a result, those that are not known yet left out."""
    values = (getattr(found, one.name) for one in dataclasses.fields(found))
    return [value for value in values if isinstance(value, float)]


def in_order(found) -> bool:
    return found.low <= found.d <= found.high


def ps(found) -> list[float]:
    names = [one.name for one in dataclasses.fields(found)]
    return [getattr(found, name) for name in names if name.startswith("p_")]
