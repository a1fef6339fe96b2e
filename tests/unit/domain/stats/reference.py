"""Reference cases from independent computation, by category and by name."""

import json
from pathlib import Path
from typing import Any

from hypothesis import settings

from bot.domain.policy import Spending, SpendingFamily

POCOCK = Spending(SpendingFamily.POCOCK, 0.0)
OBRIEN_FLEMING = Spending(SpendingFamily.OBRIEN_FLEMING, 0.0)
HSD2 = Spending(SpendingFamily.HWANG_SHIH_DECANI, 2.0)
HSD3 = Spending(SpendingFamily.HWANG_SHIH_DECANI, 3.0)
KD2 = Spending(SpendingFamily.KIM_DEMETS, 2.0)
EVERY_PAIR = tuple(range(4, 21))

steady = settings(derandomize=True, deadline=None, max_examples=60)

_FILE = Path(__file__).parents[3] / "data" / "stats_cases.json"
_CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads(_FILE.read_text())["cases"]
}
SPENDING_NAMES = {
    "LDOF": OBRIEN_FLEMING,
    "Lan-DeMets OBF": OBRIEN_FLEMING,
    "LDPocock": POCOCK,
    "HSD gamma=0": Spending(SpendingFamily.HWANG_SHIH_DECANI, 0.0),
    "HSD(-4)": Spending(SpendingFamily.HWANG_SHIH_DECANI, -4.0),
    "KD2": KD2,
}


def case(name: str) -> dict[str, Any]:
    return _CASES[name]


def names(prefix: str) -> list[str]:
    return sorted(name for name in _CASES if name.startswith(prefix))


def spending_cases() -> list[str]:
    return sorted(
        name for name, one in _CASES.items() if one["input"].get("spending") is not None
    )
