"""Words for a merge group, which has a check run and no comment."""


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
