"""HTML elements in which nobody takes a text for something that is said.

Markdown goes on inside many elements: a paragraph in `<details>` or `<blockquote>` is
Markdown to a parser, and a folded part or a quote to a reader.
"""

import re
from collections import Counter

_NAMES = (
    "a blockquote code del details kbd pre q s samp script strike style summary"
    " template textarea title tt"
)
_SHELTERS = frozenset(_NAMES.split())
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)", re.DOTALL)


class Shelter:
    """Which of these elements are open, from the start of a comment on."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._open = Counter[str]()

    @property
    def is_open(self) -> bool:
        """Whether a text here would be inside one."""
        return self._open.total() > 0

    def see(self, html: str) -> None:
        """Follow the tags of a piece of HTML; an end without a start is nothing."""
        for tag in _TAG.finditer(html):
            name = (tag["name"] or "").lower()
            if name not in _SHELTERS:
                continue
            step = -1 if tag["end"] else 1
            self._open[name] = max(0, self._open[name] + step)
