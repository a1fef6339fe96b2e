"""Evidence that may be looked at any time: t e-values and the verdict by them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import nct, norm
from scipy.stats import t as student

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice, Scale, Test
from bot.domain.stats.comparison import Rule, Sample
from bot.domain.stats.evalue import LARGEST, critical_t, extend, log_e_value
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing
from tests.unit.domain.stats.reference import steady

ALPHA = 0.05


def sample(
    seed: int, n: int = 24, effect: float = 0.0, *, paired: bool = True, scale=1.0
) -> Sample:
    rng = np.random.default_rng(seed)
    old = rng.normal(5.0, 1.0, n)
    new = rng.normal(5.0 + effect, 1.0, n)
    return Sample(tuple(scale * old), tuple(scale * new), paired=paired)


def rule(m: float = 1.0, orientation: int = 1, **choice) -> Rule:
    return Rule(orientation, AbsoluteTolerance(m), Choice(**choice))


@pytest.mark.parametrize(("t", "df", "n"), [(0.0, 9, 10), (2.5, 20, 21), (-4, 38, 10)])
def test_the_e_value_is_the_mean_likelihood_ratio_over_effect_sizes(t, df, n):
    def weighed(effect: float) -> float:
        return float(nct.pdf(t, df, effect * math.sqrt(n)) * norm.pdf(effect))

    mixed = quad(weighed, -6, 6, limit=200)[0]
    assert math.exp(log_e_value(t, df, n)) == pytest.approx(
        mixed / student.pdf(t, df), rel=1e-6
    )


def test_no_t_is_too_large_for_it():
    found = [log_e_value(t, 59.0, 60.0) for t in (1e3, 1e100, 1e200, math.inf)]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(29.5 * math.log(61.0))


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.05 / 60])
@pytest.mark.parametrize(("df", "n"), [(9.0, 10.0), (24.0, 25.0), (58.0, 15.0)])
def test_the_critical_t_is_where_the_e_value_reaches_its_bound(alpha, df, n):
    t = critical_t(df, n, alpha)
    assert math.exp(log_e_value(t, df, n)) == pytest.approx(1 / alpha)


def test_very_few_runs_have_no_critical_t():
    assert critical_t(2.0, 3.0, 0.05) == math.inf
    assert log_e_value(math.inf, 2.0, 3.0) < math.log(20)


def test_a_branch_without_effect_passes_and_a_bad_one_is_blocked():
    passed = extend(sample(1, 40), rule(2.0), ALPHA)
    assert passed.crossing is Crossing.PASS
    assert passed.e_harm < 20 <= passed.e_ni
    blocked = extend(sample(1, 40, effect=-3.0), rule(0.5), ALPHA)
    assert blocked.crossing is Crossing.BLOCK
    assert blocked.e_harm >= 20
    assert blocked.e_ni <= 1
    assert blocked.method is Method.E_VALUE


def test_a_real_loss_within_the_tolerance_is_tolerated():
    found = extend(sample(2, 40, effect=-1.5), rule(4.0), ALPHA)
    assert found.crossing is Crossing.TOLERATED
    assert -4.0 <= found.low < found.d < found.high < 0.0


def test_evidence_of_the_wrong_sign_is_none():
    """Far below -m there is much evidence against d = -m, but none for a PASS."""
    found = extend(sample(3, 40, effect=-9.0), rule(1.0), ALPHA)
    assert found.e_ni <= 1
    assert found.crossing is Crossing.BLOCK


@steady
@given(
    st.integers(0, 10_000),
    st.integers(2, 40),
    st.sampled_from([-2.0, -1.0, -0.4, 0.0, 1.0]),
    st.sampled_from([0.0, 0.3, 1.0, 2.0]),
    st.booleans(),
    st.sampled_from([1, -1]),
)
def test_interval_evidence_and_verdict_say_the_same(seed, n, effect, m, pair, sign):
    found = extend(sample(seed, n, effect, paired=pair), rule(m, sign), ALPHA)
    passed = found.crossing in (Crossing.PASS, Crossing.TOLERATED)
    harmed = found.crossing in (Crossing.BLOCK, Crossing.TOLERATED)
    assert passed == (found.e_ni >= 1 / ALPHA) == (found.low >= -m)
    assert harmed == (found.e_harm >= 1 / ALPHA) == (found.high < 0)
    assert found.low <= found.d <= found.high


@steady
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([1e-12, 1e12]))
def test_the_unit_of_the_metric_does_not_matter(seed, paired, scale):
    one = extend(sample(seed, paired=paired), rule(1.0), ALPHA)
    two = extend(sample(seed, paired=paired, scale=scale), rule(scale), ALPHA)
    assert (two.e_ni, two.e_harm) == pytest.approx((one.e_ni, one.e_harm), rel=1e-6)
    assert two.crossing is one.crossing
    assert (two.low, two.high) == pytest.approx((scale * one.low, scale * one.high))


@steady
@given(st.integers(0, 10_000), st.booleans())
def test_a_metric_turned_round_gives_the_same_answer(seed, paired):
    given_ = sample(seed, effect=-0.5, paired=paired)
    turned = Sample(
        tuple(-v for v in given_.baseline), tuple(-v for v in given_.branch), paired
    )
    one, two = extend(given_, rule(1.0), ALPHA), extend(turned, rule(1.0, -1), ALPHA)
    assert (two.e_ni, two.e_harm, two.d) == (one.e_ni, one.e_harm, one.d)
    assert (two.low, two.high, two.crossing) == (one.low, one.high, one.crossing)


def test_more_runs_in_one_arm_are_pooled_with_fewer_in_the_other():
    rng = np.random.default_rng(5)
    old, new = rng.normal(0, 1, 30), rng.normal(0.4, 1, 12)
    found = extend(Sample(tuple(old), tuple(new), paired=False), rule(1.0), ALPHA)
    spread = (29 * old.var(ddof=1) + 11 * new.var(ddof=1)) / 40
    se = math.sqrt(spread * (1 / 30 + 1 / 12))
    n = 30 * 12 / 42
    t = (new.mean() - old.mean() + 1.0) / se
    assert found.e_ni == pytest.approx(math.exp(log_e_value(t, 40.0, n)))
    reach = critical_t(40.0, n, ALPHA) * se
    assert found.low == pytest.approx(new.mean() - old.mean() - reach)
    assert found.high == pytest.approx(new.mean() - old.mean() + reach)


@pytest.mark.parametrize("scale", [1e-300, 1e-17, 1.0])
@pytest.mark.parametrize("m", [1e3, 1e18, 1e300])
def test_a_tolerance_that_dwarfs_the_values_hides_none_of_their_spread(scale, m):
    arms = sample(3, scale=scale, paired=False)
    found = extend(arms, rule(m=m), ALPHA)
    assert found.crossing is Crossing.PASS
    assert found.e_harm == pytest.approx(extend(arms, rule(m=scale), ALPHA).e_harm)
    assert found.low >= -m
    assert not math.isnan(found.low)


def test_shared_seeds_are_compared_by_arms_where_the_design_says_so():
    given_ = sample(6)
    apart = Sample(given_.baseline, given_.branch, paired=False)
    by_design = extend(given_, rule(1.0, test=Test.WELCH), ALPHA)
    assert by_design == extend(apart, rule(1.0), ALPHA)


def test_a_relative_tolerance_is_a_contrast_of_its_own():
    given_ = sample(7, effect=-0.1)
    found = extend(given_, Rule(1, RelativeTolerance(0.2)), ALPHA)
    gaps = np.array(given_.branch) - 0.8 * np.array(given_.baseline)
    t = gaps.mean() / gaps.std(ddof=1) * math.sqrt(24)
    assert found.e_ni == pytest.approx(math.exp(log_e_value(t, 23.0, 24.0)))
    assert found.margin == pytest.approx(0.2 * np.mean(given_.baseline))


def test_a_relative_tolerance_of_values_around_zero_is_refused():
    mixed = Sample((-1.0, 1.0, 2.0), (1.0, 2.0, 3.0), paired=True)
    with pytest.raises(UserFault, match="change sign"):
        extend(mixed, Rule(1, RelativeTolerance(0.01)), ALPHA)


@pytest.mark.parametrize(
    ("shift", "m", "expected"),
    [
        (0.0, 0.0, Crossing.PASS),
        (0.5, 0.0, Crossing.PASS),
        (-0.5, 1.0, Crossing.TOLERATED),
        (-2.0, 1.0, Crossing.BLOCK),
    ],
)
@pytest.mark.parametrize("paired", [True, False])
def test_values_without_spread_are_compared_from_five_on(shift, m, expected, paired):
    five = Sample((3.0,) * 5, (3.0 + shift,) * 5, paired=paired)
    found = extend(five, rule(m), ALPHA)
    assert found.crossing is expected
    assert found.method is Method.EXACT
    assert found.d == shift
    assert (found.e_ni == LARGEST) == (expected is not Crossing.BLOCK)
    four = Sample((3.0,) * 4, (3.0 + shift,) * 4, paired=paired)
    few = extend(four, rule(m), ALPHA)
    assert (few.crossing, few.e_ni, few.low) == (Crossing.NONE, 1.0, -math.inf)


@pytest.mark.parametrize("n", [0, 1])
def test_one_run_or_none_is_no_evidence(n):
    found = extend(Sample((1.0,) * n, (2.0,) * n, paired=True), rule(1.0), ALPHA)
    assert (found.crossing, found.e_ni, found.e_harm) == (Crossing.NONE, 1.0, 1.0)
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_near_a_bound_the_evidence_is_of_the_logits():
    rng = np.random.default_rng(8)
    old, new = (1 / (1 + np.exp(-rng.normal(4.0, 0.3, 25))) for _ in range(2))
    near = Choice(Test.PAIRED, scale=Scale.LOGIT, low=0.0, high=1.0)
    given_ = Sample(tuple(old), tuple(new), paired=True)
    found = extend(given_, Rule(1, AbsoluteTolerance(0.01), near), ALPHA)
    gaps = np.log(new / (1 - new)) - np.log(old / (1 - old))
    t = gaps.mean() / gaps.std(ddof=1) * 5.0
    expected = math.exp(log_e_value(t, 24.0, 25.0))
    assert found.e_harm == pytest.approx(expected if t < 0 else min(1.0, expected))
    assert found.crossing is Crossing.PASS
    perfect = Sample((*given_.baseline[1:], 1.0), given_.branch, paired=True)
    refused = extend(perfect, Rule(1, AbsoluteTolerance(0.01), near), ALPHA)
    assert (refused.crossing, refused.e_ni) == (Crossing.NONE, 1.0)


def test_a_guard_of_the_t_test_says_nothing_here():
    given_ = sample(9)
    assert extend(given_, rule(1.0, guarded=True), ALPHA) == extend(
        given_, rule(1.0), ALPHA
    )


def test_harm_in_a_family_needs_more_evidence():
    given_ = sample(10, 30, effect=-0.9)
    alone = extend(given_, rule(0.1), ALPHA)
    assert alone.crossing is Crossing.BLOCK
    shared = extend(given_, rule(0.1), ALPHA, harm_alpha=0.99 / alone.e_harm)
    assert shared.crossing is Crossing.NONE
    assert shared.high >= 0.0 > alone.high


def test_however_often_one_looks_it_errs_in_five_of_a_hundred_at_most():
    values = np.random.default_rng(12).standard_normal((4000, 60))
    n = np.arange(2, 61)
    mean = values.cumsum(axis=1)[:, 1:] / n
    spread = ((values**2).cumsum(axis=1)[:, 1:] - n * mean**2) / (n - 1)
    t = mean * np.sqrt(n / spread)
    bounds = np.array([critical_t(k - 1.0, k, ALPHA) for k in n.tolist()])
    assert 0.005 < (np.abs(t) >= bounds).any(axis=1).mean() <= 0.05
