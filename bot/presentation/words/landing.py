"""Words for what came onto the base, where it is not the very tree that was judged."""

_SHA_DIGITS = 10

NOT_JUDGED = "What landed is not what was judged"


def elsewhere(onto: str, judged: str) -> str:
    """It landed on a base that had moved since; both are commits."""
    return (
        f"Landed on {onto[:_SHA_DIGITS]}, judged against {judged[:_SHA_DIGITS]}: the "
        "base had moved since, and the two together were not trained."
    )


def title(number: int) -> str:
    """The issue's; it is shown as plain text."""
    return f"What landed with #{number} is not what was judged"


def banner(landed: str, judged: str) -> str:
    """For the pull request: the commit on the base, and the head that was judged."""
    return (
        f"{NOT_JUDGED}. Commit {landed[:_SHA_DIGITS]} holds other content than "
        f"commit {judged[:_SHA_DIGITS]} merged into its base, in files that training "
        "depends on. The verdict below is not about it."
    )


def explained(number: int, landed: str, judged: str, against: str) -> str:
    """The same for the issue, with what to do."""
    return (
        f"Pull request #{number} was merged as {landed[:_SHA_DIGITS]}. Seedgate had "
        f"passed commit {judged[:_SHA_DIGITS]} on {against[:_SHA_DIGITS]}. The tree "
        "that landed differs from the merge of the two, and from the merge into the "
        "base as it was then, in files that training depends on. So nobody judged it.\n"
        "\n"
        "That happens when a conflict was solved while merging, when something was "
        "pushed at the last moment, or when somebody went around the check.\n\n"
        "Compare the two, and open a pull request that takes the difference back or "
        "has it judged. Close this issue when that is done."
    )
