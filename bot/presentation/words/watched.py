"""Words for paths that are watched."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words

Watched = Literal[
    Reason.PROTECTED_TOUCHED,
    Reason.POLICY_TOUCHED,
]


def watched(reason: Watched, facts: Facts) -> Words:
    """Protected paths and the policy itself."""
    match reason:
        case Reason.PROTECTED_TOUCHED:
            return _protected_touched(facts)
        case Reason.POLICY_TOUCHED:
            return _policy_touched(facts)
        case _:
            assert_never(reason)


def _protected_touched(facts: Facts) -> Words:
    files, patterns = facts.listed("files"), facts.listed("patterns")
    return Words(
        f"{numbers.counted(len(files), 'protected file')} changed",
        f"The branch changes, adds or removes files that the policy protects "
        f"(`protected: {', '.join(patterns)}`): "
        f"{numbers.some(files, MOST_NAMES)}.",
        "Take them out of the branch, or have a maintainer accept this finding.",
    )


def _policy_touched(facts: Facts) -> Words:
    return Words(
        "the branch changes the policy",
        f"The branch changes {facts.text('path')}; it is judged by the policy of the "
        "base, and the new one rules once it has landed.",
    )
