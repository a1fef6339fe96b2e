"""Durations, sizes, shares and commands as people write them."""

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SECONDS["w"] = 7 * _SECONDS["d"]
_WORDS = {"hourly": "1h", "daily": "1d", "weekly": "1w", "monthly": "30d"}
_BYTES = {"b": 1}
_BYTES |= {f"{one}b": 1000 ** (i + 1) for i, one in enumerate("kmgt")}
_BYTES |= {f"{one}ib": 1024 ** (i + 1) for i, one in enumerate("kmgt")}

_AMOUNT = r"[0-9]{1,12}(?:\.[0-9]{1,6})?"
_DURATION = re.compile(rf"(?:{_AMOUNT}(?:ms|min|s|m|h|d|w))+")
_PART = re.compile(rf"({_AMOUNT})([a-z]+)")
_SIZE = re.compile(rf"({_AMOUNT}) ?([kmgt]?i?b)", re.IGNORECASE)
_PERCENT = re.compile(rf"({_AMOUNT}(?:e-?[0-9]{{1,2}})?) ?%")


def duration(text: str) -> float | None:
    """Seconds of `90s`, `20m`, `1h30m`, `14d` or `weekly`; None for anything else."""
    compact = _WORDS.get(text, text).replace(" ", "")
    if not _DURATION.fullmatch(compact):
        return None
    parts = _PART.findall(compact)
    return sum(float(amount) * _SECONDS[unit] for amount, unit in parts)


def size(text: str) -> int | None:
    """Bytes of `2GiB`, `500 MB` or `1.5TB`; None for anything else.

    KiB, MiB, GiB and TiB are powers of 1024; kB, MB, GB and TB of 1000.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or found[2].lower() not in _BYTES:
        return None
    return round(float(found[1]) * _BYTES[found[2].lower()])


def percent(text: str) -> float | None:
    """The share of 1 that `1%` names (0.01); None for anything else."""
    found = _PERCENT.fullmatch(text.strip())
    return float(found[1]) / 100 if found else None
