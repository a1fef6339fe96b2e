"""Words for what to do after a verdict; what mends a finding is said with it."""

from collections.abc import Callable, Mapping

from bot.domain.verdict import Provenance
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, titled

Names = Mapping[str, str]
"""Changes by their ids, with their titles."""
Does = Callable[[str], str]
"""What the line below does that splits: a sentence on the branch that is left."""

GO_ON = "Start the same command again to go on."
SPLIT_ONE, OFFER_ONE = "seedgate split --without NAME", "/gate split without=NAME"
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


def made(branch: str) -> str:
    """What the line of a command line does that splits a branch."""
    return f"This makes {branch}, and judges it:"


def offered(branch: str) -> str:
    """What such a line does on a pull request: nothing is pushed, nor judged, by it."""
    return f"This offers {branch}, and how to push it:"


def reported(what: str, does: Does | None) -> str:
    """Harm that the policy only reports; `does` is told of a line that splits."""
    line = f" {does('a branch of the rest')}" if does else ""
    return (
        f"But {what}. The policy only reports that (shadowed: report): the branch is "
        f"better without it.{line}"
    )


def take_out(guilty: Names, suspects: Names, does: Does | None) -> str:
    """The changes that did it, and those that may have; `does` as above."""
    every = {**guilty, **suspects}
    them = "it" if len(every) == 1 else "them"
    line = f" {does(f'the branch without {them}')}" if does else ""
    if guilty:
        doubt = f"; of {_named(suspects)} it is no proof" if suspects else ""
        again = line or " Then judge again."
        return f"Take {_named(every)} out, or mend {them}{doubt}.{again}"
    are = "is a suspect" if len(every) == 1 else "are suspects"
    return f"Judge the branch without {_named(every)}, which {are}.{line}"


def mend(every: Names, one_out: str) -> str:
    """Without these changes nothing would be left; `one_out` leaves out one."""
    if len(every) == 1:
        return f"Mend {_named(every)}: nothing else is in the branch. Then judge again."
    return (
        f"Mend {_named(every)}, which are the whole branch, or take out one at a time "
        f"(`{one_out}`)."
    )


def _named(changes: Names) -> str:
    """`change 1a2b3c4 (Wider layer)`, or several."""
    named = [titled(name, title) for name, title in changes.items()]
    kind = "change" if len(named) == 1 else "changes"
    return f"{kind} {numbers.some(named, MOST_NAMES)}"
