"""Words for a merge group, which has a check run and no comment."""

from bot.presentation.words.phrase import Words


def judged_before(number: int) -> str:
    """The title of its check run."""
    return f"Judged before as #{number}"


def same_tree(number: int, base: str) -> str:
    """Why nothing is run again."""
    return (
        f"The files that training depends on are the same in this merge group and in "
        f"what was judged for #{number} onto {base}, by their hash. So the conclusion "
        "is the same, and no trial is run again."
    )


GONE = "The merge group is gone"
GONE_WHY = (
    "The merge queue took this group away before there was an answer. Its trials were "
    "stopped; what was finished is kept."
)

AGAIN = "Put the pull request into the merge queue again; finished trials are kept."
UPDATE = (
    "Nothing can be ordered for a merge group, nor accepted in it. Update the pull "
    "request's branch from its base: there it is judged by itself, and what it does "
    "can be accepted. Then queue it again."
)
"""For findings that a person can accept: what a branch does, and nothing else."""
NAME_TARGETS = (
    "Nothing can be ordered for a merge group. Update the pull request's branch from "
    "its base, and name there the modes that are meant. Then queue it again."
)
UNTRUSTED = Words(
    "not all of it is known to come from people with write permission",
    "Not all that the group would land is known to come from people with write "
    "permission, and this version of Seedgate has no sandbox for untrusted code. So "
    "nothing of it runs on the workers.",
)
TRUST = (
    "Where only what was queued before it comes from somebody without write "
    "permission, queue the pull request again once that has landed or left the queue. "
    "Else read all that the group would land: then somebody with write access pushes "
    "it to a branch of this repository and opens a pull request from there, which is "
    "judged and can be queued."
)
BUDGET = "Raise the budget in the policy on the base branch."
LANDS = "Nothing is to be done: the merge queue goes on by itself."
