"""Why not: the commit that it is about is not known, or is not the head."""

from collections.abc import Mapping

from bot.domain.commands import PREFIX, Refusal, Refused, Verb
from bot.presentation.escape import code
from bot.presentation.words.commands.refusals.phrase import Says, shown


def _again(refused: Refused, sha: str) -> str:
    """How to say it again about that commit."""
    verb = refused.text("verb")
    if verb in {Verb.RUN, Verb.OK}:
        return code(f"{PREFIX} {verb} {sha}")
    if refused.text("sha"):  # only `accept` is left, which names it as its end
        return f"the same line with {code(f'until={sha}')}"
    return "the same line again"


def _now(refused: Refused) -> str:
    """What the head is, and how to say it again about that."""
    head = refused.text("head")
    return f"{code(head)}: if you mean that one, write {_again(refused, head)}."


def _head_unrecorded(refused: Refused) -> str:
    return (
        "It is not known which commit was the head when you wrote this. Now it is "
        f"{_now(refused)}"
    )


def _head_moved(refused: Refused) -> str:
    head = refused.text("head")
    return (
        f"The head has moved: it was {shown(refused, 'recorded')} when you wrote "
        f"this, and now it is {code(head)}. Look at what is new; if you mean that one, "
        f"write {_again(refused, head)}."
    )


def _sha_unknown(refused: Refused) -> str:
    return (
        f"{shown(refused, 'sha')} is no commit of this pull request, or several begin "
        f"so. Its head is {_now(refused)}"
    )


def _sha_not_head(refused: Refused) -> str:
    return (
        f"{shown(refused, 'sha')} is not the head of this pull request. The head is "
        f"{_now(refused)}"
    )


def _sha_not_full(refused: Refused) -> str:
    head = refused.text("head")
    return (
        "The head has moved, and a short SHA can be forged, so it vouches for nothing "
        f"new. Look at {code(head)}; if you mean it, write {_again(refused, head)}."
    )


COMMITS: Mapping[Refusal, Says] = {
    Refusal.HEAD_UNKNOWN: lambda _: (
        "It could not be read which commit is the head, so nothing was done. Try again "
        "in a minute."
    ),
    Refusal.HEAD_UNRECORDED: _head_unrecorded,
    Refusal.HEAD_MOVED: _head_moved,
    Refusal.SHA_UNKNOWN: _sha_unknown,
    Refusal.SHA_NOT_HEAD: _sha_not_head,
    Refusal.SHA_NOT_FULL: _sha_not_full,
}
