"""What `seedgate check` foresees of planning, in words: refusals and warnings."""

from collections.abc import Mapping, Sequence

from bot.domain.errors import UserFault
from bot.domain.verdict import Finding
from bot.presentation.policy_rows import Row, Section
from bot.presentation.words import words


def refusals_section(faults: Mapping[str, Sequence[UserFault]]) -> Section:
    """Why a run of each stage, by its name, would be refused."""
    rows = (
        Row(f"in {stage}", one.problem, (one.mend,))
        for stage, many in faults.items()
        for one in many
    )
    return Section("A run would be refused", tuple(rows), warns=True)


def notes_section(notes: Mapping[str, Sequence[Finding]]) -> Section:
    """What the report of each stage, by its name, would warn of."""
    rows = (
        Row(f"in {stage}", said.sentence, (said.mend,))
        for stage, many in notes.items()
        for said in map(words, many)
    )
    return Section("Tolerances that are small for the planned seeds", tuple(rows))
