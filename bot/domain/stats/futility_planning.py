"""What stopping for futility would save, for planning: simulated evaluations.

The rule is that of `futility`: a look is futile where the conditional powers of PASS
under d = 0 and of BLOCK under d = -m are both below 0.1. Here it is asked of thousands
of looks at once, so ways on from a look are drawn instead of integrated.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr

from bot.domain.policy import Role
from bot.domain.stats.boundaries import Z_CAP, boundaries
from bot.domain.stats.futility import HOPELESS
from bot.domain.stats.paths import Array
from bot.domain.stats.power import Design, Paths, fates, lines

_WAYS = 4000  # drawn ways on from each look
_SEED = 20_250_613
_DRIFTS = np.geomspace(0.1, 40.0, 13)  # of Z at full information, for one tolerance


@dataclass(frozen=True, slots=True)
class Saving:
    """What futility would do at a true effect `d` (in tolerances, oriented).

    It stops the share `stopped` of evaluations, `decided` of them (a share of all) on
    their way to a verdict. `trials` of both arms are saved, as a mean over all.
    """

    d: float
    stopped: float
    decided: float
    trials: float


def futility_savings(
    design: Design, paths: Paths, tolerance_sd: float, effects: tuple[float, ...]
) -> tuple[Saving, ...]:
    """What it would save on `paths` at each of `effects`, in tolerances.

    `tolerance_sd` is the tolerance in per-run SDs.
    """
    drift = np.log(tolerance_sd / paths.se / np.sqrt(_share(design)))
    bounds = enumerate(hopeless_below(design))
    columns = [np.interp(drift[:, k], np.log(_DRIFTS), one) for k, one in bounds]
    needed = np.array(columns).T
    return tuple(_saving(paths, needed, tolerance_sd, effect) for effect in effects)


def _saving(paths: Paths, needed: Array, tolerance_sd: float, effect: float) -> Saving:
    moved = effect * tolerance_sd
    ends = fates(paths, lines(Role.PRIMARY, tolerance_sd), moved)
    futile = np.arange(len(paths.looks)) < ends.first[:, None]
    d, se, df = (one[futile] for one in (paths.d + moved, paths.se, paths.df))
    no_pass = _z((d + tolerance_sd) / se, df) < needed[futile]
    futile[futile] = no_pass & (_z(-d / se, df) < needed[futile])
    stopped = futile.any(axis=1)
    seeds = np.array(paths.looks)
    saved = seeds[ends.first] - seeds[futile.argmax(axis=1)]
    return Saving(
        d=effect,
        stopped=float(stopped.mean()),
        decided=float((stopped & (ends.passed | ends.blocked)).mean()),
        trials=2.0 * float(np.where(stopped, saved, 0).mean()),
    )


def _z(t: Array, df: Array) -> Array:
    """The z of the same one-sided p, which stands for t in what follows."""
    return np.array(np.clip(-ndtri(stdtr(df, -t)), -Z_CAP, Z_CAP))


def hopeless_below(design: Design) -> tuple[Array, ...]:
    """For every look the z below which conditional power is under 0.1.

    One array a look, over the drifts of `_DRIFTS`. By symmetry it serves both tests:
    under d = 0 that of d <= -m drifts as that of d >= 0 does under d = -m. A way on
    crosses if its look's score is above some random one; the z sought is the 0.1
    quantile of that (Lan, Simon and Halperin 1982, over all looks that are left).
    """
    share = _share(design)
    bounds = np.array(boundaries(tuple(share.tolist()), design.alpha, design.spending))
    rng = np.random.default_rng(_SEED)
    looks = range(len(share) - 1)
    found = (_quantiles(share[k:], bounds[k + 1 :], rng) for k in looks)
    return (*found, np.full(len(_DRIFTS), -Z_CAP))


def _share(design: Design) -> Array:
    return np.array(design.looks) / design.looks[-1]


def _quantiles(share: Array, bounds: Array, rng: np.random.Generator) -> Array:
    """The z at share[0] from which a way on crosses `bounds` with probability 0.1."""
    steps = np.diff(share)
    noise = np.cumsum(rng.standard_normal((_WAYS, len(steps))) * np.sqrt(steps), axis=1)
    open_ = bounds * np.sqrt(share[1:]) - noise
    gone = share[1:] - share[0]
    found = [
        np.quantile((open_ - drift * gone).min(axis=1), HOPELESS) for drift in _DRIFTS
    ]
    return np.array(found / np.sqrt(share[0]))
