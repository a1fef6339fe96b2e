"""What went wrong with a checkout, as a sentence."""

import errno
from pathlib import Path

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CheckoutFault(Exception):  # noqa: N818 - a fault of the place, not of the code
    """A tree could not be put on this machine's disk; `str()` is a sentence."""


def disk_fault(doing: str, place: Path, fault: OSError) -> CheckoutFault:
    """The sentence for a disk that refused; a full one is named as such."""
    if fault.errno in _NO_ROOM:
        return CheckoutFault(
            f"There is no room left at {place} to {doing} ({fault.strerror}). "
            "Free some space there, or choose another cache folder."
        )
    return CheckoutFault(f"Could not {doing} at {place}: {fault}.")


def readable(name: bytes) -> str:
    """A path in a tree for people; bytes that are not UTF-8 are spelled out."""
    return name.decode("utf-8", "backslashreplace")
