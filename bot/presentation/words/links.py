"""Words for addresses that do not open: unsigned, expired, not ours, out of reach."""

FRESH = (
    "Comment `/gate status` on the pull request: the answer has a fresh link. For a "
    "branch that was split off repeat `/gate split`. A link opens for a day at most, "
    "and for whoever has it."
)
KEPT = (
    "There is a report once an evaluation has ended. One that is no longer kept is "
    "made anew by `/gate run`: trials that have ended serve again."
)
UNSIGNED = "This address opens with a signed link"
UNSIGNED_WHY = (
    "It is permanent, and shows nothing by itself: it says neither whether there is a "
    "report here nor of which repository."
)
EXPIRED = "This link has expired"
EXPIRED_WHY = "What it was for may still be here; another link opens it."
BAD = "This link does not open anything"
BAD_WHY = (
    "It is not whole, or was revoked, or there is nothing here: this page looks the "
    "same for all of them."
)
AWAY = "The store cannot be reached"
AWAY_WHY = "Seedgate runs, but cannot read its store now. Try again in a minute."
