"""Why a command was not done, and what would work."""

from collections.abc import Callable, Mapping

from bot.domain.commands import (
    PREFIX,
    TABLE,
    Refusal,
    Refused,
    Role,
    Verb,
)
from bot.presentation.escape import code, markdown
from bot.presentation.words.commands.verbs import access

Says = Callable[[Refused], str]
_ALL = f"`{PREFIX} help` lists all commands."
_WHY = f"`{PREFIX} why` lists what is not met, and who can lift it."
_SEVEN = "at least 7 of its hex digits, at most 40"
_TITLE = 300
_ALONE = "Write it as plain text on a line of its own."


def refusal(refused: Refused) -> str:
    """What was wrong and what would work, in a few sentences."""
    said = _SAYS[refused.reason](refused)
    usage = _usage(refused) if refused.reason in _SHOWS_USAGE else ""
    return f"{said} {usage}".strip()


def _usage(refused: Refused) -> str:
    """`Usage: ...` where the verb was understood."""
    verb = refused.text("verb")
    return f"Usage: `{TABLE[Verb(verb)].usage}`" if verb else ""


def _typed(refused: Refused) -> str:
    return code(refused.text("typed"), 100)


def _listed(refused: Refused, key: str) -> str:
    return ", ".join(code(one) for one in refused.listed(key))


def _meant(refused: Refused, otherwise: str) -> str:
    near = refused.text("nearest")
    return f"Did you mean {code(near)}?" if near else otherwise


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


def _shown(refused: Refused, key: str) -> str:
    return code(refused.text(key))


def _unknown_verb(refused: Refused) -> str:
    return f"There is no command {_typed(refused)}. {_meant(refused, _ALL)}"


def _unknown_key(refused: Refused) -> str:
    otherwise = f"It takes {_listed(refused, 'known')}."
    verb = _shown(refused, "verb")
    return f"{verb} takes no {_typed(refused)}. {_meant(refused, otherwise)}"


def _unexpected(refused: Refused) -> str:
    verb, typed = _shown(refused, "verb"), _typed(refused)
    return (
        f"{verb} has no place for {typed}. A list has commas and no spaces in it; a "
        "value with spaces stands in double quotes."
    )


def _too_many_items(refused: Refused) -> str:
    count, most = refused.text("count"), refused.text("most")
    return f"A list of {count} is too long here: {most} at most."


def _bad_count(refused: Refused) -> str:
    least, most = refused.text("least"), refused.text("most")
    return f"{_typed(refused)} is no number of seeds: write {least} to {most}."


def _bad_until(refused: Refused) -> str:
    return (
        f"{_typed(refused)} is no end: write days (`7d`, {refused.text('most')} at "
        f"most) or a commit ({_SEVEN})."
    )


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
        f"{_shown(refused, 'verb')} is for {author}people with {needs}{why}; you "
        f"have {has}. Ask somebody who has it."
    )


def _role_unknown(refused: Refused) -> str:
    return (
        f"{_shown(refused, 'verb')} needs {refused.text('needs')} access, and "
        "GitHub did not say what access you have, so nothing was done. Try again in a "
        "minute."
    )


def _head_unrecorded(refused: Refused) -> str:
    return (
        "It is not known which commit was the head when you wrote this. Now it is "
        f"{_now(refused)}"
    )


def _head_moved(refused: Refused) -> str:
    head = refused.text("head")
    return (
        f"The head has moved: it was {_shown(refused, 'recorded')} when you wrote "
        f"this, and now it is {code(head)}. Look at what is new; if you mean that one, "
        f"write {_again(refused, head)}."
    )


def _sha_unknown(refused: Refused) -> str:
    return (
        f"{_shown(refused, 'sha')} is no commit of this pull request, or several begin "
        f"so. Its head is {_now(refused)}"
    )


def _sha_not_head(refused: Refused) -> str:
    return (
        f"{_shown(refused, 'sha')} is not the head of this pull request. The head is "
        f"{_now(refused)}"
    )


def _sha_not_full(refused: Refused) -> str:
    head = refused.text("head")
    return (
        "The head has moved, and a short SHA can be forged, so it vouches for nothing "
        f"new. Look at {code(head)}; if you mean it, write {_again(refused, head)}."
    )


def _unknown_name(refused: Refused) -> str:
    otherwise = f"It has {_listed(refused, 'known')}."
    kind = refused.text("kind")
    where = "branch" if kind == "change" else "policy"
    missing = f"The {where} has no {kind} {_typed(refused)}."
    return f"{missing} {_meant(refused, otherwise)}"


def _no_finding(refused: Refused) -> str:
    missing = f"The head has no finding {_shown(refused, 'finding')} now."
    return f"{missing} {_meant(refused, _WHY)}"


def _not_accepted(refused: Refused) -> str:
    """It is kept all the same: an acceptance may be handled after what undoes it."""
    near = f"{_meant(refused, '')} ".lstrip()
    return (
        f"{_shown(refused, 'finding')} is not accepted, so there is nothing to take "
        f"back. {near}Should an acceptance that was written before this still come in, "
        "it will not count."
    )


def _nothing_runs(refused: Refused) -> str:
    stands = refused.text("stands")
    said = f" What was said stands: **{markdown(stands, _TITLE)}**." if stands else ""
    return (
        "There is nothing to stop: no trial of this commit runs, and none waits to "
        f"run.{said}"
    )


def _closed(refused: Refused) -> str:
    if refused.evidence.get("merged"):
        return (
            "This pull request is merged, so nothing is done here any more; questions "
            f"such as `{PREFIX} why` are still answered."
        )
    return (
        "This pull request is closed, so nothing is done here. Reopen it, then write "
        f"{_shown(refused, 'verb')} again."
    )


