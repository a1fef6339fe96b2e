"""Words for what a report page leaves out to stay small enough to be served."""

from bot.presentation import numbers

PICTURE_LEFT_OUT = "Left out: with it the page would be too large."
LOGS = "the ends of logs"
TRIALS = "the table of trials"


def left_out(dropped: int, pictures: int, tables: str) -> str:
    """What is missing; `tables` is LOGS, TRIALS or empty. Empty where nothing is."""
    some = f"{dropped} of {numbers.counted(pictures, 'picture')}" if dropped else ""
    parts = [one for one in (some, tables) if one]
    if not parts:
        return ""
    return f"Left out, to keep this page small: {numbers.joined(parts)}."
