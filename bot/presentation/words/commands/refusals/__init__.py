"""Why a command was not done, and what would work: a closed list, one family a module.

A family is a table of refusals and what is said of each.
"""

from bot.domain.commands import TABLE, Refused, Verb
from bot.presentation.words.commands.refusals.arguments import ARGUMENTS
from bot.presentation.words.commands.refusals.commits import COMMITS
from bot.presentation.words.commands.refusals.lines import LINES
from bot.presentation.words.commands.refusals.people import PEOPLE
from bot.presentation.words.commands.refusals.subjects import SUBJECTS

__all__ = ["FAMILIES", "refusal"]

FAMILIES = (LINES, ARGUMENTS, PEOPLE, COMMITS, SUBJECTS)
"""A test sees that every refusal is in one of them, and none in two."""
_SAYS = {reason: says for family in FAMILIES for reason, says in family.items()}


def refusal(refused: Refused) -> str:
    """What was wrong and what would work, in a few sentences.

    Where an argument is at fault it ends with how the verb is used.
    """
    said = _SAYS[refused.reason](refused)
    usage = _usage(refused) if refused.reason in ARGUMENTS else ""
    return f"{said} {usage}".strip()


def _usage(refused: Refused) -> str:
    """`Usage: ...` where the verb was understood."""
    verb = refused.text("verb")
    return f"Usage: `{TABLE[Verb(verb)].usage}`" if verb else ""
