"""Alpha-spending functions: how much error may be used up to a share of information.

Plain `math`, so that parsing a policy costs no numerical library.
"""

import math
from statistics import NormalDist
from typing import assert_never

from bot.domain.errors import UserFault
from bot.domain.policy import Spending, SpendingFamily, parse_spending


def spent(information: float, alpha: float, spending: Spending) -> float:
    """The one-sided error that may be used up to `information` (0..1, clipped).

    Pocock and O'Brien-Fleming types: Lan and DeMets (1983); power family: Kim and
    DeMets (1987); exponential family: Hwang, Shih and DeCani (1990).
    """
    share = min(max(information, 0.0), 1.0)
    match spending.family:
        case SpendingFamily.POCOCK:
            return alpha * math.log1p(math.expm1(1.0) * share)
        case SpendingFamily.OBRIEN_FLEMING:
            return _obrien_fleming(share, alpha)
        case SpendingFamily.KIM_DEMETS:
            return alpha * float(share**spending.parameter)
        case SpendingFamily.HWANG_SHIH_DECANI:
            return alpha * _exponential(share, spending.parameter)
        case _:
            assert_never(spending.family)


def _obrien_fleming(share: float, alpha: float) -> float:
    if share == 0.0:
        return 0.0
    quantile = NormalDist().inv_cdf(alpha / 2.0)
    return math.erfc(-quantile / math.sqrt(2.0 * share))


def _exponential(share: float, gamma: float) -> float:
    """(1 - exp(-gamma share)) / (1 - exp(-gamma)), with no exponent above 0."""
    if gamma == 0.0:
        return share
    size = abs(gamma)
    grown = math.expm1(-size * share) / math.expm1(-size)
    return grown if gamma > 0.0 else math.exp(-size * (1.0 - share)) * grown


def spending_of(text: str) -> Spending:
    """What `pocock`, `obf`, `kd:RHO` (above 0) or `hsd:GAMMA` names, or UserFault."""
    found = parse_spending(text.strip())
    if found is None:
        problem = f"{text!r} is not an alpha-spending function."
        mend = "Write pocock, obf, kd:RHO (RHO above 0) or hsd:GAMMA."
        raise UserFault(problem, mend)
    return found
