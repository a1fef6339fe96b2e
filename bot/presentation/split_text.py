"""What is said of a branch that was split off another one."""

import shlex
from collections.abc import Sequence

from bot.domain.verdict import Ruling
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.words.phrase import quoted, titled

_MOST = 12
_LONGEST = 600
_SAID = {
    Ruling.PASS: "It passes.",
    Ruling.BLOCK: "It does NOT pass: it is blocked, as said above.",
    Ruling.UNDECIDED: "It does NOT pass: it is undecided, as said above.",
    Ruling.INFO: "It does NOT pass: nothing was decided.",
}


def announcement(branch: str, left_out: Sequence[str], *, existed: bool) -> str:
    """What was made, before it is judged."""
    gone = one_line(numbers.some(tuple(map(quoted, left_out)), _MOST), _LONGEST)
    if existed:
        return f"The branch {branch}, without {gone}, was there already; judging it."
    return f"Made the branch {branch}, without {gone}; judging it."


def sentences(
    branch: str, state: Ruling, kept: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """What is in the branch, whether it passes, and how it is pushed.

    `kept` are ids and titles of the changes in it.
    """
    titles = [titled(name, title) for name, title in kept]
    inside = f"It keeps {numbers.some(tuple(titles), _MOST)}." if titles else ""
    word = shlex.quote(branch)
    said = (
        f"The branch {branch} is in this repository. {_SAID[state]}",
        inside,
        f"Look at it:  git log -p -1 {word}",
        f"Push it:     git push --set-upstream origin {word}",
    )
    return tuple(one for one in said if one)
