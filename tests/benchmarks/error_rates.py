"""Print every error rate that the gate promises beside the one that simulation finds.

Ends with status 1 where a promise is broken, where the harness disagrees with the
gate's own functions on a path, or where naive peeking does not show its known error:
then it is the harness that cannot be believed.

Run: python -m tests.benchmarks.error_rates [--repetitions N]
"""

import argparse
import sys
import time

from bot.domain.policy import Spending, SpendingFamily
from bot.domain.stats.boundaries import levels
from tests.unit.domain.stats import promises
from tests.unit.domain.stats.futile import with_and_without
from tests.unit.domain.stats.harness import (
    ALPHA,
    LOOKS,
    disagreements,
    judge,
    normal_arms,
    see,
)

REPETITIONS = 60_000
ERRORS = 3.0  # standard errors of simulation that a realised rate may be above
PEEKING = (0.172, 0.192)
PATHS = 40  # judged once more by the gate's own functions, per effect and test
GOALS = {False: (14.0, 14.0, 14.0), True: (15.5, 11.0, 9.0)}
CORRELATIONS = (0.0, 0.5, 0.9)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    repetitions = parser.parse_args().repetitions
    start = time.perf_counter()
    print(f"{repetitions} repetitions, seed {promises.SEED}; looks 4..20")
    good = [harness(repetitions)]
    for title, simulate in promises.PROMISES.items():
        good.append(table(title, list(simulate(repetitions))))
    spendings(repetitions)
    futility(repetitions)
    shapes(repetitions)
    print(f"\n{'all promises hold' if all(good) else 'NOT ALL IS WELL'}")
    print(f"{time.perf_counter() - start:.0f} s")
    return 0 if all(good) else 1


def harness(repetitions: int) -> bool:
    """Whether the harness itself can be believed."""
    found = promises.peeking(repetitions)
    low, high = PEEKING
    known = low <= found <= high
    print("\nthe harness's own check")
    print(f"  naive peeking, Welch p < .05 at every n of 3..20: {found:.4f}", end="")
    print(f" (known: {low} to {high}) {'ok' if known else 'NO'}")
    spending = promises.DEFAULT
    effects = (0.0, -0.75, -1.5)
    wrong = sum(disagreements(5, PATHS, effect, spending) for effect in effects)
    total = 2 * PATHS * len(effects)
    print(f"  paths judged otherwise by compare and crossing: {wrong} of {total}")
    return known and not wrong


def table(title: str, rates: list[promises.Rate]) -> bool:
    print(f"\n{title}")
    print(f"  {'':56} promised realised  (SE)")
    for one in rates:
        if one.promised is None:
            shown, verdict = "  none ", ""
        else:
            extra = f"+{100 * one.overshoot:.2g}" if one.overshoot else ""
            shown = f"{100 * one.promised:g}{extra} %"
            verdict = "ok" if one.held(ERRORS) else "NO"
        error = f"({100 * one.error:.2f})"
        print(
            f"  {one.name:56} {shown:>8} {100 * one.realised:6.2f} % {error} {verdict}"
        )
    return all(one.held(ERRORS) for one in rates)


def spendings(repetitions: int) -> None:
    """What each spending costs and gives, against the goals for trials."""
    print("\nthe default spending: m = 1.5 SD, trials of both arms without effect")
    print("  spending  test    corr   PASS  BLOCK  UNDEC  trials  goal   PASS at -m")
    for gamma in (2.0, 2.5, 3.0):
        spending = Spending(SpendingFamily.HWANG_SHIH_DECANI, gamma)
        nominal = levels(LOOKS, ALPHA, spending)
        for place, rho in enumerate(CORRELATIONS):
            arms = normal_arms(promises.stream(1), (repetitions, LOOKS[-1]), rho)
            for paired, goals in GOALS.items():
                seen = see(*arms, paired=paired)
                bounds = seen.critical(nominal)
                none, lost = judge(seen, bounds), judge(seen.moved(-1.5), bounds)
                test = "paired" if paired else "Welch"
                met = "met" if none.trials <= goals[place] else "MISSED"
                print(
                    f"  hsd {gamma:<5g} {test:7} {rho:<4} {verdicts(none)}"
                    f"  {none.trials:6.2f}  {goals[place]:4} {met:6}"
                    f" {lost.passed.mean():.4f}"
                )


def verdicts(ends) -> str:
    shares = (ends.passed, ends.blocked, ends.undecided)
    return " ".join(f"{share.mean():6.3f}" for share in shares)


def futility(repetitions: int) -> None:
    print("\nfutility (off by default), paired, default spending: without / with")
    print("  m (SD)   d     PASS  BLOCK  UNDEC  trials    PASS  BLOCK  UNDEC  trials")
    arms = normal_arms(promises.stream(13), (repetitions, LOOKS[-1]))
    seen = see(*arms, paired=True)
    for m in (0.5, 1.0, 1.5):
        for effect in (0.0, -m):
            both = with_and_without(seen.moved(effect), m, promises.DEFAULT)
            shown = "  ".join(f"{verdicts(one)}  {one.trials:6.2f}" for one in both)
            print(f"  {m:<6g} {effect:5.2f}  {shown}")


def shapes(repetitions: int) -> None:
    print("\narms that are not normal, m = 1.5 SD, at d = 0 and d = -m")
    print("nothing is promised where the arms differ in shape")
    head = "  PASS  BLOCK  UNDEC  trials"
    print(f"  {'':38}{head}   PASS at -m")
    for name, none, lost in promises.shapes(repetitions):
        false = f"{lost.passed.mean():.4f}"
        print(f"  {name:38} {verdicts(none)}  {none.trials:6.2f}   {false}")


if __name__ == "__main__":
    sys.exit(main())
