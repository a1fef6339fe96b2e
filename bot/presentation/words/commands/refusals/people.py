"""Why not: who says it may not, or it is not known whether they may."""

from collections.abc import Mapping

from bot.domain.commands import Refusal, Refused, Role
from bot.presentation.words.commands.refusals.phrase import Says, shown
from bot.presentation.words.commands.verbs import access


def _not_allowed(refused: Refused) -> str:
    needs = access(Role[refused.text("needs").upper()])
    has = access(Role[refused.text("has").upper()])
    author = "the author of the pull request or " * bool(refused.evidence.get("author"))
    why = ""
    if refused.evidence.get("edited"):
        why = " while this pull request edits the policy"
    elif refused.evidence.get("unknown"):
        why = " as long as no policy of its base can be read"
    return (
        f"{shown(refused, 'verb')} is for {author}people with {needs}{why}; you "
        f"have {has}. Ask somebody who has it."
    )


def _role_unknown(refused: Refused) -> str:
    return (
        f"{shown(refused, 'verb')} needs {refused.text('needs')} access, and "
        "GitHub did not say what access you have, so nothing was done. Try again in a "
        "minute."
    )


PEOPLE: Mapping[Refusal, Says] = {
    Refusal.NOT_ALLOWED: _not_allowed,
    Refusal.ROLE_UNKNOWN: _role_unknown,
}
