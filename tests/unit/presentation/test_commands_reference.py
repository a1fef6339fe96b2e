"""The reference of the commands says what the help says, and so what the parser does.

After a change of the table, run this once with SEEDGATE_UPDATE_GOLDEN=1.
"""

import os
from pathlib import Path

from bot.domain.commands import Verb
from bot.presentation.words.commands import help_on, help_text

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "commands.md"
MARK = "<!-- generated from the table of commands -->"


def generated() -> str:
    """All help there is."""
    return "\n\n".join([MARK, help_text(), *map(help_on, Verb)]) + "\n"


def test_the_reference_is_made_of_the_table() -> None:
    written = REFERENCE.read_text(encoding="utf-8")
    ours = written.partition(MARK)[0]
    if os.environ.get("SEEDGATE_UPDATE_GOLDEN"):
        REFERENCE.write_text(f"{ours}{generated()}", encoding="utf-8")
        written = REFERENCE.read_text(encoding="utf-8")
    assert written == f"{ours}{generated()}"
    assert "/gate accept" in ours
