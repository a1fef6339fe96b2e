"""Failed trials as outcomes: exact tests and bounds on counts."""

import math
from fractions import Fraction


def fisher_more_failures(
    failed_branch: int, n_branch: int, failed_baseline: int, n_baseline: int
) -> float:
    """The one-sided p that the branch fails no more often (Fisher's exact test, 1934).

    Summed in whole numbers, so it is exact at any size.
    """
    failed, everything = failed_branch + failed_baseline, n_branch + n_baseline
    most = min(failed, n_branch)
    ways = sum(
        math.comb(n_branch, k) * math.comb(n_baseline, failed - k)
        for k in range(failed_branch, most + 1)
    )
    return float(Fraction(ways, math.comb(everything, failed)))


def failure_upper_bound(failed: int, n: int, confidence: float = 0.95) -> float:
    """The one-sided upper bound of a failure rate (Clopper and Pearson 1934)."""
    if failed >= n:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(failed + 1, n - failed, confidence))


def may_differ(n: int) -> float:
    """The upper 95 % bound of the share of seeds that may differ, none of `n` did."""
    return failure_upper_bound(0, n)
