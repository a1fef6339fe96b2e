"""Words of a live round trip: its steps, and the texts that it leaves on GitHub."""

from bot.domain.doctor.trip import Step, Tried
from bot.domain.github import NotFound
from bot.presentation.words.failures import why

TITLE = "Smoke test of Seedgate"
STARTED = "Seedgate tries whether it can talk to GitHub. Nothing is judged here."
WORKED = (
    "Seedgate can talk to GitHub. Nothing was judged, and no rule should require this "
    "check."
)
BROKEN = (
    "Something did not work; `seedgate smoke` said what. Nothing was judged, and no "
    "rule should require this check."
)
COMMENT = "Seedgate tries whether it can comment here."
EDITED = "Seedgate tried whether it can comment here. It can; this may be ignored."
REMARK = "Seedgate tries whether it can mark a line."
WORKS = "The round trip works."
BREAKS = "The round trip does not work."
NO_PULL = "Comments were not tried: name a pull request with --pull."
NOT_INSTALLED = (
    "it is in none of them. Install the App on it, or write it as OWNER/NAME"
)
ODD = "GitHub said yes, and it is not there as it should be"

_STEPS = {
    Step.FIND: "find the repository among the installations",
    Step.REPOSITORY: "read the repository",
    Step.RULES: "read the rules of its default branch",
    Step.TOKEN: "get a token for git",
    Step.DELIVERIES: "list the deliveries of webhooks",
    Step.PULL: "read the pull request",
    Step.HEAD: "read the head of the default branch",
    Step.CREATE: "create a check run",
    Step.ADOPT: "find it again instead of creating another one",
    Step.CHANGE: "change it",
    Step.ANNOTATE: "annotate a line",
    Step.READ_CHECK: "see it at its commit",
    Step.PERMISSION: "read what the author may do",
    Step.COMMENT: "comment",
    Step.ADOPT_COMMENT: "find the comment again instead of writing another one",
    Step.EDIT: "edit it",
    Step.READ_COMMENT: "see it edited",
    Step.REACT: "react to it",
    Step.FOLD: "fold it away",
    Step.CONCLUDE: "conclude the check run",
    Step.ANEW: "create another one in its place, as it is not opened again",
    Step.CONCLUDE_ANEW: "conclude that one",
}


def line(tried: Tried) -> str:
    """A step and how it went: `create a check run: GitHub refused it (...)`."""
    said = _STEPS[tried.step]
    if tried.step is Step.FIND and isinstance(tried.failure, NotFound):
        return f"{said}: {NOT_INSTALLED}"
    if tried.failure is not None:
        return f"{said}: {why(tried.failure)}"
    return f"{said}: {ODD}" if tried.odd else said
