"""Print computed beside stated group-sequential boundaries, and the time they take.

Run: python -m tests.benchmarks.boundaries
"""

import math
import time

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import boundaries
from bot.domain.stats.spending import parse_spending

STATED = [
    ("pocock", 0.05, (5, 10, 15, 20), (2.0999, 2.0767, 2.0532, 2.0348)),
    ("kd:2", 0.05, (5, 10, 15, 20), (2.7344, 2.3019, 2.0102, 1.7692)),
    ("obf", 0.05, (5, 10, 15, 20), (3.7496, 2.5399, 2.0161, 1.7202)),
    ("obf", 0.025, (5, 10, 15, 20), (4.3326, 2.9631, 2.3590, 2.0141)),
    ("hsd:-4", 0.025, (1, 2, 3), (3.0107, 2.5465, 1.9992)),
    ("hsd:0", 0.03, (1, 2, 5), (2.5121443, 2.4228747, 2.0280392)),
    ("obf", 0.03, (1, 2, 3), (3.5815302, 2.4178630, 1.9175839)),
]
TIMED = [(tuple(range(4, 21)), "4..20"), (tuple(range(4, 201)), "4..200")]


def main() -> None:
    print(
        "spending   alpha  looks          computed - stated (z), worst  agree to 1e-4"
    )
    for name, alpha, looks, stated in STATED:
        found = solve(looks, alpha, parse_spending(name))
        worst = max(abs(a - b) for a, b in zip(found, stated, strict=True))
        shown = "/".join(map(str, looks))
        print(f"{name:10} {alpha:<6} {shown:14} {worst:29.1e}  {worst < 1e-4}")
        print("           computed", " ".join(f"{z:.7f}" for z in found))
        print("           stated  ", " ".join(f"{z:.7f}" for z in stated))
    for looks, label in TIMED:
        start = time.perf_counter()
        solve(looks, 0.049 + math.ulp(0.049), Spending())
        taken = 1000 * (time.perf_counter() - start)
        print(f"looks {label}: {len(looks)} boundaries in {taken:.1f} ms")


def solve(
    looks: tuple[int, ...], alpha: float, spending: Spending
) -> tuple[float, ...]:
    return boundaries(tuple(n / looks[-1] for n in looks), alpha, spending)


if __name__ == "__main__":
    main()
