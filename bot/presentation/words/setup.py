"""Words for setting the App up: what it asks for and why, and what went wrong."""

from bot.domain.errors import UserFault
from bot.domain.github import Failure, NotFound, Transient
from bot.presentation.words.failures import why

TITLE = "Seedgate needs a GitHub App"
INTRO = (
    "Seedgate talks to GitHub as an App of your own. The button below sends you to "
    "GitHub, which registers one with the permissions of this list, and hands its keys "
    "to this process alone. After that GitHub asks on which repositories to install it."
)
BUTTON = "Register the App on GitHub"
REGISTERED = "What is registered"
OWNER, NAME, WHERE, HOOKS = "Owner", "Name", "GitHub", "Webhooks"
OWN = "your own account. For an organization's, run `seedgate setup --org NAME` instead"
PERMISSIONS = "Permissions, and what each is for"
EVENTS = "Events that GitHub tells of"
PLEDGE = (
    "Seedgate never writes code: contents are read only, and it asks for no secrets, "
    "workflows, members or administration. Code of pull requests never runs in this "
    "process."
)
REASONS = {
    "checks": "to show its verdict as a check run, with buttons to run again",
    "contents": "to fetch the commits that are judged, and the policy of the base",
    "issues": "to hear commands in comments, react to them, and open an issue where "
    "what landed is not what was judged",
    "merge_queues": "to answer for groups of a merge queue",
    "metadata": "every App has it: names, branches, rules, and what a person may do",
    "pull_requests": "to see pull requests, keep one comment on each up to date, and "
    "call by a short one where somebody has to act",
}
EVENT_REASONS = {
    "issue_comment": "commands in comments",
    "merge_group": "the merge queue",
    "pull_request": "pull requests that are opened, pushed to, retargeted, closed",
    "pull_request_review": "commands in reviews",
    "push": "a base that moved, a policy that changed",
    "repository": "repositories that are renamed, moved or archived",
}

GONE = "This link cannot be used"
GONE_WHY = (
    "There may be an App by now. Or this is not the link that was printed last; or you "
    "came back from GitHub by a page that was used already, or is older than an hour. "
    "As long as there is no App, the link that was printed last works."
)
FAILED = "GitHub did not hand over the App"
ELSEWHERE = (
    "See that SEEDGATE_API_URL is the API of this GitHub (https://HOST/api/v3 of an "
    "Enterprise server). Each time the button is pressed there is another App."
)
RELOAD = "Reload this page to ask once more."
LOST = (
    "If the App is there on GitHub, make a private key and a webhook secret in its "
    "settings and give both to `seedgate setup --import`; or delete it and begin anew."
)
MADE = "The App is registered"
LATER = "Try again in a while."


def refused(failure: Failure) -> UserFault:
    """Why the App was not handed over, and what to do."""
    said = why(failure)
    problem = f"{said[0].upper()}{said[1:]}."
    match failure:
        case NotFound():
            return UserFault(problem, f"{ELSEWHERE} {LOST}")
        case Transient():
            return UserFault(problem, f"{RELOAD} {LOST}")
        case _:
            return UserFault(problem, LOST)


def asked_at(api_url: str) -> str:
    """Where the App was asked for; a wrong address is no App's."""
    return f"See that {api_url} (SEEDGATE_API_URL) is the API of the App's GitHub."


def owner(organization: str) -> str:
    """Whose the App will be, which cannot be seen from GitHub's page at a glance."""
    return f"the organization {organization}" if organization else OWN


def opened(link: str) -> tuple[str, ...]:
    """What is printed for whoever sets the App up."""
    return (
        "No GitHub App is configured. Open this link in a browser; it is a secret, and "
        "works until there is an App:",
        f"  {link}",
    )


def made(slug: str, number: int, place: str, install: str) -> tuple[str, ...]:
    """What is printed when the App is there."""
    return (
        f"The App {slug} (id {number}) is registered; its keys are in {place}.",
        f"Install it on repositories at {install}.",
        "Then `seedgate doctor` says whether everything works.",
    )


def made_elsewhere(slug: str, install: str) -> str:
    """The App is kept, but GitHub names an address that is not its own."""
    return f"The App {slug} is kept. Install it on repositories at {install}."


def imported(slug: str, number: int, place: str) -> tuple[str, ...]:
    """What is printed for an App that was there before."""
    return (
        f"GitHub knows the key of the App {slug} (id {number}); it is kept in {place}.",
        "`seedgate doctor` says whether everything works.",
    )
