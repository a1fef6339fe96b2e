"""What must hold of every comparison, whatever the numbers."""

import contextlib
import dataclasses
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Scale, Test
from bot.domain.stats.comparison import Rule, Sample, beyond, compare
from bot.domain.stats.equivalence import equivalence
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing, crossing
from bot.domain.stats.superiority import superiority
from tests.unit.domain.stats.arms import (
    LEVELS,
    SCALES,
    cases,
    in_order,
    moved,
    numbers,
    ps,
    raised,
    samples,
    scaled,
    shuffled,
)
from tests.unit.domain.stats.reference import steady

TESTED = (Method.PAIRED_T, Method.WELCH_T, Method.EXACT)
ANY = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-3, 3).map(float),
    st.sampled_from([0.0, 1.0, 1e-300, -5e-324, 1e-12, 1e12, 99.5, 1e300, -1e300]),
)
CHOICES = st.builds(
    Choice,
    st.sampled_from(Test),
    st.booleans(),
    st.sampled_from(Scale),
    st.sampled_from([0.0, -1e300, 1e-12]),
    st.sampled_from([1.0, 100.0, 1e300]),
)
TOLERANCES = st.one_of(
    st.sampled_from([0.0, 1e-12, 0.5, 1e12, 1e300]).map(AbsoluteTolerance),
    st.sampled_from([0.0, 1e-9, 0.1, 1.0, 50.0]).map(RelativeTolerance),
)
RULES = st.builds(Rule, st.sampled_from([1, -1]), TOLERANCES, CHOICES)


@st.composite
def any_samples(draw) -> Sample:
    """Values of any size, few of them distinct as often as not."""
    values = st.one_of(
        ANY, st.sampled_from(draw(st.lists(ANY, min_size=1, max_size=2)))
    )
    n, paired = draw(st.integers(0, 9)), draw(st.booleans())
    m = n if paired else draw(st.integers(0, 9))
    old, new = (tuple(draw(st.lists(values, min_size=k, max_size=k))) for k in (n, m))
    return Sample(old, draw(st.sampled_from([new, old])) if n == m else new, paired)


def every_test(sample, rule, level):
    yield superiority(sample, rule, abs(getattr(rule.tolerance, "amount", 0.0)), level)
    yield compare(sample, rule, level)
    yield beyond(sample, rule, level)
    yield equivalence(sample, rule, level)


@steady
@given(any_samples(), RULES, LEVELS)
def test_no_values_give_a_number_that_is_none(sample, rule, level):
    with contextlib.suppress(UserFault):  # values that change sign
        check_numbers(sample, rule, level)


def check_numbers(sample, rule, level):
    for one in every_test(sample, rule, level):
        assert not any(map(math.isnan, numbers(one)))
        assert all(0.0 <= p <= 1.0 for p in ps(one))
        assert in_order(one) or math.isinf(one.d)


@steady
@given(samples(least=0), st.sampled_from([0.0, 1e-9, 0.5, 1e9]), SCALES, LEVELS)
def test_runs_of_any_scale_give_finite_numbers(sample, tolerance, scale, level):
    rule = Rule(1, AbsoluteTolerance(tolerance * scale))
    found = compare(moved(sample, scale), rule, level)
    assert all(map(math.isfinite, (*ps(found), found.d, found.margin)))


@steady
@given(cases())
def test_the_interval_says_what_the_verdict_says(case):
    found = compare(case.sample, case.rule, case.level)
    assume(found.method in TESTED)
    crossed = crossing(found, case.level)
    not_worse = crossed in (Crossing.PASS, Crossing.TOLERATED)
    harmed = crossed in (Crossing.BLOCK, Crossing.TOLERATED)
    assert found.low >= -found.margin if not_worse else found.low <= -found.margin
    assert (found.high < 0) is harmed
    assert in_order(found)


@steady
@given(cases())
def test_the_interval_of_a_guardrail_says_whether_it_is_broken(case):
    found = beyond(case.sample, case.rule, case.level)
    assume(found.method in TESTED)
    assert (found.high < -found.margin) is (found.p_beyond <= case.level)
    not_worse = found.p_ni <= case.level
    assert found.low >= -found.margin if not_worse else found.low <= -found.margin
    assert in_order(found)


@steady
@given(cases())
def test_a_guardrail_and_a_primary_make_the_same_tests(case):
    one = compare(case.sample, case.rule, case.level)
    two = beyond(case.sample, case.rule, case.level)
    assert ps(one) == ps(two)
    assert (one.method, one.margin, one.se) == (two.method, two.margin, two.se)


