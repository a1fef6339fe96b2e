"""What may be asked of `seedgate power`: each fault is named with its mend."""

import itertools
import math

from bot.domain.errors import UserFault
from bot.domain.policy import Role

_DEFAULT_LOOKS = tuple(range(4, 21))
_FEWEST, _MOST, _COUNT = 4, 1000, 200
_FEWEST_ALONE = 2  # runs of one arm that have a spread
_TESTED = (Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE, Role.TARGET)
_WIDEST_RATIO = 1e6
_SMALLEST, _LARGEST = 1e-250, 1e250


def check_sizes(sd: float, tolerance: float, alpha: float, correlation: float) -> None:
    """Refuse sizes and rates that no design has."""
    for option, value in (("--sd", sd), ("--tolerance", tolerance)):
        if not 0.0 < value < math.inf:
            mend = "Give a number above 0, in units of the metric."
            raise UserFault(f"{option} {value} is no size.", mend)
        if not _SMALLEST < value < _LARGEST:
            mend = "Count the metric in other units."
            raise UserFault(f"{option} {value} is beyond what can be computed.", mend)
    if not 1.0 / _WIDEST_RATIO < tolerance / sd < _WIDEST_RATIO:
        problem = (
            f"--sd {sd} and --tolerance {tolerance} are over a million times apart."
        )
        raise UserFault(problem, "Give both in units of the metric.")
    if not 0.0 < alpha < 0.5:  # noqa: PLR2004 - a one-sided error rate
        raise UserFault(f"--alpha {alpha} is no error rate.", "Give 0 < alpha < 0.5.")
    if not -1.0 < correlation < 1.0:
        problem = f"--correlation {correlation} is out of range."
        raise UserFault(problem, "Give a number between -1 and 1, both excluded.")


def check_simulation(repetitions: int, seed: int) -> None:
    """Refuse simulations that would say nothing, or last too long."""
    if not 1000 <= repetitions <= 100_000:  # noqa: PLR2004 - said in the mend
        problem = f"--repetitions {repetitions} is out of range."
        raise UserFault(problem, "Give a number from 1000 to 100000.")
    if seed < 0:
        raise UserFault(f"--seed {seed} is negative.", "Give 0 or more.")


def role_of(text: str) -> Role:
    """The role in `text`, of those that a test decides."""
    found = next((role for role in _TESTED if role == text), None)
    if found is None:
        known = ", ".join(_TESTED)
        problem = f"--role {text!r} is no role that a test decides."
        raise UserFault(problem, f"Give one of {known}.")
    return found


def looks_of(text: str | None, role: Role) -> tuple[int, ...]:
    """The schedule in `text`, whole numbers that rise; without one, every 4..20.

    Pairs are compared from 4 on; a `target` faces a number, which two runs can.
    """
    fewest = _FEWEST_ALONE if role is Role.TARGET else _FEWEST
    if text is None:
        return _DEFAULT_LOOKS
    parts = [part.strip() for part in text.split(",")]
    sound = all(part.isascii() and part.isdigit() for part in parts)
    found = tuple(int(part) for part in parts if len(part) <= len(str(_MOST)) and sound)
    rising = all(a < b for a, b in itertools.pairwise(found))
    limited = found and found[0] >= fewest and found[-1] <= _MOST
    if len(found) != len(parts) or len(found) > _COUNT or not (rising and limited):
        raise UserFault(
            f"--looks {text!r} is no schedule.",
            f"Give at most {_COUNT} whole numbers from {fewest} to {_MOST}, each "
            "greater than the one before, such as 5,10,15,20.",
        )
    return found
