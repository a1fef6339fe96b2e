"""Print group-sequential boundaries beside stated and independent ones, and their time.

Stated values with seven digits must agree to 1e-6, those with fewer to half a unit of
their last digit; an integrator that shares no code must agree to 1e-6 on every
schedule. Ends with status 1 where one does not.

Run: python -m tests.benchmarks.boundaries
"""

import itertools
import random
import sys
import time
from collections.abc import Iterator

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import boundaries, exit_probabilities, levels
from bot.domain.stats.spending import spending_of
from tests.unit.domain.stats import simpson
from tests.unit.domain.stats.reference import SPENDING_NAMES, case, names

WANTED = 1e-6
SEVEN = (
    ("rpact", "hsd:0", 0.03, (0.2, 0.4, 1.0), (2.5121443, 2.4228747, 2.0280392)),
    ("rpact", "obf", 0.03, (1 / 3, 2 / 3, 1.0), (3.5815302, 2.4178630, 1.9175839)),
)
FOUR = (
    ("independent", "pocock", 0.05, (5, 10, 15, 20), "2.0999 2.0767 2.0532 2.0348"),
    ("independent", "kd:2", 0.05, (5, 10, 15, 20), "2.7344 2.3019 2.0102 1.7692"),
    ("independent", "obf", 0.05, (5, 10, 15, 20), "3.7496 2.5399 2.0161 1.7202"),
    ("independent", "obf", 0.025, (5, 10, 15, 20), "4.3326 2.9631 2.3590 2.0141"),
    ("gsDesign", "hsd:-4", 0.025, (1, 2, 3), "3.0107 2.5465 1.9992"),
)
FAMILIES = ("pocock", "obf", "kd:1", "kd:2", "kd:3", "hsd:-4", "hsd:-2", "hsd:-0.5")
FAMILIES += ("hsd:0", "hsd:1", "hsd:2", "hsd:2.5", "hsd:3", "hsd:5")
ALPHAS = (0.05, 0.025, 0.01, 0.05 / 60)
DENSE = tuple(range(4, 21))


def main() -> int:
    print("stated values: worst difference of z, and what their digits allow")
    worst = [stated(*one) for one in (*seven(), *four(), *stored())]
    print("\nanother integrator: worst difference of z over families and alphas")
    worst += [independent(name, shares) for name, shares in schedules()]
    print("\ntime of all boundaries of a schedule, nothing remembered")
    for looks, label in ((DENSE, "4..20"), (tuple(range(4, 201)), "4..200")):
        timed(looks, label)
    good = all(worst)
    print("all agree" if good else "SOME DO NOT AGREE")
    return 0 if good else 1


Stated = tuple[str, tuple[float, ...], tuple[float, ...], float]


def seven() -> Iterator[Stated]:
    for source, name, alpha, information, z in SEVEN:
        found = boundaries(information, alpha, spending_of(name))
        yield f"{source} {name} {alpha}", found, z, WANTED


def four() -> Iterator[Stated]:
    for source, name, alpha, looks, text in FOUR:
        found = boundaries(shares(looks), alpha, spending_of(name))
        z = tuple(map(float, text.split()))
        yield f"{source} {name} {alpha}", found, z, 0.5e-4


def stored() -> Iterator[Stated]:
    """The stored cases: z, nominal p, exit probabilities, constants of Pocock."""
    for name in names("gs-ld"):
        given, z = case(name)["input"], tuple(case(name)["expected"]["z"])
        spending = SPENDING_NAMES[given["spending"]]
        found = boundaries(tuple(given["t"]), given["alpha"], spending)
        yield name, found, z, 0.5e-4
    p = tuple(case("gate-kd2-bounds")["expected"]["nominal_p"])
    found = levels((5, 10, 15, 20), 0.05, spending_of("kd:2"))
    yield "gate-kd2-bounds, nominal p", found, p, 0.5e-6
    for name in names("gs-power"):
        given = case(name)["input"]
        found = exit_probabilities(tuple(given["z"]), tuple(given["t"]), given["theta"])
        expected = tuple(case(name)["expected"]["exit_prob"])
        # both sides are rounded: z to four digits moves a probability by 2e-5
        yield f"{name}, exit probabilities", found, expected, 2.5e-5
    for name in names("gs-pocock-"):
        given, z = case(name)["input"], tuple(case(name)["expected"]["z"])
        total = sum(exit_probabilities(z, shares(range(1, given["K"] + 1)), 0.0))
        yield f"{name}, total error", (total,), (given["alpha"],), 0.5e-5


def stated(
    name: str, found: tuple[float, ...], z: tuple[float, ...], allowed: float
) -> bool:
    worst = max(abs(a - b) for a, b in zip(found, z, strict=True))
    good = worst <= allowed * (1 + 1e-9)
    print(f"  {name:36} {worst:8.1e} of {allowed:.1e}  {'ok' if good else 'NO'}")
    return good


def shares(looks) -> tuple[float, ...]:
    looks = tuple(looks)
    return tuple(look / looks[-1] for look in looks)


def schedules() -> Iterator[tuple[str, tuple[float, ...]]]:
    for k in (1, 2, 3, 5, 10, 20):
        yield f"{k} equal", shares(range(1, k + 1))
    yield "4..20 dense", shares(DENSE)
    yield "5/10/15/20", shares((5, 10, 15, 20))
    yield "4/5/20 unequal", shares((4, 5, 20))
    yield "18/19/20 late", shares((18, 19, 20))
    yield "extra 4.2 7.3", shares((4, 4.2, 5, 7, 7.3, 12, 20))
    chance = random.Random(7)
    for count in (3, 6, 9):
        some = sorted(chance.sample(range(2, 40), count))
        yield f"random {'/'.join(map(str, some))}", shares((*some, 40))
    yield "stops at .7", (0.1, 0.35, 0.7)
    yield "beyond 1", (0.5, 0.8, 1.2)


def independent(label: str, information: tuple[float, ...]) -> bool:
    worst, where = 0.0, ""
    for name, alpha in itertools.product(FAMILIES, ALPHAS):
        spend = simpson.spending(name, alpha)
        other = simpson.boundaries(information, lambda t, f=spend: f(min(t, 1.0)))
        found = boundaries(information, alpha, spending_of(name))
        differ = max(abs(a - b) for a, b in zip(found, other, strict=True))
        if differ > worst:
            worst, where = differ, f"{name}, alpha {alpha:.3g}"
    good = worst <= WANTED
    shown = "ok" if good else "NO"
    print(f"  {label:36} {worst:8.1e} of {WANTED:.1e}  {shown}  {where}")
    return good


def timed(looks: tuple[int, ...], label: str) -> None:
    taken = []
    for k in range(10 if len(looks) < 50 else 2):
        start = time.perf_counter()
        boundaries(shares(looks), 0.049 + k * 1e-5, Spending())
        taken.append(1000 * (time.perf_counter() - start))
    print(f"  {label:8} {len(looks):4} looks: {min(taken):.1f} to {max(taken):.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
