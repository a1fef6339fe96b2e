"""Links of our own in Markdown: an address can neither end its link nor act."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote, urlsplit

from bot.presentation.words import around

_KEPT = ":/?#@!$&'*+,;=%~"
_LONGEST = 2000


def link(words: str, address: str) -> str:
    """`[words](address)` for http and https; empty for anything else.

    `words` are our own.
    """
    safe = quote(address, safe=_KEPT)
    if urlsplit(safe).scheme not in ("http", "https") or len(safe) > _LONGEST:
        return ""
    return f"[{words}]({safe})"


def note(address: str) -> Callable[[int], str]:
    """Says how many parts of a text were left out, with a link to all of them."""
    return partial(around.left_out, where=link(around.PAGE, address))
