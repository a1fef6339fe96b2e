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
BY_NUMBER = (
    "Name it as OWNER/NAME as GitHub has it now, or by GitHub's number of it, which "
    "works for a repository that is gone, too."
)
AWAY = "The store cannot be reached"
AWAY_WHY = "Seedgate runs, but cannot read its store now. Try again in a minute."


OUR_STORE = (
    "Nothing was revoked. Run this with the SEEDGATE_CACHE_DIR or "
    "SEEDGATE_DATABASE_URL that `seedgate serve` runs with."
)


def revoked(name: str, number: int, store: str) -> str:
    """What is said once no link that was given out opens anything any more."""
    known = name if name == str(number) else f"{name} (number {number})"
    return (
        f"No link to a report or bundle of {known} that was given out opens anything "
        f"any more, in the store {store}. `/gate status` gives new ones."
    )


def no_store(file: str) -> str:
    """There is nothing to revoke in."""
    return f"There is no store {file}."


def no_number(given: str) -> str:
    """Digits that GitHub would give to no repository."""
    return f"{given} is no number of a repository."


def unreached(name: str) -> str:
    """The App is not installed on a repository, or there is none."""
    return f"The App reaches no repository {name}."


def unasked(why: str) -> str:
    """GitHub was asked where a repository is, and failed."""
    return f"GitHub could not be asked for the repository: {why}."
