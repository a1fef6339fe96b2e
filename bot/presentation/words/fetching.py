"""Words for commits that git could not bring to the gate."""

NOTHING_HELD = "Nothing of this repository could be fetched."
READ_LOG = "The gate's log says why."
MAKE_SMALLER = (
    "Take large files out of the branch's history; then push, or comment `/gate run`."
)
MAKE_FIT = "Take out of the branch's history what `git fsck` finds there, then push."
