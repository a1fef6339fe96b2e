"""Words for a commit that is the head of several pull requests, and has one check run.

Names of branches in them are made fit for their place by whoever asks.
"""

from collections.abc import Sequence

from bot.presentation import numbers

_MOST_NAMES = 6


def named(number: int) -> str:
    """A pull request, as code: so it is told of in no other pull request's timeline."""
    return f"`#{number}`"


def said_of(number: int, base: str, others: Sequence[int]) -> str:
    """In the check run: for whom it speaks, and who else has the commit."""
    one, names = named(number), numbers.some([named(n) for n in others], _MOST_NAMES)
    return (
        f"Said of {one} (onto {base}). This commit is the head of {names} too, and a "
        f"commit has one check run: it says the worst of them. Closing {one}, or "
        "pushing another commit to one of them alone, ends that."
    )


def held_up(number: int, base: str) -> str:
    """Beside the answer on one that is held up; it stays true once that is over."""
    one = named(number)
    return (
        f"This commit is the head of {one} (onto {base}) too, and the one check run of "
        "a commit says the worst of them, as long as they are open. To have this pull "
        f"request go by its own answer, close {one}, or push another commit to one of "
        f"them alone. `/gate why` on {one} says what holds that one up."
    )


def own_met(number: int) -> str:
    """Nothing is in the way but another pull request of the same commit."""
    return (
        "This pull request itself meets every condition, but the check run of its "
        f"commit is that of {named(number)}."
    )
