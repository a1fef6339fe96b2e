"""What is said to somebody who pressed a button and may not."""

from bot.domain.commands import Refusal, Refused, Role
from bot.presentation.escape import code
from bot.presentation.words.commands.verbs import access

_LOGIN = 60


def not_yours(login: str, refused: Refused) -> str:
    """Who may press it; the same for every button, so that it is said once."""
    who = code(login, _LOGIN)
    needs = access(Role[refused.text("needs").upper()])
    if refused.reason is not Refusal.NOT_ALLOWED:
        return (
            f"{who} pressed a button of the check run. That is for people with "
            f"{needs}, and GitHub did not say what access {who} has, so nothing was "
            "done. Try again in a minute."
        )
    has = access(Role[refused.text("has").upper()])
    return (
        f"{who} pressed a button of the check run. That is for people with {needs}, "
        f"and {who} has {has}, so nothing was done. Ask somebody who has it."
    )
