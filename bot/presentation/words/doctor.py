"""Words for what a checkup finds: a sentence, and how to mend it.

Names in them are raw: whoever shows them escapes them for its place.
"""

from typing import NamedTuple

from bot.domain.doctor import Finding, Kind
from bot.presentation import numbers
from bot.presentation.words.failures import why


class Said(NamedTuple):
    """A finding in words; `mend` is empty where nothing is to be done."""

    sentence: str
    mend: str = ""


_APP_SETTINGS = "in the App's settings on GitHub, under `Permissions & events`"
_LOOK_AGAIN = "Mend what is said of the App above; else try again in a while."
_GETS_THROUGH = (
    "See that `seedgate serve` runs, what its log says, and that GitHub gets through "
    "to it: firewall, proxy, certificate. The App's settings show each delivery under "
    "`Advanced`; the next one shows whether it helped."
)
_RULE = "in the rule of branch {branch}, under `Require status checks to pass`"

_WORDS: dict[Kind, Said] = {
    Kind.CONFIG: Said("App {app} is configured, for webhooks at {hook}."),
    Kind.CONFIG_WRONG: Said("{problem}", "{mend}"),
    Kind.KEY_OPEN: Said("{problem}", "{mend}"),
    Kind.APP: Said("GitHub knows the key: it is the App {slug}."),
    Kind.APP_REFUSED: Said(
        "The key of the App is not taken: {why}.",
        "See that SEEDGATE_APP_ID is the `App ID` in the App's settings on GitHub, and "
        "SEEDGATE_API_URL the API of that GitHub. If so, make a private key there, and "
        "set it here.",
    ),
    Kind.APP_UNKNOWN: Said(
        "The App could not be looked at: {why}.",
        "Check SEEDGATE_API_URL (https://HOST/api/v3 of an Enterprise server) and "
        "SEEDGATE_APP_ID, the network, and https://www.githubstatus.com.",
    ),
    Kind.CLOCK: Said("The clock agrees with GitHub's."),
    Kind.CLOCK_OFF: Said(
        "The clock is {off} {side} GitHub's.", "Let it be set by NTP."
    ),
    Kind.CLOCK_WRONG: Said(
        "The clock is {off} {side} GitHub's, which refuses the App's key until the App "
        "has learnt how far.",
        "Let it be set by NTP.",
    ),
    Kind.CLOCK_UNKNOWN: Said("GitHub's clock could not be seen: {why}."),
    Kind.PERMISSIONS: Said("The App asks for every permission that is needed."),
    Kind.PERMISSION_LACKING: Said(
        "The App does not ask for {name}: {needs}{instead}.",
        f"Add it {_APP_SETTINGS}; each account then has to accept it.",
    ),
    Kind.PERMISSION_BEYOND: Said(
        "The App asks for {name}: {has}, which is more than is needed{enough}.",
        f"Lower it {_APP_SETTINGS}.",
    ),
    Kind.EVENTS: Said("The App hears of every event that is needed."),
    Kind.EVENT_LACKING: Said(
        "The App does not hear of the event {name}.", f"Tick it {_APP_SETTINGS}."
    ),
    Kind.HOOK: Said("Webhooks go to {is}."),
    Kind.HOOK_ELSEWHERE: Said(
        "Webhooks go to {is}, and should go to {should}.",
        "Set the webhook URL in the App's settings, or mend SEEDGATE_PUBLIC_URL.",
    ),
    Kind.HOOK_NOWHERE: Said(
        "GitHub sends no webhooks.",
        "Set the webhook URL {should} in the App's settings, and tick `Active`.",
    ),
    Kind.HOOK_UNKNOWN: Said("Where webhooks go could not be seen: {why}.", _LOOK_AGAIN),
    Kind.REACHED: Said("Seedgate answers at its public address."),
    Kind.REACHED_FROM_OUTSIDE: Said(
        "The public address is not reached from here ({said}), but GitHub's latest "
        "delivery arrived.",
    ),
    Kind.REACHED_NOT: Said(
        "Nobody answers at the public address ({said}).",
        "Start `seedgate serve`; check the proxy before it, and SEEDGATE_PUBLIC_URL.",
    ),
    Kind.REACHED_ANOTHER: Said(
        "Somebody else answers at the public address ({said}).",
        "The proxy must pass /webhook and /healthz on to `seedgate serve`.",
    ),
    Kind.REACHED_BY_NOBODY: Said(
        "The public address is this machine's own, which GitHub cannot reach.",
        "Set SEEDGATE_PUBLIC_URL to one that can be reached from the internet.",
    ),
    Kind.DELIVERIES: Said("{deliveries} within a day, none of them failed."),
    Kind.DELIVERIES_FAILED: Said(
        "{failed} of {deliveries} within a day failed, lately {event} ({said}).",
        "They are asked for again by themselves; the App's settings show each of them "
        "under `Advanced`.",
    ),
    Kind.DELIVERIES_ALL_FAILED: Said(
        "All {deliveries} within a day failed, lately {event} ({said}).", _GETS_THROUGH
    ),
    Kind.DELIVERIES_FAILING: Said(
        "The latest{latest_ones} of {deliveries} within a day failed, lastly {event} "
        "({said}).",
        _GETS_THROUGH,
    ),
    Kind.DELIVERIES_DISTRUSTED: Said(
        "Webhooks are refused: the latest{latest_ones} of {deliveries} within a day "
        "ended in 401, lastly {event}. GitHub signs with another secret than ours, or "
        "none.",
        "Set the same secret in the App's settings on GitHub and in "
        "SEEDGATE_WEBHOOK_SECRET (which goes before what the setup stored), and start "
        "`seedgate serve` anew. The next delivery shows whether it helped.",
    ),
    Kind.DELIVERIES_UNKNOWN: Said("Deliveries could not be seen: {why}."),
    Kind.INSTALLED: Said("The App is installed, on {count_repositories}."),
    Kind.INSTALLED_NOWHERE: Said(
        "The App is installed nowhere.",
        "Install it: its page on GitHub has the button `Install`.",
    ),
    Kind.INSTALLATION_LACKS: Said(
        "The account has not accepted {name}: {needs}{instead}.",
        "Its owner accepts it under `Settings`, `GitHub Apps`, `Review request`.",
    ),
    Kind.INSTALLATION_DEAF: Said(
        "The installation does not hear of the event {name}.",
        "Its owner accepts what the App asks for now, under `Settings`, `GitHub Apps`.",
    ),
    Kind.INSTALLATION_SUSPENDED: Said(
        "The installation is suspended.",
        "Its owner lets it go on, under `Settings`, `GitHub Apps`.",
    ),
    Kind.INSTALLATIONS_UNKNOWN: Said(
        "Installations could not be seen: {why}.", _LOOK_AGAIN
    ),
    Kind.BUDGET: Said("{remaining} of {limit} calls are left within the hour."),
    Kind.BUDGET_LOW: Said(
        "Only {remaining} of {limit} calls are left within the hour.",
        "Answers come late until it is over. Look for another process with this App.",
    ),
    Kind.BUDGET_UNLIMITED: Said("This server does not count calls."),
    Kind.BUDGET_UNKNOWN: Said("How many calls are left could not be seen: {why}."),
    Kind.REPOSITORIES_LEFT_OUT: Said(
        "{more_repositories} not looked at.",
        "`--most` says how many are.",
    ),
    Kind.REPOSITORIES_UNKNOWN: Said(
        "Repositories could not be seen: {why}.", _LOOK_AGAIN
    ),
    Kind.POLICY: Said("The policy is sound."),
    Kind.POLICY_MISSING: Said(
        "There is no policy on the default branch, so that nothing is judged.",
        "`seedgate init` writes a first one.",
    ),
    Kind.POLICY_FAULTY: Said(
        "The policy has {faults}: {first}", "`seedgate check` shows where."
    ),
    Kind.POLICY_UNKNOWN: Said("The policy could not be seen: {why}."),
    Kind.REQUIRED: Said("Branch {branch} requires {check} of this App."),
    Kind.REQUIRED_NOT: Said(
        "Branch {branch} does not require {check}, so that nothing holds a merge up.",
        "Require it in a ruleset, from this App. GitHub offers a check that has "
        "completed there within 7 days.",
    ),
    Kind.REQUIRED_UNPINNED: Said(
        "Branch {branch} requires {check} of anybody: who may write statuses can fake "
        "it.",
        f"Choose this App (id {{app}}) as its source {_RULE}.",
    ),
    Kind.REQUIRED_OF_ANOTHER: Said(
        "Branch {branch} requires {check} of another App, so that nothing ever merges.",
        f"Choose this App (id {{app}}) as its source {_RULE}.",
    ),
    Kind.REQUIRED_IN_VAIN: Said(
        "Branch {branch} requires {check}, and without a policy there never is one.",
        "Put a policy on the default branch (`seedgate init`), or drop the rule.",
    ),
    Kind.RULES_UNKNOWN: Said("The rules of branch {branch} could not be seen: {why}."),
    Kind.BRANCHES_LEFT_OUT: Said(
        "{more_branches} not looked at.",
        "See on GitHub that their rules require {check}, from this App.",
    ),
    Kind.STRICT: Said(
        "Branch {branch} takes only branches that are up to date: every merge makes "
        "all others run again.",
        "Switch off `Require branches to be up to date before merging`.",
    ),
    Kind.QUEUE: Said(
        "Branch {branch} has a merge queue, which waits {minutes} minutes for {check}."
    ),
    Kind.STORE: Said("The store is reached."),
    Kind.STORE_UNREACHED: Said("{problem}", "{mend}"),
    Kind.NODES: Said("Machines that take trials: {machines}."),
    Kind.NODES_NONE: Said(
        "No machine has taken trials within the last minute.",
        "Start `seedgate serve`, or `seedgate dispatch` where the machines are.",
    ),
}
_MOST_NAMES = 6


