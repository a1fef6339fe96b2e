"""Words for what to do after a verdict; what mends a finding is said with it."""

from collections.abc import Mapping

from bot.domain.verdict import Provenance
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, titled

Names = Mapping[str, str]
"""Changes by their ids, with their titles."""

GO_ON = "Start the same command again to go on."
TELL_APART = (
    "To learn which change did it, give the policy a section `ablation`: it has each "
    "change judged."
)
_SHA_DIGITS = 10


def merge(provenance: Provenance) -> str:
    """The branch may land, as it was judged."""
    head, base = provenance.head_commit, provenance.base_commit
    if not head or not base:
        return "Merge it."
    return (
        f"Merge it. The verdict is for commit {head[:_SHA_DIGITS]} on "
        f"{base[:_SHA_DIGITS]} alone; after any further change, judge again."
    )


def reported(what: str, *, line: bool) -> str:
    """Harm that the policy only reports; with a `line`, what that makes."""
    made = " This makes the rest a branch, and judges it:" if line else ""
    return (
        f"But {what}. The policy only reports that (shadowed: report): the branch is "
        f"better without it.{made}"
    )


def take_out(guilty: Names, suspects: Names, *, line: bool) -> str:
    """The changes that did it, and those that may have; with a `line` that splits."""
    every = {**guilty, **suspects}
    them = "it" if len(every) == 1 else "them"
    made = f" This makes the branch without {them}, and judges it:" if line else ""
    if guilty:
        doubt = f"; of {_named(suspects)} it is no proof" if suspects else ""
        again = made or " Then judge again."
        return f"Take {_named(every)} out, or mend {them}{doubt}.{again}"
    are = "is a suspect" if len(every) == 1 else "are suspects"
    return f"Judge the branch without {_named(every)}, which {are}.{made}"


def mend(every: Names) -> str:
    """Without these changes nothing would be left of the branch."""
    if len(every) == 1:
        return f"Mend {_named(every)}: nothing else is in the branch. Then judge again."
    return (
        f"Mend {_named(every)}, which are the whole branch, or take out one at a time "
        "(`seedgate split --without NAME`)."
    )


def _named(changes: Names) -> str:
    """`change 1a2b3c4 (Wider layer)`, or several."""
    named = [titled(name, title) for name, title in changes.items()]
    kind = "change" if len(named) == 1 else "changes"
    return f"{kind} {numbers.some(named, MOST_NAMES)}"
