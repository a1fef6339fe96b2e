"""Words for a pull request: how an evaluation ended, what a person has to do about it.

Names in them are raw: whoever shows them escapes them for its place.
"""

from bot.domain.verdict import Provenance
from bot.presentation import numbers
from bot.presentation.words.phrase import Words, begun

NOT_NEEDED = "Not needed"
REBASE = "Rebase needed"
TRUST = "Waiting for trust"
TARGET = "Waiting for a target"
IMPOSSIBLE = "Not possible as the policy asks"
BUDGET = "Budget spent"
TIME = "Out of time"
SUPERSEDED = "Superseded"
CLOSED = "Closed"
NOT_GATED = "Not gated"
CANCELLED = "Cancelled"
DRAFT = "Draft"
OWN_FAULT = "Could not judge"
PARTLY = "Judged in part"
WAITING = "Waiting"
RUNNING = "Running"

GO_ON = "Comment /gate run to go on; finished trials are kept."
AGAIN = "Comment this to go on; finished trials are kept:"
_RUN_AGAIN = (
    "click Run again beside the check, or comment this; finished trials are kept:"
)
BY_A_BRANCH = (
    "somebody with write access pushes this commit to a branch of this repository and "
    "opens a pull request from there: that one is judged."
)
"""The one way to have an outsider's commit judged as long as there is no sandbox."""
_MOST_NAMES = 6
_SHA_DIGITS = 10


def merge(provenance: Provenance) -> str:
    """The branch may land, as it was judged."""
    head, base = provenance.head_commit, provenance.base_commit
    if not head or not base:
        return "Merge it."
    return (
        f"Merge it. The verdict is for commit {head[:_SHA_DIGITS]} on "
        f"{base[:_SHA_DIGITS]} alone; a further push is judged by itself."
    )


def not_needed(base: str) -> Words:
    """Nothing relevant changed."""
    return Words(
        "nothing that training depends on changed",
        f"The files that training depends on are the same here and on {base}, by their "
        "hash; so no trial is run.",
        "Merge it.",
    )


def conflict(base: str, files: tuple[str, ...]) -> Words:
    """The head does not merge."""
    where = f" ({numbers.some(files, _MOST_NAMES)})" if files else ""
    return Words(
        f"the branch does not merge into {base}{where}",
        f"The branch does not merge into {base}{where}, so there is no tree that could "
        "be judged.",
        f"Rebase onto {base}, or merge it into the branch, and push: that is judged by "
        "itself.",
    )


def unrelated(base: str) -> Words:
    """The head and its base have no history in common."""
    return Words(
        f"the branch and {base} have no history in common",
        f"The branch and {base} have no history in common, so they cannot be merged, "
        "and there is no tree that could be judged.",
        f"Rebase the branch's own commits onto {base} as it is now, and push: that is "
        "judged by itself.",
    )


def trust(*, recorded: bool) -> Words:
    """Nothing of an untrusted commit runs."""
    if recorded:
        return Words(
            "the commit is trusted, but this version has no sandbox to run it in",
            "The trust is recorded, but this version of Seedgate has no sandbox for "
            "untrusted code. So nothing of this commit runs.",
            f"Read all of its changes. Then {BY_A_BRANCH}",
        )
    return Words(
        "the commit comes from somebody without write permission",
        "The commit comes from somebody without write permission, and this version of "
        "Seedgate has no sandbox for untrusted code. So nothing of it runs on the "
        "workers.",
        f"Read all of its changes. Then {BY_A_BRANCH} Trust in exactly this commit can "
        "be recorded, but nothing runs by that in this version:",
    )


def target(modes: tuple[str, ...]) -> Words:
    """Modes changed, and nobody said which were meant."""
    many = numbers.some(modes, _MOST_NAMES) or "several modes"
    return Words(
        f"{many} changed, and nobody said which modes are meant to",
        f"The behaviour changed in {many}, and nobody said which modes the branch "
        "means to change.",
        "Name the modes that are meant; the others then have to stay as they are:",
    )


def impossible(problem: str, mend: str) -> Words:
    """The policy asks for what cannot be judged."""
    return Words(
        problem.rstrip(".") or "the policy asks for what cannot be judged",
        problem or "The policy asks for what cannot be judged.",
        mend or "Mend the policy on the base branch.",
    )


def time(limit_s: float | None) -> Words:
    """There was no answer in time."""
    within = "" if limit_s is None else f" within {numbers.duration(limit_s)}"
    return Words(
        f"there was no answer{within or ' in time'}",
        f"There was no answer{within or ' in time'}, and what is not known does not "
        "pass.",
        AGAIN,
    )


def superseded(by: str) -> Words:
    """Another commit is the head."""
    other = f"commit {by[:_SHA_DIGITS]}" if by else "a newer commit"
    return Words(
        f"{other} is the head now",
        f"{other[0].upper()}{other[1:]} is the head now and is judged instead. What "
        "was finished here is kept.",
    )


CLOSED_WORDS = Words(
    "the pull request was closed",
    "The pull request was closed. Its trials were stopped; what was finished is kept.",
)


def not_gated(base: str) -> Words:
    """No policy rules that branch."""
    return Words(
        f"no policy rules the branch {base}, so nothing is judged",
        f"No policy rules the branch {base}, so nothing is judged here. What was "
        "finished is kept.",
    )


def cancelled(by: str) -> Words:
    """Somebody stopped it."""
    who = by or "somebody"
    return Words(
        f"{who} stopped it",
        f"{who} stopped it before there was an answer, and what is not known does not "
        "pass. What was finished is kept.",
        AGAIN,
    )


DRAFT_WORDS = Words(
    "drafts are judged when they are ready, or when somebody asks",
    "This is a draft: it is judged once it is ready for review, or when somebody asks.",
    "Mark it as ready, or comment this to judge it now:",
)


def own_fault(problem: str, mend: str) -> Words:
    """Our machinery broke; `mend` is said in the same words on every channel."""
    what = problem or "Trials were lost, or a part of Seedgate did not answer."
    return Words(
        f"this is Seedgate's own fault and says nothing of the branch: {what}",
        f"This is Seedgate's own fault and says nothing of the branch. {what}",
        f"{mend} Then {_RUN_AGAIN}" if mend else begun(_RUN_AGAIN),
    )


BUDGET_WORDS = Words(
    "the budget was spent before there was an answer",
    "The budget of this evaluation was spent before there was an answer.",
    "Raise the budget in the policy on the base branch, or ask for fewer modes or "
    "seeds; then comment this, finished trials are kept:",
)
PARTLY_WORDS = Words(
    "only a part of the policy's plan was run, and a part is never enough for a merge",
    "Only a part of the policy's plan was run, and a part is never enough for a merge.",
    "Comment this to judge all of it; finished trials are kept:",
)
WAITING_WORDS = Words(
    "no trial has started yet",
    "The evaluation is recorded, and no trial has started yet.",
)
RUNNING_WORDS = Words(
    "trials run; there is no verdict yet",
    "Trials run; there is no verdict yet.",
)
MORE_SEEDS = "Or add seeds to what there is:"
IF_MEANT = "Or, if that is meant, name what this commit means to change:"