def said(finding: Finding) -> Said:
    """The finding in words."""
    words, fields = _WORDS[finding.kind], _fields(finding)
    return Said(words.sentence.format_map(fields), words.mend.format_map(fields))


def _fields(finding: Finding) -> dict[str, object]:
    """The evidence as it is put into sentences."""
    seen = dict[str, object](finding.evidence)
    if finding.failure is not None:
        seen["why"] = why(finding.failure)
    ahead = finding.evidence.get("ahead_s")
    if isinstance(ahead, float):
        seen["off"] = numbers.duration(abs(ahead))
        seen["side"] = "ahead of" if ahead > 0 else "behind"
    return seen | _counts(finding) | _levels(finding)


def _counts(finding: Finding) -> dict[str, object]:
    evidence = finding.evidence
    count, names = evidence.get("count"), evidence.get("names")
    reached, latest = evidence.get("repositories"), evidence.get("latest")
    seen: dict[str, object] = {}
    if isinstance(count, int):
        seen["deliveries"] = _counted(count, "delivery", "deliveries")
        seen["faults"] = _counted(count, "fault", "faults")
        more = _counted(count, "further repository was", "further repositories were")
        seen["more_repositories"] = more
        one, many = "further gated branch was", "further gated branches were"
        seen["more_branches"] = _counted(count, one, many)
    if isinstance(latest, int):
        seen["latest_ones"] = f" {latest}" if latest > 1 else ""
    if isinstance(reached, int):
        seen["count_repositories"] = _counted(reached, "repository", "repositories")
    if isinstance(names, tuple):
        seen["machines"] = numbers.some(names, _MOST_NAMES)
    return seen


def _levels(finding: Finding) -> dict[str, object]:
    """How a permission is missed or exceeded, where there is one at all."""
    has, needs = finding.evidence.get("has"), finding.evidence.get("needs")
    return {
        "instead": f", only for {has}" if has else "",
        "enough": f" ({needs})" if needs else "",
    }


def _counted(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"
