"""Words for paths that are watched."""

from collections.abc import Sequence
from typing import Literal, assert_never

from bot.domain.policy.differing import GIVEN
from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.words.phrase import ACCEPTED, MOST_NAMES, Facts, Words

_LONGEST = 240
_LONGEST_VALUE = 60
_ON_THE_PULL = "Or have a maintainer accept this finding on the pull request."

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
        "Undo what the branch does to the protected files.",
        local=_ON_THE_PULL,
        pull=f"Or {ACCEPTED}",
    )


def _policy_touched(facts: Facts) -> Words:
    path, judge = facts.text("path"), one_line(facts.text("judge"), _LONGEST)
    judged = f"This branch is judged by {judge}" if judge else "The base's own judges"
    match facts.text("what"):
        case "deleted":
            return Words(
                "the branch deletes the policy",
                f"The branch deletes {path}. {judged}; after a merge every evaluation "
                "would be refused, because there would be no policy.",
                "Bring the file back.",
                local=_ON_THE_PULL,
                pull=f"Or {ACCEPTED}",
            )
        case "unreadable":
            return Words(
                "the branch leaves a policy that cannot be read",
                f"The branch leaves a {path} that cannot be read: {_faults(facts)}. "
                f"{judged}; after a merge every evaluation would be refused.",
                f"Mend the file: `seedgate check {path}` tells all of its faults.",
            )
        case "refused":
            return Words(
                "the branch leaves a policy by which nothing could be judged",
                f"The branch leaves a {path} by which nothing could be judged: "
                f"{_faults(facts)}. {judged}; after a merge every evaluation would be "
                "refused.",
                f"Mend {path}.",
            )
        case what:
            verb = {"added": "adds", "mended": "mends"}.get(what, "changes")
            return Words(
                f"the branch {verb} the policy",
                f"The branch {verb} {path}. {judged}; the new one rules once it has "
                f"landed.{_settings(facts)}",
            )


def _faults(facts: Facts) -> str:
    """`line 3: ...; line 9: ...; and 2 more`, without a full stop."""
    faults = [one_line(one, _LONGEST).rstrip(".") for one in facts.listed("faults")]
    lines = (*facts.listed("lines"), *("" for _ in faults))
    said = [
        f"line {line}: {fault}" if line else fault
        for line, fault in zip(lines, faults, strict=False)
    ]
    return _counted(said, facts)


def _counted(said: Sequence[str], facts: Facts) -> str:
    """What is said, and how much there is beside it."""
    left = facts.count("count") - len(said)
    return "; ".join([*said, *([f"and {left} more"] if left > 0 else [])])


def _settings(facts: Facts) -> str:
    """A sentence on what differs; nothing where that was not compared."""
    if facts.text("what") != "changed":
        return ""
    pairs = zip(facts.listed("before"), facts.listed("after"), strict=True)
    said = [
        f"`{one_line(name, _LONGEST)}` {_became(*pair)}"
        for name, pair in zip(facts.listed("settings"), pairs, strict=True)
    ]
    if not said:
        return " No setting differs."
    return f" What differs: {_counted(said, facts)}."


def _became(before: str, after: str) -> str:
    old, new = (one_line(text, _LONGEST_VALUE) for text in (before, after))
    if not old:
        return "is new" if new == GIVEN else f"is set to {new}"
    if not new:
        return "is taken out" if old == GIVEN else f"is no longer set ({old} before)"
    return f"goes from {old} to {new}"
