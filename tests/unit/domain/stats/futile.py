"""Designs that stop for futility, simulated."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, stdtr

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.comparison import Comparison
from bot.domain.stats.futility import HOPELESS, Course, conditional_power
from bot.domain.stats.method import Method
from tests.unit.domain.stats.harness import ALPHA, Ends, Flags, Seen, judge

_DRIFTS = np.array([0.3, 0.7, 1.2, 1.8, 2.6, 3.6, 5.0, 8.0, 15.0])
_END = 8.9


def with_and_without(
    seen: Seen, tolerance: float, spending: Spending
) -> tuple[Ends, Ends]:
    """The same paths judged without futility and with it."""
    bounds = seen.critical(levels(seen.looks, ALPHA, spending))
    stop = _futile(seen, tolerance, spending)
    return judge(seen, bounds, tolerance), judge(seen, bounds, tolerance, stop)


def _futile(seen: Seen, tolerance: float, spending: Spending) -> Flags:
    """Where both z are below those whose conditional power is `HOPELESS`."""
    share = np.array(seen.looks) / seen.looks[-1]
    drift = tolerance / seen.se / np.sqrt(share)
    stop = np.zeros(seen.d.shape, dtype=np.bool_)
    for k in range(len(seen.looks) - 1):
        limits = [_limit(seen.looks, k, one, spending) for one in _DRIFTS]
        limit = np.interp(drift[:, k], _DRIFTS, limits)
        gaps = (seen.d[:, k] + tolerance, -seen.d[:, k])
        z = [-ndtri(stdtr(seen.df[:, k], -gap / seen.se[:, k])) for gap in gaps]
        stop[:, k] = np.maximum(*z) < limit
    return stop


def _limit(looks: tuple[int, ...], k: int, drift: float, spending: Spending) -> float:
    """The z at look `k` that leaves a conditional power of `HOPELESS`."""
    course = Course(looks[: k + 1], looks[k + 1 :], looks[-1], ALPHA, spending)
    se = 1.0 / drift / math.sqrt(looks[k] / looks[-1])

    def excess(z: float) -> float:
        p = float(ndtr(-z))
        found = Comparison(Method.PAIRED_T, p_ni=p, p_harm=p, margin=1.0, se=se)
        return conditional_power(found, course).p_pass - HOPELESS

    return -_END if excess(-_END) > 0 else float(brentq(excess, -_END, _END, xtol=1e-3))
