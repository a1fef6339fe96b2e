"""How complex Python code is, counted by radon; the code is read and never run."""

import warnings

MOST_BYTES = 1 << 20
"""Larger files are not read: nobody wrote them by hand."""


def complexity(source: bytes) -> int | None:
    """The cyclomatic complexity of a file (McCabe 1976); None where it is no Python.

    Decisions of all its code, and one for the file and for each class. What
    this Python cannot parse, or is nested too deep for it, is None as well.
    """
    from radon.visitors import ComplexityVisitor

    if len(source) > MOST_BYTES:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the code that is read, not of ours
        try:
            total = ComplexityVisitor.from_code(source).total_complexity
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return int(total)
