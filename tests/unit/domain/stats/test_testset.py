"""The noise of a finite test set."""

import numpy as np
import pytest
from scipy.stats import binomtest

from bot.domain.errors import UserFault
from bot.domain.stats.testset import bootstrap, mcnemar, nearest_bound, noise


def test_the_binomial_error_of_94_percent_on_10000_examples():
    """The reference case `binom-se`: 0.23749 points."""
    found = noise(94.0, 10_000, full=100.0)
    assert found.se == pytest.approx(0.23749, abs=1e-5)
    assert found.resolution == pytest.approx(0.01)
    assert noise(0.94, 10_000).se == pytest.approx(0.0023749, abs=1e-7)


def test_a_tolerance_below_three_examples_or_below_the_error_is_hidden():
    assert noise(1.0, 1000).hides(0.002)
    assert not noise(1.0, 1000).hides(0.003)
    assert noise(0.5, 100).hides(0.049)
    assert not noise(0.5, 100).hides(0.05)


def test_the_evidence_names_what_the_report_says():
    found = noise(0.5, 100)
    assert found.evidence(0.01) == {
        "tolerance": 0.01,
        "resolution": 0.01,
        "se": 0.05,
        "examples": 100,
    }


@pytest.mark.parametrize(("share", "examples"), [(0.5, 0), (1.2, 10), (-0.1, 10)])
def test_what_is_no_share_of_examples_is_refused_with_a_mend(share, examples):
    with pytest.raises(UserFault) as fault:
        noise(share, examples)
    assert fault.value.mend


@pytest.mark.parametrize(
    ("mean", "sd", "bounds", "near"),
    [
        (0.98, 0.01, (0.0, 1.0), 1.0),
        (0.96, 0.01, (0.0, 1.0), None),
        (0.02, 0.01, (0.0, None), 0.0),
        (0.02, 0.01, (None, None), None),
        (1.0, 0.0, (0.0, 1.0), 1.0),
        (0.4, 1.0, (0.0, 1.0), 0.0),
    ],
)
def test_a_metric_is_saturated_within_three_sds_of_a_bound(mean, sd, bounds, near):
    assert nearest_bound(mean, sd, bounds) == near


def test_mcnemar_is_exact():
    assert mcnemar(10, 3) == pytest.approx(0.0923, abs=5e-5)
    assert mcnemar(10, 3) == pytest.approx(binomtest(3, 13).pvalue)
    assert mcnemar(0, 0) == mcnemar(4, 4) == 1.0
    assert mcnemar(0, 2000) == 0.0


def crossed(seeds: int, examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Results whose difference has a part of each seed, and one of each example."""
    rng = np.random.default_rng(seed)
    old = rng.standard_normal((seeds, examples))
    by_seed = 0.05 * rng.standard_normal((seeds, 1))
    by_example = 1.0 * rng.standard_normal((1, examples))
    return old, old + 0.3 + by_seed + by_example


def test_a_new_test_set_is_less_certain_than_this_one():
    old, new = crossed(20, 100, 1)
    found = bootstrap(old.tolist(), new.tolist(), 1, seed=4)
    assert found.d == pytest.approx(float((new - old).mean()))
    assert found.here[0] <= found.d <= found.here[1]
    assert found.se_here == pytest.approx(0.05 / 20**0.5, rel=0.35)
    assert found.se_anew == pytest.approx(1.0 / 100**0.5, rel=0.2)
    assert found.anew[1] - found.anew[0] > 3 * (found.here[1] - found.here[0])


def test_orientation_turns_the_claim_round():
    old, new = (one.tolist() for one in crossed(5, 30, 2))
    up, down = (bootstrap(old, new, sign, seed=4) for sign in (1, -1))
    assert down.d == -up.d
    assert down.se_anew == pytest.approx(up.se_anew)


def test_the_bootstrap_depends_on_its_seed_alone():
    old, new = (one.tolist() for one in crossed(4, 30, 3))
    assert bootstrap(old, new, 1, seed=1) == bootstrap(old, new, 1, seed=1)
    assert bootstrap(old, new, 1, seed=1) != bootstrap(old, new, 1, seed=2)


def test_large_test_sets_are_resampled_in_parts():
    old, new = (one.tolist() for one in crossed(3, 40_000, 3))
    found = bootstrap(old, new, 1, seed=1, repetitions=150)
    by_examples = found.se_anew**2 - found.se_here**2
    assert abs(by_examples) ** 0.5 < 0.01
    assert found.anew[0] < found.d < found.anew[1]


def test_equal_arms_are_certain_of_nothing_changing():
    found = bootstrap([[0.0, 1.0]], [[0.0, 1.0]], 1, seed=1)
    assert (found.d, found.here, found.anew) == (0.0, (0.0, 0.0), (0.0, 0.0))


def test_huge_results_do_not_overflow():
    found = bootstrap([[-1e308, 1e308]], [[-1e308, 1e308]], 1, seed=1)
    assert found.d == 0.0


@pytest.mark.parametrize(
    ("baseline", "branch"),
    [
        ([], []),
        ([[]], [[]]),
        ([[1.0]], [[1.0, 2.0]]),
        ([[float("nan")]], [[1.0]]),
    ],
)
def test_arms_that_do_not_match_are_refused(baseline, branch):
    with pytest.raises(ValueError, match=r"same seeds|not finite"):
        bootstrap(baseline, branch, 1, seed=1)