@steady
@given(cases())
def test_the_same_input_gives_the_same_result(case):
    given_ = (case.sample, case.rule, case.level)
    assert list(every_test(*given_)) == list(every_test(*given_))


@steady
@given(cases(scales=(Scale.RAW, Scale.LOGIT)))
def test_flipping_the_metric_and_its_direction_changes_nothing(case):
    flipped = scaled(case, -1.0)
    one = compare(case.sample, case.rule, case.level)
    two = compare(flipped.sample, flipped.rule, case.level)
    assert ps(one) == ps(two)
    assert (one.d, one.low, one.high) == (two.d, two.low, two.high)
    assert (one.method, one.refused) == (two.method, two.refused)


@steady
@given(samples(), st.floats(0, 3), LEVELS)
def test_exchanging_the_arms_exchanges_harm_and_gain(sample, size, level):
    swapped = Sample(sample.branch, sample.baseline, sample.paired)
    one = compare(sample, Rule(1, AbsoluteTolerance(size)), level)
    two = compare(swapped, Rule(1, AbsoluteTolerance(size)), level)
    assert one.d == -two.d
    assert one.p_harm == pytest.approx(two.p_better, rel=1e-9)


@steady
@given(cases(spread=True), SCALES)
def test_the_unit_of_the_metric_does_not_matter(case, scale):
    assume(not math.isclose(case.level, 1e-19))  # t is then beyond its digits
    other = scaled(case, scale)
    one = compare(case.sample, case.rule, case.level)
    two = compare(other.sample, other.rule, case.level)
    assert one.method is two.method
    assert ps(one) == pytest.approx(ps(two), rel=1e-6, abs=1e-12)
    expected = [scale * end for end in (one.d, one.low, one.high)]
    found = [two.d, two.low, two.high]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9 * scale)


@steady
@given(samples(spread=True), st.floats(0.01, 3), st.sampled_from([-5.0, 40.0]))
def test_the_zero_of_the_metric_does_not_matter(sample, size, shift):
    for choice in (Choice(), Choice(Test.WELCH), Choice(guarded=True)):
        rule = Rule(1, AbsoluteTolerance(size), choice)
        one = compare(sample, rule, 0.01)
        two = compare(moved(sample, shift=shift), rule, 0.01)
        assert ps(one) == pytest.approx(ps(two), rel=1e-6, abs=1e-12)
        ends = (two.d, two.low, two.high)
        assert (one.d, one.low, one.high) == pytest.approx(ends, rel=1e-6, abs=1e-9)


@steady
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(case, rng):
    other = shuffled(case.sample, rng)
    for test in (compare, equivalence):
        one = test(case.sample, case.rule, case.level)
        assert one == test(other, case.rule, case.level)


@steady
@given(cases(spread=True, scales=(Scale.RAW,)), st.floats(0.01, 2))
def test_a_better_branch_is_never_judged_worse(case, gain):
    better = raised(case.sample, case.rule.orientation * gain)
    one, two = (compare(one, case.rule, 0.01) for one in (case.sample, better))
    assert two.d > one.d
    assert two.p_ni <= one.p_ni
    assert two.p_harm >= one.p_harm
    assert two.p_beyond >= one.p_beyond
    assert two.low >= one.low
    assert two.high >= one.high


@steady
@given(samples(spread=True), st.floats(0.01, 3), st.floats(0.01, 3))
def test_a_wider_tolerance_never_makes_passing_harder(sample, size, more):
    narrow = compare(sample, Rule(1, AbsoluteTolerance(size)), 0.01)
    wide = compare(sample, Rule(1, AbsoluteTolerance(size + more)), 0.01)
    assert wide.p_ni <= narrow.p_ni
    assert wide.p_beyond >= narrow.p_beyond
    assert wide.p_harm == narrow.p_harm


@steady
@given(cases())
def test_a_guard_never_makes_anything_easier(case):
    one, two = (
        compare(case.sample, dataclasses.replace(case.rule, choice=choice), case.level)
        for choice in (
            dataclasses.replace(case.choice, guarded=guarded)
            for guarded in (False, True)
        )
    )
    assert all(q >= p for p, q in zip(ps(one), ps(two), strict=True))
    assert two.low <= one.low
    assert two.high >= one.high
