"""Every error rate that the gate promises, realised by simulation.

Each function simulates `repetitions` evaluations from its own stored seed and gives the
rates that came out beside the promised ones. Runs are normal with SD 1 and the
tolerance is 1.5 SD unless it is said otherwise.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import level_at, levels
from bot.domain.stats.choice import Test
from bot.domain.stats.evalue import critical_t
from bot.domain.stats.failures import fisher_more_failures
from bot.domain.stats.spent import spent_alpha
from tests.unit.domain.stats.harness import (
    ALPHA,
    LOOKS,
    TOLERANCE,
    Ends,
    Seen,
    ever_above,
    holm_history,
    holm_levels,
    holm_rejects,
    judge,
    moments,
    normal_arms,
    one_arm,
    see,
)
from tests.unit.domain.stats.reference import HSD2

SEED = 20_251_121
DEFAULT = Spending()
ONE_TEST = {0.05: 0.006, 0.025: 0.004, 0.01: 0.002}
"""How far one t test alone, with no rival boundary, may overshoot its alpha."""


@dataclass(frozen=True)
class Rate:
    """A share of evaluations; `promised` is None where nothing is."""

    name: str
    realised: float
    repetitions: int
    promised: float | None = None
    overshoot: float = 0.0

    @property
    def error(self) -> float:
        """The standard error of the simulation, at the promised rate if any."""
        p = self.realised if self.promised is None else self.promised
        return math.sqrt(max(p * (1.0 - p), 1e-12) / self.repetitions)

    def held(self, errors: float) -> bool:
        """Whether the promise holds, up to so many standard errors of simulation."""
        if self.promised is None:
            return True
        most = self.promised + self.overshoot + errors * self.error
        return bool(self.realised <= most)


def stream(*place: int) -> np.random.Generator:
    """The numbers of one experiment (and part of it), always the same."""
    return np.random.default_rng([SEED, *place])


def _share(flags) -> float:
    return float(np.mean(flags))


def primary(repetitions: int, spending: Spending = DEFAULT) -> Iterator[Rate]:
    """PASS at a loss of the tolerance and BLOCK at none: 5 % each."""
    nominal = levels(LOOKS, ALPHA, spending)
    for rho in (0.0, 0.5, 0.9):
        arms = normal_arms(stream(1), (repetitions, LOOKS[-1]), rho)
        for paired in (False, True):
            name = f"{_named(paired)}, correlation {rho}"
            seen = see(*arms, paired=paired)
            bounds = seen.critical(nominal)
            lost = judge(seen.moved(-TOLERANCE), bounds).passed
            harm = judge(seen, bounds).blocked
            yield Rate(f"{name}: PASS at -m", _share(lost), repetitions, ALPHA)
            yield Rate(f"{name}: BLOCK at 0", _share(harm), repetitions, ALPHA)


def _named(paired: bool) -> str:
    return "paired" if paired else "Welch"


def alone(repetitions: int) -> Iterator[Rate]:
    """One test with no rival boundary: alpha and the stated overshoot of t."""
    arms = normal_arms(stream(2), (repetitions, LOOKS[-1]))
    for paired, alpha in product((False, True), (0.05, 0.025, 0.01)):
        seen = see(*arms, paired=paired)
        bounds = seen.critical(levels(LOOKS, alpha, DEFAULT))
        name = f"{_named(paired)}, alpha {alpha:g}"
        crossed = _share(ever_above(seen, bounds))
        yield Rate(name, crossed, repetitions, alpha, ONE_TEST[alpha])


def any_schedule(repetitions: int) -> Iterator[Rate]:
    """Looks that are missed at random, or added, or at unequal arms."""
    rng = stream(3)
    kinds = {"missed at random": _missed, "added after 20": _added}
    for (name, kind), paired in product(kinds.items(), (False, True)):
        crossed = []
        for _ in range(20):
            looks, nominal = kind(rng)
            arms = normal_arms(rng, (max(1, repetitions // 20), looks[-1]))
            seen = see(*arms, looks, paired=paired)
            crossed.append(_share(ever_above(seen, seen.critical(nominal))))
        found = float(np.mean(crossed))
        shown = f"looks {name}, {_named(paired)}"
        yield Rate(shown, found, repetitions, ALPHA, ONE_TEST[ALPHA])
    yield _unequal(rng, repetitions)


def _nominal(looks) -> list[float]:
    return [
        level_at(n, tuple(looks[:k]), LOOKS[-1], ALPHA, DEFAULT)
        for k, n in enumerate(looks)
    ]


def _missed(rng):
    kept = rng.random(len(LOOKS)) < 0.4
    looks = tuple(n for n, keep in zip(LOOKS, kept, strict=True) if keep or n == 20)
    return looks, _nominal(looks)


def _added(rng):
    last = int(rng.integers(12, 19))
    looks = (5, 10, *range(last, 21), 22, 25)
    return looks, _nominal(looks)


def _unequal(rng, repetitions: int) -> Rate:
    """The baseline has two runs for three of the branch; information is harmonic."""
    sizes = [(6, 4), (9, 6), (15, 10), (24, 16), (30, 20)]
    new_n, old_n = (tuple(column) for column in zip(*sizes, strict=True))
    effective = [2 / (1 / a + 1 / b) for a, b in sizes]
    nominal = [
        level_at(n, tuple(effective[:k]), effective[-1], ALPHA, DEFAULT)
        for k, n in enumerate(effective)
    ]
    mean, spread = moments(rng.standard_normal((repetitions, 30)), new_n)
    other, another = moments(rng.standard_normal((repetitions, 20)), old_n)
    one, two = spread / np.array(new_n), another / np.array(old_n)
    df = (one + two) ** 2 / (
        one**2 / (np.array(new_n) - 1) + two**2 / (np.array(old_n) - 1)
    )
    seen = Seen(old_n, mean - other, np.sqrt(one + two), df)
    p = seen.moved(0.0).p(0.0, 0.06)
    found = _share((p <= np.array(nominal)).any(axis=1))
    name = "arms of 3 runs to 2, Welch"
    return Rate(name, found, repetitions, ALPHA, ONE_TEST[ALPHA])


def _family(rng, repetitions: int, size: int, correlation: float):
    """Same-seed differences of `size` metrics that share a part of their noise."""
    for start in range(0, repetitions, 1000):
        count = min(1000, repetitions - start)
        common = rng.standard_normal((count, 1, LOOKS[-1]))
        own = rng.standard_normal((count, size, LOOKS[-1]))
        yield math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * own


def _wrongly(rng, repetitions, shifts, correlation, by_left, line=0.0) -> float:
    """How often a family rejects d >= `line` of any metric whose shift is not below."""
    shift = np.array(shifts)[None, :, None]
    false = np.array(shifts) >= line
    found = []
    for values in _family(rng, repetitions, len(shifts), correlation):
        p = _family_p(values + shift, line)
        found.append(holm_rejects(p, by_left)[:, false].any(axis=1))
    return _share(np.concatenate(found))


def _family_p(values, line: float):
    count, size, n = values.shape
    seen = one_arm(values.reshape(count * size, n))
    return seen.p(line, ALPHA).reshape(count, size, len(LOOKS))


def harm_family(repetitions: int) -> Iterator[Rate]:
    """Harm to any of three primary metrics that is none: 5 % for the family."""
    by_left = holm_levels(DEFAULT, 3)
    for shifts, rho in product(((0.0,) * 3, (-1.5, 0.0, 0.0)), (0.0, 0.5, 0.9)):
        harmed = sum(one < 0 for one in shifts)
        name = f"3 primaries, {harmed} harmed, correlated {rho}"
        found = _wrongly(stream(4), repetitions, shifts, rho, by_left)
        yield Rate(name, found, repetitions, ALPHA, ONE_TEST[ALPHA])


def guardrails(repetitions: int) -> Iterator[Rate]:
    """A loss beyond the tolerance of any of 20 slices that has none: 5 %."""
    by_left = holm_levels(DEFAULT, 20)
    cases = {"all at -m": (-1.0,) * 20, "half at -m, half lost": (-1.0, -2.5) * 10}
    for (shown, shifts), rho in product(cases.items(), (0.0, 0.7)):
        name = f"20 slices, {shown}, correlated {rho}"
        found = _wrongly(stream(5), repetitions, shifts, rho, by_left, line=-1.0)
        yield Rate(name, found, repetitions, ALPHA, ONE_TEST[ALPHA])


def improve(repetitions: int) -> Iterator[Rate]:
    """An improvement beyond the margin shown where it is just the margin: 2.5 %."""
    arms = normal_arms(stream(6), (repetitions, LOOKS[-1]))
    for test in Test:
        alpha = spent_alpha(LOOKS, 0.025, HSD2, test=test)
        seen = see(*arms, paired=test is Test.PAIRED)
        crossed = ever_above(seen, seen.critical(levels(LOOKS, alpha, HSD2)))
        # the search knows the overshoot to 1 % of alpha
        yield Rate(f"shown, {test}", _share(crossed), repetitions, 0.025, 0.0003)


def target(repetitions: int) -> Iterator[Rate]:
    """A mean shown on the right side of a number that it equals: its alpha."""
    seen = one_arm(stream(7).standard_normal((repetitions, LOOKS[-1])))
    for alpha, spending in product((0.05, 0.01), (HSD2, DEFAULT)):
        spent = spent_alpha(LOOKS, alpha, spending)
        crossed = ever_above(seen, seen.critical(levels(LOOKS, spent, spending)))
        name = f"alpha {alpha:g}, hsd {spending.parameter:g}"
        yield Rate(name, _share(crossed), repetitions, alpha, 0.02 * alpha)


def failures(repetitions: int) -> Iterator[Rate]:
    """More failures shown where both arms fail equally often: 5 %."""
    nominal = levels(LOOKS, ALPHA, DEFAULT)
    tables = {n: _fisher(n) for n in LOOKS}
    for rate in (0.02, 0.1, 0.3):
        rng = stream(8)
        old, new = (
            (rng.random((repetitions, LOOKS[-1])) < rate).cumsum(axis=1)
            for _ in range(2)
        )
        shown = np.zeros(repetitions, dtype=np.bool_)
        for n, level in zip(LOOKS, nominal, strict=True):
            shown |= tables[n][new[:, n - 1], old[:, n - 1]] <= level
        name = f"both arms fail {rate:.0%} of trials"
        yield Rate(name, _share(shown), repetitions, ALPHA)


def _fisher(n: int):
    counts = range(n + 1)
    return np.array(
        [[fisher_more_failures(a, n, b, n) for b in counts] for a in counts]
    )


def ablation(repetitions: int) -> Iterator[Rate]:
    """Any of eight harmless changes flagged, all against one full arm: 5 %."""
    by_left = holm_levels(DEFAULT, 8)
    for rho in (0.0, 0.5):
        flags = [
            _flagged(stream(9, start), min(1000, repetitions - start), rho, by_left)
            for start in range(0, repetitions, 1000)
        ]
        harmed, verdicts = (np.concatenate(one) for one in zip(*flags, strict=True))
        kept = verdicts == "pass"
        name = f"8 changes, same-seed correlation {rho}"
        found = _share(harmed[kept])
        yield Rate(name, found, int(kept.sum()), ALPHA, ONE_TEST[ALPHA])
        after = _share(harmed[verdicts == "block"])
        count = max(1, int((verdicts == "block").sum()))
        yield Rate(f"{name}, after a BLOCK", after, count)


def _flagged(rng, count: int, rho: float, by_left):
    """Which evaluations flag a change, and what the full branch itself got."""
    seeds = math.sqrt(rho) * rng.standard_normal((count, 1, LOOKS[-1]))
    base, full = (seeds + _own(rng, count, 1, rho) for _ in range(2))
    without = seeds + _own(rng, count, 8, rho)
    nominal = levels(LOOKS, ALPHA, DEFAULT)
    p = _family_p(full - without, 0.0)
    passes = _family_p(without - full - TOLERANCE, 0.0) <= np.array(nominal)
    blocks = holm_history(p, by_left)
    first = (passes | blocks).argmax(axis=2)[:, :, None]  # place 0 if there is none
    flags = np.take_along_axis(blocks & ~passes, first, axis=2)
    harmed = flags[:, :, 0].any(axis=1)
    seen = one_arm((full - base)[:, 0])
    ends = judge(seen, seen.critical(nominal))
    verdict = np.where(ends.passed, "pass", np.where(ends.blocked, "block", "open"))
    return harmed, verdict


def _own(rng, count: int, arms: int, rho: float):
    return math.sqrt(1.0 - rho) * rng.standard_normal((count, arms, LOOKS[-1]))


def extension(repetitions: int) -> Iterator[Rate]:
    """The default design, and if undecided e-values after each further pair to 60."""
    looks = tuple(range(4, 61))
    parts = [
        [see(*arms, looks, paired=paired) for paired in (False, True)]
        for arms in _long_arms(repetitions)
    ]
    for (k, paired), m in product(enumerate((False, True)), (0.5, 0.75, 1.0, 1.5)):
        pairs = [_extended(part[k], m, paired=paired) for part in parts]
        lost, harm = (np.concatenate(one) for one in zip(*pairs, strict=True))
        name = f"{_named(paired)}, m = {m:g} SD"
        for shown, flags in (("PASS at -m", lost), ("BLOCK at 0", harm)):
            yield Rate(f"{name}: {shown}", _share(flags), repetitions, ALPHA, 0.007)


def _long_arms(repetitions: int):
    for start in range(0, repetitions, 5000):
        count = min(5000, repetitions - start)
        yield normal_arms(stream(10, start), (count, 60))


def _extended(seen: Seen, m: float, *, paired: bool):
    """PASS at d = -m and BLOCK at d = 0, by the design or by what follows it."""
    nominal = levels(LOOKS, ALPHA, DEFAULT)
    count = len(LOOKS)
    early = Seen(LOOKS, seen.d[:, :count], seen.se[:, :count], seen.df[:, :count])
    late_n = seen.looks[count:]
    shapes = [(n - 1.0, n) if paired else (2.0 * n - 2.0, n / 2.0) for n in late_n]
    beyond = np.array([critical_t(df, n, ALPHA) for df, n in shapes])
    late = np.broadcast_to(beyond, seen.d[:, count:].shape)
    reach = np.concatenate([early.critical(nominal), late], axis=1)
    lost = judge(seen.moved(-m), reach, m).passed
    return lost, judge(seen, reach, m).blocked


def peeking(repetitions: int) -> float:
    """The harness's own check: Welch's p < .05 at every n of 3..20, with no design."""
    looks = tuple(range(3, 21))
    seen = see(*normal_arms(stream(11), (repetitions, 20)), looks, paired=False)
    return _share(ever_above(seen, seen.critical((ALPHA,) * len(looks))))


def shapes(repetitions: int) -> Iterator[tuple[str, Ends, Ends]]:
    """Verdicts at d = 0 and d = -m where runs are not normal, or not alike."""
    nominal = levels(LOOKS, ALPHA, DEFAULT)
    shape = (repetitions, LOOKS[-1])
    for (name, old, new), paired in product(_SHAPES, (False, True)):
        rng = stream(12)
        seen = see(old(rng, shape), new(rng, shape), paired=paired)
        bounds = seen.critical(nominal)
        lost = judge(seen.moved(-TOLERANCE), bounds)
        yield f"{name}, {_named(paired)}", judge(seen, bounds), lost


def normal(rng, shape):
    return rng.standard_normal(shape)


def bad_tail(rng, shape):
    """Lognormal with shape .8, its long tail on the worse side; mean 0 and SD 1."""
    square = 0.8**2
    mean, spread = math.exp(square / 2), math.exp(square) * math.expm1(square)
    return (mean - np.exp(0.8 * rng.standard_normal(shape))) / math.sqrt(spread)


def heavy(rng, shape):
    """Student's t with 3 degrees of freedom, SD 1."""
    return rng.standard_t(3, shape) / math.sqrt(3.0)


def collapsing(rng, shape):
    """One run in ten is worse by 5 SDs of the others; mean 0 and SD 1."""
    collapsed = rng.random(shape) < 0.1
    values = rng.standard_normal(shape) - 5.0 * collapsed + 0.5
    return values / math.sqrt(1.0 + 25.0 * 0.09)


_SHAPES = (
    ("normal", normal, normal),
    ("both with a bad tail", bad_tail, bad_tail),
    ("both t3", heavy, heavy),
    ("both collapse 1 in 10", collapsing, collapsing),
    ("branch alone with a bad tail", normal, bad_tail),
    ("branch alone collapses", normal, collapsing),
    ("baseline alone with a bad tail", bad_tail, normal),
)

PROMISES = {
    "primary: three-valued rule, m = 1.5 SD": primary,
    "one test alone, no rival boundary": alone,
    "any schedule, one test alone": any_schedule,
    "harm to several primaries, Holm": harm_family,
    "guardrails and slices, Holm": guardrails,
    "improve, spent alpha": improve,
    "target, spent alpha": target,
    "failures, Fisher": failures,
    "ablation family, Holm": ablation,
    "e-values after the last look": extension,
}
