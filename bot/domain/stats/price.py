"""What it costs that `tolerance: auto` rests on an SD which is itself an estimate."""

from dataclasses import dataclass

import numpy as np

from bot.domain.stats.power import Paths


@dataclass(frozen=True, slots=True)
class Price:
    """Shares of branches that pass: without any effect, and with the whole loss.

    The whole loss is the tolerance that the true SD would have given.
    """

    passed: float
    missed: float


def price(paths: Paths, runs: int, sds: float, seed: int) -> Price:
    """Judge simulated branches by tolerances of `sds` estimated SDs.

    Each path meets a pilot of its own, of `runs` (two or more) normal runs: the square
    of its SD is chi squared on runs - 1 degrees of freedom.
    """
    rng = np.random.default_rng(seed)
    size = paths.d.shape[0]
    estimated = np.sqrt(rng.chisquare(runs - 1, (size, 1)) / (runs - 1))
    room = paths.critical * paths.se

    def share(effect: float) -> float:
        d = paths.d + effect
        passed = d + sds * estimated >= room
        crossed = passed | (d <= -room)
        first = crossed.argmax(axis=1)[:, None]
        return float(np.take_along_axis(passed, first, axis=1).mean())

    return Price(share(0.0), share(-sds))
