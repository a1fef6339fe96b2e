"""Print the operating characteristics of the three-valued rule, with its goals.

    python -m tests.benchmarks.operating_characteristics [--repetitions N] [--seed N]

Tolerance 1.5 per-run SDs, one-sided alpha 0.05. Columns: shares of PASS, BLOCK and
UNDECIDED and mean trials of both arms without effect (d = 0), and the same shares at a
loss of the whole tolerance (d = -m). Goals: PASS at -m and BLOCK at 0 at most 5 % each,
and few trials. Skewed runs are lognormal (0.8) with the long tail on the bad side, t3
is Student's t on 3 degrees of freedom, both with SD 1 and the same law in both arms;
"left-skewed branch" is normal in the baseline only. Correlation is that of the normal
scores. Where 10 % of the trials crash, in both arms, the rules for failures judge too.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from bot.domain.policy import Role
from bot.domain.stats.power import Design, Paths, fates, lines, paths_of
from bot.domain.stats.simulation import statistics
from bot.domain.stats.spending import spending_of
from bot.domain.stats.walk import Crashes, Drawn, Ends, Schedule, walk

TOLERANCE, ALPHA, LAST = 1.5, 0.05, 20
FOUR, EVERY, EVEN = (5, 10, 15, 20), tuple(range(4, 21)), tuple(range(4, 21, 2))
CORRELATIONS = (0.0, 0.5, 0.9)
DESIGNS = (
    ("5/10/15/20 Pocock", FOUR, "pocock"),
    ("4..20 HSD 2", EVERY, "hsd:2"),
    ("4..20 HSD 2.5", EVERY, "hsd:2.5"),
    ("4..20 HSD 3 (default)", EVERY, "hsd:3"),
    ("4,6..20 HSD 3", EVEN, "hsd:3"),
    ("4,6..20 HSD 3.5", EVEN, "hsd:3.5"),
    ("4,6..20 HSD 4", EVEN, "hsd:4"),
)
DEFAULT = "4..20 HSD 3 (default)"
SLOTS = (2, 8, 40)
Array = np.ndarray
Shape = Callable[[Array], Array]
_TAIL = 0.8
_MOST_ERROR = 0.05


def plain(z: Array) -> Array:
    """Normal runs."""
    return z


def skewed(z: Array) -> Array:
    """Lognormal runs of mean 0 and SD 1, the long tail on the bad side."""
    spread = np.exp(_TAIL**2 / 2)
    return (spread - np.exp(_TAIL * z)) / (spread * np.sqrt(np.expm1(_TAIL**2)))


def heavy(z: Array) -> Array:
    """Student's t on 3 degrees of freedom, scaled to SD 1."""
    return stdtrit(3.0, ndtr(z)) / np.sqrt(3.0)


@dataclass(frozen=True)
class Data:
    """A law of each arm's runs, and the share of trials that crash."""

    name: str
    baseline: Shape
    branch: Shape
    crashing: float = 0.0


KINDS = (
    Data("normal", plain, plain),
    Data("skewed", skewed, skewed),
    Data("t3", heavy, heavy),
    Data("left-skewed branch", plain, skewed),
    Data("10 % crash", plain, plain, crashing=0.1),
)


@dataclass(frozen=True)
class Line:
    """One row of the table; `none` at d = 0, `loss` at d = -m."""

    data: str
    design: str
    paired: bool
    correlation: float
    none: Ends
    loss: Ends

    @property
    def goal(self) -> float:
        """The most trials that are aimed at."""
        paired = dict(zip(CORRELATIONS, (15.5, 11.0, 9.0), strict=True))
        return paired[self.correlation] if self.paired else 14.0

    @property
    def missed(self) -> tuple[str, ...]:
        """The goals that are not met, by name."""
        found = (
            ("trials", self.none.trials > self.goal),
            ("BLOCK at 0", self.none.blocked > _MOST_ERROR),
            ("PASS at -m", self.loss.passed > _MOST_ERROR),
        )
        return tuple(name for name, is_missed in found if is_missed)


@dataclass(frozen=True)
class Drawing:
    """Runs of both arms and their crashes: (repetitions, 20) each."""

    arms: tuple[Array, Array]
    crashes: Crashes | None


def drawing(data: Data, correlation: float, repetitions: int, seed: int) -> Drawing:
    rng = np.random.default_rng(seed)
    old, own = (rng.standard_normal((repetitions, LAST)) for _ in range(2))
    new = correlation * old + np.sqrt(1.0 - correlation**2) * own
    crashes = None
    if data.crashing:
        flags = (rng.random((repetitions, LAST)) < data.crashing for _ in range(2))
        crashes = Crashes(*flags)
    return Drawing((data.baseline(old), data.branch(new)), crashes)


def judged(design: Design, drawn: Drawing) -> tuple[Ends, Ends]:
    """How evaluations end at d = 0 and at d = -m."""
    if drawn.crashes is None:
        paths = paths_of(design, drawn.arms)
        return ended(paths, 0.0), ended(paths, -TOLERANCE)
    return crashed(design, drawn, 0.0), crashed(design, drawn, -TOLERANCE)


