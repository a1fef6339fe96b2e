"""Words for orders whose answer takes long: scans, baselines run on, and their ends.

Names are escaped already, unless it says otherwise.
"""

from collections.abc import Sequence

from bot.presentation import numbers

_MOST_FILES = 12

UNTRUSTED = (
    "Nothing of this commit runs on the workers: it is not trusted, or no node has "
    "proved that it can run untrusted code safely. So nothing was scanned."
)
UNRELATED = (
    "The branch has no history in common with its base, so the two cannot be merged. "
    "Rebase its own commits onto the base first."
)
UNJUDGEABLE = (
    "The policy of the base asks for what is not there; the check run says what. So "
    "nothing can be run by it."
)
FAILED = (
    "This could not be done, and the branch is not to blame: something in the gate "
    "itself failed. Order it once more; what was finished is kept."
)
EXPLORES = (
    "This is an exploration and no verdict: nothing was judged, and the check run is "
    "what it was. Whoever picks the best of several values has to have it judged, as "
    "a commit."
)
NO_BASELINE = (
    "No mode of this stage is compared with a baseline, so there are no runs to add."
)
NO_SHARE = (
    "`baseline.cached_share` of the policy is 0: no run of a baseline serves a second "
    "time, so there is nothing to add to."
)
HOW_ADDED = (
    "Each new run has a seed of its own, and serves the next pull requests on this "
    "base within the policy's `baseline.cached_share`. No run was replaced."
)
UNLIKE, ALIKE, NOBODY_KNOWS = "**not like before**", "like before", "too few to tell"
MOVES = (
    "The baseline of {names} moves over time, without any change of the code: its "
    "repeated runs lie to one side. No branch is to blame. Runs stored before do not "
    "serve any more, and the baseline is run anew. Look at what changed on the "
    "machine: its load, its libraries, the data."
)


def stopped(by: str) -> str:
    """Somebody stopped it before it ended."""
    return f"Stopped by {by} before it ended; what is finished is kept."


def no_gate(why: str) -> str:
    """There is no policy by which it could be done."""
    return f"Nothing can be run here: {why}."


def runs_added(runs: int, base: str, commit: str, stage: str) -> str:
    """How many runs came to the baseline of a base branch."""
    return (
        f"{numbers.counted(runs, 'run')} added to the baseline of {base} ({commit}), "
        f"stage {stage}."
    )


def moved_title(branch: str, names: str) -> str:
    """The title of an issue; plain text."""
    return f"Seedgate: the baseline of {branch} moves ({names})"


def moved(branch: str, names: str, sums: str) -> str:
    """What such an issue says."""
    return f"{MOVES.format(names=names)}\n\nBase branch: {branch}. {sums}"


def sum_of(name: str, cusum: str, threshold: str) -> str:
    """The sum of one metric, and where the alarm begins."""
    return f"{name}: sum {cusum}, alarm above {threshold}."


def conflict(files: Sequence[str]) -> str:
    """The branch does not merge, so there is no tree to work on."""
    where = numbers.some(files, _MOST_FILES)
    return (
        f"The branch does not merge into its base: conflicts in {where}. Rebase it "
        "first, or merge the base into it."
    )
