"""What a scan is asked for: a parameter and its values, numbers or words."""

import dataclasses
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.domain.errors import UserFault
from workers.contract import OUTPUT_DIR, SEED

MOST_VALUES = 8
FEWEST_SEEDS, MOST_SEEDS = 2, 20
_ASKED = re.compile(r"(?P<param>[A-Za-z_][A-Za-z0-9_]*)=(?P<values>.+)", re.DOTALL)
_BLANK = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")

Same = tuple[str, str]
"""A value, and the one that it repeats, perhaps in other digits."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which parameter, which values beside the policy's own, how many seeds each.

    `same` are values that were asked for and are left out, each with the one that it
    repeats.
    """

    param: str
    values: tuple[str, ...]
    seeds: int
    same: tuple[Same, ...] = ()


def parse(text: str, seeds: int) -> Wish:
    """`PARAM=V1,V2,...` as a wish; raises `UserFault` for anything else or too much.

    Values are numbers or words. One that is there already, however it is written,
    is tried once.
    """
    found = _ASKED.fullmatch(text.strip())
    if found is None or not found["values"].strip(", "):
        mend = "Write `seedgate scan lr=0.0005,0.001,0.002`."
        raise UserFault(f"{text!r} does not name a parameter and values for it.", mend)
    param = found["param"]
    values, same = _distinct([one.strip() for one in found["values"].split(",")], param)
    if len(values) > MOST_VALUES:
        problem = f"{len(values)} values of `{param}` are too many for a scan."
        raise UserFault(problem, f"Give {MOST_VALUES} at most, and look closer later.")
    if not FEWEST_SEEDS <= seeds <= MOST_SEEDS:
        problem = f"--seeds {seeds} is no number of seeds for a scan."
        raise UserFault(problem, f"Give {FEWEST_SEEDS} to {MOST_SEEDS}.")
    return Wish(param, values, seeds, same)


def _distinct(
    values: Sequence[str], param: str
) -> tuple[tuple[str, ...], tuple[Same, ...]]:
    """The values without repetitions, and those left out with what they repeat."""
    kept: dict[Decimal | str, str] = {}
    same = []
    for value in values:
        _require_value(value, param)
        meaning = _meaning(value)
        if meaning in kept:
            same.append((value, kept[meaning]))
        kept.setdefault(meaning, value)
    return tuple(kept.values()), tuple(same)


def _require_value(value: str, param: str) -> None:
    if not value:
        problem = f"A value of `{param}` is empty."
        raise UserFault(problem, "Remove the comma that has nothing beside it.")
    number = _meaning(value)
    if isinstance(number, Decimal) and not math.isfinite(float(number)):
        problem = f"`{value}` is no finite number that `{param}` could have."
        raise UserFault(problem, "Give finite numbers, or words such as `adam`.")
    blank = _BLANK.search(value)
    if blank is not None and blank[1] not in (SEED, OUTPUT_DIR):
        problem = f"Nobody fills in {blank[0]} in the value `{value}` of `{param}`."
        raise UserFault(problem, f"Only {{{SEED}}} and {{{OUTPUT_DIR}}} are filled in.")


def _meaning(value: str) -> Decimal | str:
    """The number that a value is, however it is written; a word is itself."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return Decimal("NaN") if number.is_snan() else number


def against(wish: Wish, own: str) -> Wish:
    """The wish without the policy's own value, which is always tried.

    Raises `UserFault` where no other value is left, and for a word beside a number:
    it would be paid for in every mode and seed, and fail.
    """
    mine = _meaning(own)
    if isinstance(mine, Decimal):
        _require_numbers(wish, own)
    left = tuple(one for one in wish.values if _meaning(one) != mine)
    if not left:
        problem = f"{own} is the policy's own value of `{wish.param}`: nothing differs."
        raise UserFault(problem, "Give at least one other value to compare with it.")
    again = tuple((one, own) for one in wish.values if one not in left)
    return dataclasses.replace(wish, values=left, same=(*wish.same, *again))


def _require_numbers(wish: Wish, own: str) -> None:
    """What is filled in for each run is no word: a seed is a number."""
    for value in wish.values:
        if isinstance(_meaning(value), str) and not _BLANK.search(value):
            problem = f"`{value}` is no number, as the policy's own {own} is."
            mend = f"Give numbers for `{wish.param}`; words go where its own is a word."
            raise UserFault(problem, mend)
