"""Text that a trial wrote, read as a number; and how such text is shown to people."""

import re

_SHOWN = 120
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def read_number(text: str) -> float | None:
    """The number that `text` spells (NaN and infinities are numbers), or None."""
    plain = text.strip()
    if not plain.isascii() or "_" in plain:
        return None  # float() would take digits of any script, and 1_000
    try:
        return float(plain)
    except ValueError:
        return None


def cleaned(text: str) -> str:
    """`text` without terminal escapes and control characters (tabs stay)."""
    return _CONTROL.sub("", text)


def as_written(text: str) -> str:
    """`text` with its backslashes as they are; what cannot be seen is spelled out."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def shown(text: str) -> str:
    """`text` as a short quotation: cleaned, at most 120 characters."""
    plain = cleaned(text).replace("\n", " ").strip()
    cut = plain if len(plain) <= _SHOWN else plain[: _SHOWN - 3] + "..."
    return f'"{cut}"'