def ended(paths: Paths, effect: float) -> Ends:
    found = fates(paths, lines(Role.PRIMARY, TOLERANCE), effect)
    return Ends(
        passed=float(found.passed.mean()),
        blocked=float(found.blocked.mean()),
        undecided=float((~(found.passed | found.blocked)).mean()),
        trials=float(2.0 * np.array(paths.looks)[found.first].mean()),
    )


def crashed(design: Design, drawn: Drawing, effect: float) -> Ends:
    """By all rules: Fisher's test, no pass with more failures, complete pairs."""
    old, new = drawn.arms
    found = statistics(
        (old, new + effect),
        design.looks,
        paired=design.paired,
        complete=drawn.crashes.complete,
    )
    schedule = Schedule(design.looks, design.alpha, design.spending)
    return walk(schedule, [Drawn(found, TOLERANCE)], [], drawn.crashes)


def table(
    repetitions: int, seed: int, kinds: tuple[Data, ...] = KINDS
) -> Iterator[Line]:
    """Every row, in the order of the print."""
    for data in kinds:
        for paired in (False, True):
            for correlation in CORRELATIONS:
                drawn = drawing(data, correlation, repetitions, seed)
                for name, looks, spending in DESIGNS:
                    design = Design(looks, ALPHA, spending_of(spending), paired)
                    ends = judged(design, drawn)
                    yield Line(data.name, name, paired, correlation, *ends)


def naive_peeking(repetitions: int, seed: int) -> float:
    """The error of Welch's t at p < 0.05 at every n of 3..20: the harness's own check.

    The share of branches without effect that some look calls better; about 18 %.
    """
    looks = tuple(range(3, LAST + 1))
    drawn = drawing(KINDS[0], 0.0, repetitions, seed)
    n = np.array(looks, dtype=float)
    sums = [np.cumsum(arm, axis=1)[:, 2:] for arm in drawn.arms]
    squares = [np.cumsum(arm**2, axis=1)[:, 2:] for arm in drawn.arms]
    old, new = (
        (q - s**2 / n) / (n - 1.0) / n for s, q in zip(sums, squares, strict=True)
    )
    t = (sums[1] - sums[0]) / n / np.sqrt(old + new)
    df = (n - 1.0) * (old + new) ** 2 / (old**2 + new**2)
    return float((t > -stdtrit(df, ALPHA)).any(axis=1).mean())


def waves(looks: tuple[int, ...], slots: int) -> tuple[int, ...]:
    """Waves of equally long trials until each look can be made.

    The gate starts what the next look needs and fills idle slots with what the look
    after it needs, no further.
    """
    found, done, wave = [], 0, 0
    for k, look in enumerate(looks):
        following = looks[min(k + 1, len(looks) - 1)]
        while done < 2 * look:
            needed = 2 * look - done
            idle = max(0, slots - needed)
            done += min(needed, slots) + min(idle, 2 * (following - look))
            wave += 1
        found.append(wave)
    return tuple(found)


def wave_table(
    repetitions: int, seed: int
) -> Iterator[tuple[str, bool, float, list[float]]]:
    """Mean trials, and mean waves for each number of slots, without effect."""
    drawn = drawing(KINDS[0], 0.5, repetitions, seed)
    for paired in (False, True):
        for name, looks, spending in DESIGNS:
            design = Design(looks, ALPHA, spending_of(spending), paired)
            found = fates(
                paths_of(design, drawn.arms), lines(Role.PRIMARY, TOLERANCE), 0
            )
            trials = float(2.0 * np.array(looks)[found.first].mean())
            mean = [float(np.array(waves(looks, s))[found.first].mean()) for s in SLOTS]
            yield name, paired, trials, mean


def test_name(*, paired: bool) -> str:
    return "paired" if paired else "Welch"


def shown(line: Line) -> str:
    none, loss = line.none, line.loss
    verdict = "met" if not line.missed else "missed: " + ", ".join(line.missed)
    return (
        f"{line.design:22} {test_name(paired=line.paired):6} {line.correlation:4}  "
        f"{none.passed:.3f} {none.blocked:.3f} {none.undecided:.3f} {none.trials:6.1f}"
        f"   {loss.passed:.3f} {loss.blocked:.3f} {loss.undecided:.3f}"
        f"   {line.goal:5} {verdict}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start, title = time.perf_counter(), ""
    head = (
        f"{'design':22} {'test':6} corr   PASS BLOCK UNDEC trials"
        f"   {'PASS BLOCK UNDEC at -m':18}  goal"
    )
    for line in table(chosen.repetitions, chosen.seed):
        if line.data != title:
            title = line.data
            print(f"\n{title}\n{head}")
        print(shown(line), flush=True)
    print("\nWaves until a verdict (normal, correlation .5, no effect), by free slots")
    print(f"{'design':22} {'test':6} trials  {'  '.join(f'{s:4}' for s in SLOTS)}")
    for name, paired, trials, mean in wave_table(chosen.repetitions, chosen.seed):
        figures = "  ".join(f"{one:4.1f}" for one in mean)
        print(f"{name:22} {test_name(paired=paired):6} {trials:6.1f}  {figures}")
    error = naive_peeking(chosen.repetitions, chosen.seed)
    print(f"\nNaive peeking (the harness's own check, about .18): {error:.3f}")
    print(f"{chosen.repetitions} repetitions, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
