"""Words for what stands around a verdict on a pull request: banners, price, footer.

Names in them are raw: whoever shows them escapes them for its place.
"""

from datetime import UTC, datetime

from bot.presentation import numbers

WHAT_TO_DO = "What to do"
PROGRESS = "Where it stands"
PRICE = "Price"
TOLERATED = (
    "The policy is advisory (`enforcement`): an undecided verdict does not hold the "
    "merge up."
)
NOT_TOLERATED = (
    "The policy is advisory (`enforcement`): that lets merge what trials left "
    "undecided, and nothing else."
)
ACCEPTED = "Accepted findings count as if they had not been found:"
ACCEPTED_SO_FAR = "Accepted by now; what is found again as it was does not count:"
NO_MACHINE = "No machine is connected that could run trials: it waits for one."
NO_PRICE = "The price is not known before a first trial has ended."
SEEDS_SHOWN = (
    "The line that moves: the effect of each seed, up is better. Flat lines: no effect"
)
CURVES_SHOWN = "Means over seeds, by training step. Grey: baseline. Blue: branch."
PLOTS = "Learning curves"
SEEDS_AXIS = "seed, in the order of the table"
STEPS_AXIS = "step"
ASK = (
    "`/gate why` says what is not met and who can lift it; `/gate help` lists all "
    "commands."
)
ALL_OF_IT = "All of it, with pictures"
HOW_TO_SEE_IT = f"{ALL_OF_IT}: `/gate status` gives a link for a day"
"""Of an address that shows nothing by itself, and says so."""
DETAILS = "Details"
PAGE = "details page"
_SHA_DIGITS = 10


def left_out(parts: int, where: str) -> str:
    """How much of a text was left out for its length; `where` is a link or nothing."""
    there = f"; the {where} has all of it" if where else ""
    return f"*Left out for length: {numbers.counted(parts, 'part')}{there}.*"


def moved(judged: str, now: str) -> str:
    """The base is no longer where it was."""
    since = f" It has moved to {now[:_SHA_DIGITS]} since." if now else ""
    return f"Judged against the base at {judged[:_SHA_DIGITS]}.{since}"


def stands(until: datetime | None) -> str:
    """How long a verdict stands whose base has moved."""
    return f"The verdict stands until {at(until)}." if until else "The verdict stands."


def at(time: datetime) -> str:
    """A point in time that is the same for readers everywhere."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def until(commit: str, ends: datetime | None) -> str:
    """How long an acceptance holds."""
    if ends is not None:
        return f"until {at(ends)}"
    named = f" {commit[:_SHA_DIGITS]}" if commit else ""
    return f"as long as commit{named} is the head" if named else "without an end"


def accepted_by(by: str, reason: str, holds: str) -> str:
    """Who accepted a finding, for how long (`until`), and why."""
    return f"Accepted by @{by}, {holds}: {reason}"


def place(number: int) -> str:
    """The place in the queue; the first is 1."""
    if number <= 1:
        return "It is the next in the queue."
    before = numbers.counted(number - 1, "evaluation")
    return f"Place {number} in the queue, with {before} before it."


def starts(seconds: float) -> str:
    """When the first trial starts."""
    return f"It starts in about {numbers.duration(seconds)}."


def between(low: str, high: str) -> str:
    """`12 to 40`; one of them where they are the same."""
    return low if low == high else f"{low} to {high}"


ADVISORY = ", advisory"


def accepted(count: int) -> str:
    """`, with 2 accepted findings`; nothing for none."""
    return f", with {numbers.counted(count, 'accepted finding')}" if count else ""
