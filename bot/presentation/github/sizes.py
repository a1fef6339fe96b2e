"""How long a text is for GitHub, and fitting parts into what it takes.

GitHub counts the characters of a comment; of a check run's texts it takes one less than
a 64 KiB field of a database holds. UTF-16 units are never fewer than characters, and
UTF-8 bytes never fewer than those, so both counts err to the safe side.
"""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate

Size = Callable[[str], int]
TEXT = 65_535
"""UTF-8 bytes of a text of a check run."""
_JOIN = "\n\n"
_DOTS = "..."
_MODIFIERS = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def units(text: str) -> int:
    """UTF-16 units: an emoji counts twice."""
    return len(text) + sum(one > "\uffff" for one in text)


def fit(
    parts: Sequence[str],
    last: str,
    limit: int,
    *,
    size: Size,
    note: Callable[[int], str],
) -> str:
    """As many parts as fit, in order, each whole; what is left out is counted.

    `last` always stands at the end, and `note(count)` above it where parts are missing.
    Needs at least one part; the first one, `last` and the note have to fit.
    """
    room = limit - size(_JOIN.join(["", note(len(parts)), last, ""]))
    shown, used = [parts[0]], size(parts[0])
    for part in parts[1:]:
        more = size(_JOIN) + size(part)
        if used + more <= room:
            shown.append(part)
            used += more
    missing = len(parts) - len(shown)
    ends = [note(missing), last] if missing else [last]
    return _JOIN.join([*shown, *(one for one in ends if one)]) + "\n"


def cut(text: str, most: int, size: Size) -> str:
    """The text in at most `most` units of `size` (3 at least), ended with dots if cut.

    What belongs to the letter or emoji before it is never left without it.
    """
    if size(text) <= most:
        return text
    room = most - size(_DOTS)
    end = sum(so_far <= room for so_far in accumulate(map(size, text)))
    while end and _belongs(text, end):
        end -= 1
    return f"{text[:end].rstrip()}{_DOTS}"


def _belongs(text: str, at: int) -> bool:
    """Whether a cut before `text[at]` would part what is read as one sign."""
    one = text[at]
    if unicodedata.combining(one) or ord(one) in _MODIFIERS:
        return True
    letters = 0
    while letters < at and ord(text[at - 1 - letters]) in _FLAG_LETTERS:
        letters += 1
    return ord(one) in _FLAG_LETTERS and letters % 2 == 1
