"""The known name that a mistyped one comes nearest to."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

_LONGEST = 40
"""Characters that are compared; nobody mistypes more, and comparing is not linear."""
_SHORT = 2
"""Characters of which one alone has to be wrong: `me` is no slip of `more`."""
_LIKE, _VERY_LIKE = 0.6, 0.75


def nearest(typed: str, known: Sequence[str]) -> str:
    """The nearest of the known names; empty where none comes near.

    Letter case and the width of letters do not count (Unicode's NFKC, case folding).
    """
    folded = unicodedata.normalize("NFKC", typed[:_LONGEST]).casefold()
    least = _LIKE if len(folded) > _SHORT else _VERY_LIKE
    close = get_close_matches(folded, known, n=1, cutoff=least)
    return close[0] if close else ""
