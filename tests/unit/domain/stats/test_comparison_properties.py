"""What must hold of every comparison, whatever the numbers."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.comparison import Comparison, Rule, Sample, compare
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing, crossing
from tests.unit.domain.stats.reference import steady

LEVELS = st.sampled_from([1e-19, 1e-6, 0.001, 0.0117, 0.05, 0.2])
SCALES = st.sampled_from([1e-12, 1e-6, 1.0, 1e6, 1e12])
TESTED = (Method.PAIRED_T, Method.WELCH_T, Method.EXACT, Method.BIT_IDENTICAL)


@st.composite
def samples(draw, least: int = 4, spread: bool = False) -> Sample:
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


def moved(sample: Sample, scale: float = 1.0, shift: float = 0.0) -> Sample:
    arms = (sample.baseline, sample.branch)
    old, new = (tuple(scale * v + shift for v in arm) for arm in arms)
    return Sample(old, new, sample.paired)


def finite(found: Comparison) -> bool:
    numbers = (found.p_ni, found.p_harm, found.p_better, found.d, found.margin)
    return all(math.isfinite(number) for number in numbers)


@steady
@given(samples(least=0), st.sampled_from([0.0, 1e-9, 0.5, 1e9]), SCALES, LEVELS)
def test_no_sample_gives_a_number_that_is_none(sample, tolerance, scale, level):
    rule = Rule(1, AbsoluteTolerance(tolerance * scale))
    found = compare(moved(sample, scale), rule, level)
    assert finite(found)
    assert not any(map(math.isnan, (found.low, found.high, found.sd, found.se)))
    for p in (found.p_ni, found.p_harm, found.p_better):
        assert 0.0 <= p <= 1.0


@steady
@given(samples(), st.floats(0, 3), LEVELS, st.booleans())
def test_the_interval_says_what_the_verdict_says(sample, size, level, relative):
    if relative:
        sample = moved(sample, shift=20.0)
    tolerance = RelativeTolerance(size / 20) if relative else AbsoluteTolerance(size)
    found = compare(sample, Rule(1, tolerance), level)
    assume(found.method in TESTED)
    crossed = crossing(found, level)
    not_worse = crossed in (Crossing.PASS, Crossing.TOLERATED)
    harmed = crossed in (Crossing.BLOCK, Crossing.TOLERATED)
    assert found.low >= -found.margin if not_worse else found.low <= -found.margin
    if found.method is not Method.BIT_IDENTICAL:
        assert found.high <= 0 if harmed else found.high >= 0
    assert found.low <= found.d + 1e-12
    assert found.d <= found.high + 1e-12


@steady
@given(samples(), st.floats(0, 3), LEVELS)
def test_flipping_the_metric_and_its_direction_changes_nothing(sample, size, level):
    flipped = moved(sample, scale=-1.0)
    one = compare(sample, Rule(1, AbsoluteTolerance(size)), level)
    two = compare(flipped, Rule(-1, AbsoluteTolerance(size)), level)
    assert (one.p_ni, one.p_harm, one.p_better) == (two.p_ni, two.p_harm, two.p_better)
    assert (one.d, one.low, one.high) == (two.d, two.low, two.high)


@steady
@given(samples(), st.floats(0, 3), LEVELS)
def test_exchanging_the_arms_exchanges_harm_and_gain(sample, size, level):
    swapped = Sample(sample.branch, sample.baseline, sample.paired)
    one = compare(sample, Rule(1, AbsoluteTolerance(size)), level)
    two = compare(swapped, Rule(1, AbsoluteTolerance(size)), level)
    assert one.d == -two.d
    assert one.p_harm == pytest.approx(two.p_better, rel=1e-9)


@steady
@given(
    samples(spread=True), st.floats(0.01, 3), SCALES, st.sampled_from([-5.0, 0.0, 40.0])
)
def test_the_unit_and_the_zero_of_the_metric_do_not_matter(sample, size, scale, shift):
    one = compare(sample, Rule(1, AbsoluteTolerance(size)), 0.01)
    other = moved(moved(sample, shift=shift), scale=scale)
    two = compare(other, Rule(1, AbsoluteTolerance(size * scale)), 0.01)
    assert one.method is two.method
    assert one.p_ni == pytest.approx(two.p_ni, rel=1e-6, abs=1e-12)
    assert one.p_harm == pytest.approx(two.p_harm, rel=1e-6, abs=1e-12)
    expected = [scale * end for end in (one.d, one.low, one.high)]
    assert [two.d, two.low, two.high] == pytest.approx(
        expected, rel=1e-6, abs=1e-9 * scale
    )


@steady
@given(samples(), st.floats(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(sample, size, rng):
    order = list(range(len(sample.baseline)))
    rng.shuffle(order)
    old, new = (
        tuple(arm[i] for i in order) for arm in (sample.baseline, sample.branch)
    )
    rule = Rule(1, AbsoluteTolerance(size))
    shuffled = Sample(old, new, sample.paired)
    assert compare(sample, rule, 0.01) == compare(shuffled, rule, 0.01)


@steady
@given(samples(spread=True), st.floats(0.01, 3), st.floats(0.01, 2))
def test_a_better_branch_is_never_judged_worse(sample, size, gain):
    rule = Rule(1, AbsoluteTolerance(size))
    better = Sample(
        sample.baseline, tuple(v + gain for v in sample.branch), sample.paired
    )
    one, two = compare(sample, rule, 0.01), compare(better, rule, 0.01)
    assert two.d > one.d
    assert two.p_ni <= one.p_ni
    assert two.p_harm >= one.p_harm


@steady
@given(samples(spread=True), st.floats(0.01, 3), st.floats(0.01, 3))
def test_a_wider_tolerance_never_makes_passing_harder(sample, size, more):
    narrow = compare(sample, Rule(1, AbsoluteTolerance(size)), 0.01)
    wide = compare(sample, Rule(1, AbsoluteTolerance(size + more)), 0.01)
    assert wide.p_ni <= narrow.p_ni
    assert wide.p_harm == narrow.p_harm
