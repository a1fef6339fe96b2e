"""Mistakes that a person can mend, and the exit codes of the command line.

Four bad ends have four types: a worse change and "we cannot tell" are verdicts, not
errors; a fault of the owner's is a `UserFault`; our own failure is a `MachineryFault`.
"""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """The contract of the command line; scripts rely on it."""

    PASS = 0
    BLOCK = 1
    UNDECIDED = 2
    USAGE = 64
    MACHINERY = 70
    INTERRUPTED = 130


class UserFault(Exception):
    """Something that the caller can mend: `problem` names it, `mend` says how."""

    def __init__(self, problem: str, mend: str = "") -> None:
        """Keep both sentences; `str()` joins them."""
        super().__init__(f"{problem} {mend}".strip())
        self.problem = problem
        self.mend = mend


class MachineryFault(Exception):
    """Our own failure; finished trials are kept, and the same command resumes."""

    def __init__(self, problem: str, mend: str = "") -> None:
        """Keep both sentences; `str()` joins them."""
        super().__init__(f"{problem} {mend}".strip())
        self.problem = problem
        self.mend = mend


class GitFault(MachineryFault):
    """git failed on this machine, or what we keep for it; asked again it may go well.

    Names no place of this machine: people elsewhere may be told of it.
    """


class UnheldFault(GitFault):
    """A commit, by its full name, that our own copy of a repository does not hold."""


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One fault of a policy file; line and column count from 1, `path` is dotted."""

    line: int
    column: int
    path: str
    problem: str
    mend: str


class PolicyFaults(UserFault):
    """All faults of one policy file at once."""

    def __init__(self, source: str, faults: tuple[PolicyFault, ...]) -> None:
        """Name the file (`source`) that the faults are in; at least one fault."""
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        super().__init__(f"The policy {source} has {count}.", "Mend each of them.")
        self.source = source
        self.faults = faults