_SAYS: Mapping[Refusal, Says] = {
    Refusal.NOT_PLAIN: lambda _: (
        "A part of this line is code, HTML, a link or an image, and those are never "
        f"read. {_ALONE}"
    ),
    Refusal.TOO_LONG: lambda one: (
        f"This line has {one.text('size')} characters; a command has at most "
        f"{one.text('most')}."
    ),
    Refusal.INVISIBLE: lambda one: (
        f"This line holds a character that cannot be seen ({one.text('code')}), or a "
        "space that is not one. Type the line anew instead of pasting it."
    ),
    Refusal.CURLY_QUOTE: lambda one: (
        f'{_typed(one)} is not read as a quote: write straight ones, `"like this"`.'
    ),
    Refusal.OPEN_QUOTE: lambda one: (
        f"A double quote is not closed: {_typed(one)}. Quotes come in pairs, and there "
        "can be none inside a value."
    ),
    Refusal.QUOTE_INSIDE: lambda one: (
        f"A double quote stands inside a word: {_typed(one)}. Put the whole value in "
        'quotes: `reason="two words"`.'
    ),
    Refusal.NO_VERB: lambda _: f"`{PREFIX}` alone says nothing. {_ALL}",
    Refusal.UNKNOWN_VERB: _unknown_verb,
    Refusal.TOO_MANY_COMMANDS: lambda one: (
        f"This comment has {one.text('count')} commands; {one.text('most')} are read "
        "at most, so none of them was done. Write several comments."
    ),
    Refusal.UNKNOWN_KEY: _unknown_key,
    Refusal.REPEATED_KEY: lambda one: (
        f"{_typed(one)} is given twice, and only one can be meant."
    ),
    Refusal.UNEXPECTED: _unexpected,
    Refusal.MISSING: lambda one: f"{_shown(one, 'verb')} needs {_shown(one, 'shown')}.",
    Refusal.EMPTY_VALUE: lambda one: f"{_typed(one)} has no value.",
    Refusal.EMPTY_ITEM: lambda one: (
        f"The list {_typed(one)} has a gap. Write lists as `a,b`, without spaces."
    ),
    Refusal.TOO_MANY_ITEMS: _too_many_items,
    Refusal.BAD_SHA: lambda one: (
        f"{_typed(one)} is no commit: write {_SEVEN}, as GitHub shows them."
    ),
    Refusal.SHORT_SHA: lambda one: (
        f"{_typed(one)} is too short to name a commit: write {_SEVEN}."
    ),
    Refusal.BAD_NAME: lambda one: (
        f"{_typed(one)} is no name: names have letters, digits, `_`, `-` and `.`."
    ),
    Refusal.BAD_COUNT: _bad_count,
    Refusal.BAD_FINDING: lambda one: (
        f"{_typed(one)} is no finding: the report shows them, such as "
        "`regression-5bd0c3a1`."
    ),
    Refusal.BAD_UNTIL: _bad_until,
    Refusal.BAD_PARAM: lambda one: (
        f"{_typed(one)} is no parameter: they have letters, digits and `_`."
    ),
    Refusal.BAD_WORD: lambda one: (
        f"{_typed(one)} says nothing here: the only word is {_shown(one, 'known')}."
    ),
    Refusal.NOT_ALLOWED: _not_allowed,
    Refusal.ROLE_UNKNOWN: _role_unknown,
    Refusal.HEAD_UNKNOWN: lambda _: (
        "It could not be read which commit is the head, so nothing was done. Try again "
        "in a minute."
    ),
    Refusal.HEAD_UNRECORDED: _head_unrecorded,
    Refusal.HEAD_MOVED: _head_moved,
    Refusal.SHA_UNKNOWN: _sha_unknown,
    Refusal.SHA_NOT_HEAD: _sha_not_head,
    Refusal.SHA_NOT_FULL: _sha_not_full,
    Refusal.UNKNOWN_NAME: _unknown_name,
    Refusal.NO_FINDING: _no_finding,
    Refusal.HOLDS_NOTHING: lambda one: (
        f"{_shown(one, 'finding')} holds nothing up, so there is nothing to accept."
    ),
    Refusal.NOT_ACCEPTABLE: lambda one: (
        f"{_shown(one, 'finding')} cannot be accepted: it says that something was not "
        f"or could not be judged, and only a mend changes that. {_WHY}"
    ),
    Refusal.NOT_ACCEPTED: _not_accepted,
    Refusal.OVERTAKEN: lambda one: (
        f"Somebody has spoken of {_shown(one, 'finding')} since you wrote this, and "
        "the last word counts, so nothing was done."
    ),
    Refusal.NOTHING_RUNS: _nothing_runs,
    Refusal.NOT_NEEDED: lambda one: (
        "No trial has to run for this commit: "
        f"**{markdown(one.text('stands'), _TITLE)}**."
    ),
    Refusal.CLOSED: _closed,
    Refusal.EDITED: lambda _: (
        "This comment was edited before it was read, so nobody knows what it said "
        "first. Write a new comment."
    ),
}
_SHOWS_USAGE = {
    Refusal.UNKNOWN_KEY,
    Refusal.REPEATED_KEY,
    Refusal.UNEXPECTED,
    Refusal.MISSING,
    Refusal.EMPTY_VALUE,
    Refusal.EMPTY_ITEM,
    Refusal.TOO_MANY_ITEMS,
    Refusal.BAD_SHA,
    Refusal.SHORT_SHA,
    Refusal.BAD_NAME,
    Refusal.BAD_COUNT,
    Refusal.BAD_FINDING,
    Refusal.BAD_UNTIL,
    Refusal.BAD_PARAM,
    Refusal.BAD_WORD,
}
