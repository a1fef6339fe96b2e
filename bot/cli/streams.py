"""The standard streams that whoever started us may have closed."""

import os
import sys
from pathlib import Path


def stand_in() -> None:
    """Open nothing in place of each that is closed.

    Else the next file that we open would take its place, and a child's words go there.
    """
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - the last
        pass
    os.close(handle)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, nothing)
