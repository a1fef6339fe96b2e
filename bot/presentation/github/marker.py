"""The hidden mark by which a comment of ours is found again.

Anybody can paste it: a comment is ours only if the App wrote it as well.
"""

import re

_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:]*(?:-[A-Za-z0-9._:]+)*")
_MARK = re.compile(rf"<!-- seedgate ({_ALLOWED.pattern}) -->(?:\n|\Z)")
_LONGEST = 200


def mark(key: str) -> str:
    """The mark of a comment; `key` is letters, digits and `.`, `_`, `:`, `-`.

    Raises ValueError for any other, which might end the HTML comment.
    """
    if len(key) > _LONGEST or not _ALLOWED.fullmatch(key):
        raise ValueError(f"{key!r} is no key for a comment.")
    return f"<!-- seedgate {key} -->"


def marked(body: str) -> str | None:
    """The key of a comment; None for one without a mark as its first line."""
    found = _MARK.match(body.replace("\r\n", "\n"))
    return found[1] if found else None
