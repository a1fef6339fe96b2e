"""Words for paths that are watched."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

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
    return Words(
        "protected files were changed",
        f"The branch changes protected files: {', '.join(facts.listed('files'))}.",
        "Take them out, or have a maintainer accept this finding.",
    )


def _policy_touched(facts: Facts) -> Words:
    return Words(
        "the branch changes the policy",
        f"The branch changes {facts.text('path')}; it is judged "
        "by the policy of the base.",
    )
