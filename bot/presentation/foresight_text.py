"""What `seedgate check` foresees of planning, in words: refusals and warnings."""

from collections.abc import Mapping, Sequence

from bot.domain.errors import UserFault
from bot.domain.verdict import Finding
from bot.presentation.first_policy import EDIT
from bot.presentation.numbers import some
from bot.presentation.policy_rows import Row, Section
from bot.presentation.words import words

_MOST = 3


def refusals_section(faults: Mapping[str, Sequence[UserFault]]) -> Section:
    """Why a run of each stage, by its name, would be refused."""
    rows = (
        Row(f"in {stage}", one.problem, (one.mend,))
        for stage, many in faults.items()
        for one in many
    )
    return Section("A run would be refused", tuple(rows), warns=True)


def absent_section(absent: Mapping[str, Sequence[str]]) -> Section:
    """Programs, by their paths, that commands run and the working copy lacks."""
    mend = (
        "Correct the path, which counts from the top folder, or commit the file. Leave "
        "it if something makes the file before it is run."
    )
    rows = (
        Row(path, f"is run by {some([f'`{one}`' for one in names], _MOST)}.", (mend,))
        for path, names in absent.items()
    )
    return Section("Not in this working copy", tuple(rows), warns=True)


def unfilled_section(unfilled: Mapping[str, tuple[int, int]]) -> Section:
    """Values, by their dotted names, that `seedgate init` left to be filled in."""
    mend = "Write what belongs there: `seedgate init` could not guess it."
    rows = (
        Row(name, f"still says {EDIT}: line {line}, column {column}.", (mend,))
        for name, (line, column) in unfilled.items()
    )
    return Section("Still to be filled in", tuple(rows), warns=True)


def notes_section(notes: Mapping[str, Sequence[Finding]]) -> Section:
    """What the report of each stage, by its name, would warn of."""
    rows = (
        Row(f"in {stage}", said.sentence, (said.mend,))
        for stage, many in notes.items()
        for said in map(words, many)
    )
    return Section("Tolerances that are small for the planned seeds", tuple(rows))
