"""What each verb does and what each argument is, in a line."""

from typing import assert_never

from bot.domain.commands import (
    FEWEST_MORE,
    LONGEST_DAYS,
    MOST_COMMANDS,
    MOST_MORE,
    MOST_VALUES,
    PREFIX,
    USUAL_MORE,
    Entry,
    Kind,
    Role,
    Verb,
)
from bot.domain.pulls.overrides import USUAL_DAYS

DOES: dict[Verb, str] = {
    Verb.RUN: "Judges the head, or says why it need not.",
    Verb.MORE: "Adds N seeds per arm past the last look.",
    Verb.RETRY: "Repeats trials that were lost to machines; never a failed one.",
    Verb.CANCEL: (
        "Stops the trials and keeps what is finished; an answer that was given stands."
    ),
    Verb.TARGET: "Names modes that the branch means to change: each is judged in full.",
    Verb.ABLATE: "Judges the changes of the branch apart, now.",
    Verb.SPLIT: "Offers the branch without those changes, and how to push it.",
    Verb.SCAN: "Tries values of one parameter on the branch; it decides nothing.",
    Verb.OK: (
        "Records trust in exactly that commit of a fork. This version has no sandbox, "
        "so nothing of it runs by that."
    ),
    Verb.ACCEPT: "Lifts one finding; it is recorded, shown, and ends.",
    Verb.UNACCEPT: "Takes an acceptance back.",
    Verb.BASELINE: "Shows the baseline, or adds runs to it; it replaces none.",
    Verb.WHY: "Lists every condition that is not met, and who can lift it.",
    Verb.STATUS: "Shows progress, place in the queue, cost so far and time left.",
    Verb.HELP: "Says what can be said here, or more about one command.",
}

ABOUT: dict[Kind, str] = {
    Kind.SHA: "a commit, as 7 to 40 of its hex digits; it must be the head",
    Kind.STAGE: "only this stage of the policy; a part of the plan never passes",
    Kind.MODES: "names of modes, with commas between them",
    Kind.COUNT: (
        f"how many seeds, {FEWEST_MORE} to {MOST_MORE}; {USUAL_MORE} where it is not "
        "said"
    ),
    Kind.CHANGES: "changes as the report names them, with commas between them",
    Kind.VALUES: (
        f"a parameter of the stage and up to {MOST_VALUES} values, with commas between"
    ),
    Kind.FINDING: "the name of a finding, as the report shows it",
    Kind.REASON: "why, in your words, in double quotes; everybody can read it",
    Kind.UNTIL: (
        f"when it ends: after so many days (1 to {LONGEST_DAYS}), or with the commit; "
        f"after {USUAL_DAYS} days where it is not said"
    ),
    Kind.REFRESH: "adds runs",
    Kind.VERB: "a command",
}

HOW_TO_WRITE = (
    f"Begin a line of a comment or a review with `{PREFIX}`; each such line is a "
    f"command, and a comment has {MOST_COMMANDS} of them at most. What is in brackets "
    'may be left out; `key="two words"` holds spaces. Code, quotes, HTML, links and '
    "edits are not read."
)
HEADS = (
    "A command is about the commit that was the head when you wrote it. If the head "
    "has moved since, nothing is done and you are told."
)
TIGHTER = "The policy of a repository may ask for more than the column *Who* says."


def access(role: Role) -> str:
    """`write access`, as GitHub's settings call it."""
    match role:
        case Role.NONE:
            return "no access"
        case Role.READ | Role.TRIAGE | Role.WRITE | Role.MAINTAIN | Role.ADMIN:
            return f"{role.name.lower()} access"
        case _:
            assert_never(role)


def who(entry: Entry) -> str:
    """`the author, or write access`."""
    if entry.role is None:
        return "anyone"
    needed = access(entry.role)
    return f"the author, or {needed}" if entry.author else needed
