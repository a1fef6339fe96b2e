"""Why not: what it names is not there, or there is nothing to be done about it."""

from collections.abc import Mapping

from bot.domain.commands import PREFIX, Refusal, Refused
from bot.presentation.escape import markdown
from bot.presentation.words.commands.refusals.phrase import (
    Says,
    listed,
    meant,
    shown,
    typed,
)

_WHY = f"`{PREFIX} why` lists what is not met, and who can lift it."
_TITLE = 300


def _unknown_name(refused: Refused) -> str:
    otherwise = f"It has {listed(refused, 'known')}."
    kind = refused.text("kind")
    where = "branch" if kind == "change" else "policy"
    missing = f"The {where} has no {kind} {typed(refused)}."
    return f"{missing} {meant(refused, otherwise)}"


def _no_finding(refused: Refused) -> str:
    missing = f"The head has no finding {shown(refused, 'finding')} now."
    return f"{missing} {meant(refused, _WHY)}"


def _not_accepted(refused: Refused) -> str:
    """It is kept all the same: an acceptance may be handled after what undoes it."""
    near = f"{meant(refused, '')} ".lstrip()
    return (
        f"{shown(refused, 'finding')} is not accepted, so there is nothing to take "
        f"back. {near}Should an acceptance that was written before this still come in, "
        "it will not count."
    )


def _nothing_runs(refused: Refused) -> str:
    return (
        "There is nothing to stop: no trial of this commit runs, and none waits to "
        f"run.{_stands(refused)}"
    )


def _stands(refused: Refused) -> str:
    """A sentence on what the check run says; nothing where it says nothing."""
    stands = refused.text("stands")
    return f" What was said stands: **{markdown(stands, _TITLE)}**." if stands else ""


def _closed(refused: Refused) -> str:
    if refused.evidence.get("merged"):
        return (
            "This pull request is merged, so nothing is done here any more; questions "
            f"such as `{PREFIX} why` are still answered."
        )
    return (
        "This pull request is closed, so nothing is done here. Reopen it, then write "
        f"{shown(refused, 'verb')} again."
    )


SUBJECTS: Mapping[Refusal, Says] = {
    Refusal.UNKNOWN_NAME: _unknown_name,
    Refusal.NO_FINDING: _no_finding,
    Refusal.HOLDS_NOTHING: lambda one: (
        f"{shown(one, 'finding')} holds nothing up, so there is nothing to accept."
    ),
    Refusal.NOT_ACCEPTABLE: lambda one: (
        f"{shown(one, 'finding')} cannot be accepted: it says that something was not "
        f"or could not be judged, and only a mend changes that. {_WHY}"
    ),
    Refusal.NOT_ACCEPTED: _not_accepted,
    Refusal.OVERTAKEN: lambda one: (
        f"Somebody has spoken of {shown(one, 'finding')} since you wrote this, and "
        "the last word counts, so nothing was done."
    ),
    Refusal.NOTHING_RUNS: _nothing_runs,
    Refusal.NOT_NEEDED: lambda one: (
        "No trial has to run for this commit: "
        f"**{markdown(one.text('stands'), _TITLE)}**."
    ),
    Refusal.DECIDED: lambda one: (
        "No seeds are added: they are run where they could decide what is open, and "
        f"here they could not.{_stands(one)}"
    ),
    Refusal.NOTHING_LOST: lambda _: (
        "Nothing that the answer lacks was lost to a machine, so there is nothing to "
        "repeat. A trial that failed is an answer, and is never repeated."
    ),
    Refusal.ONE_CHANGE: lambda _: (
        "The branch is one change, so there is nothing to judge apart."
    ),
    Refusal.CLOSED: _closed,
}
