"""Words for answers to questions: what is not met, where it stands, the baseline.

Names in them are raw: whoever shows them escapes them for its place.
"""

from bot.domain.commands import TABLE, Verb
from bot.domain.verdict import FindingKind
from bot.presentation import numbers
from bot.presentation.words.commands.verbs import who

WHY = "Why"
STATUS = "Status"
BASELINE = "Baseline"
RULE = "Rule"
FOUND = "Found"
MEND = "What to do"
COMMIT = "Commit"
COST = "Cost"
ACCEPTED = "Accepted, and so not in the way:"
ACCEPTED_ELSE = "Accepted as well, and not found by now:"
NEVER_SEEN = (
    "This pull request has not been looked at yet. It will be within minutes; ask "
    "again then."
)
NOTHING_SAID = (
    "Nothing is judged here: no policy rules the branch that this pull request goes to."
)
OPEN = "There is no verdict yet, so nothing can be lifted yet."
ALL_MET = "Every condition is met."
NO_BASELINE = (
    "No baseline has been measured for this pull request yet: that begins with its "
    "first trials."
)
NO_PROGRESS = "How far the trials are is not known just now."
TIGHTER = "The policy may ask for more than is said here of who may do what."
KEPT = "Runs are added to a baseline by `/gate baseline refresh`; none is replaced."
BASELINE_HEAD = (
    "| Mode | Metric | Mean | SD | Runs | Failed | Age |\n|:--|:--|--:|--:|--:|--:|:--|"
)
AGE_UNKNOWN = "not known"
_DAY = 86_400
_DAYS_FROM = 2

RULES: dict[FindingKind, str] = {
    FindingKind.REGRESSION: "A metric may not be worse than its rule allows.",
    FindingKind.IMPROVEMENT: "What has to get better must be shown to be.",
    FindingKind.FAILURE: "A branch may not make trials fail.",
    FindingKind.INVASIVE: (
        "A mode that nobody named as a target behaves as it did before."
    ),
    FindingKind.SHADOWED: "No change may hide a loss behind the gain of another.",
    FindingKind.METRIC_VERSION: (
        "Somebody has to accept a change to what defines a metric."
    ),
    FindingKind.PROTECTED: "Somebody has to accept a change to protected files.",
    FindingKind.LIMIT: "Every trial keeps within the limits.",
    FindingKind.TARGET: "The mean has to be shown on the right side of its target.",
    FindingKind.SANITY: "The network passes its checks.",
    FindingKind.DATA: "Data and quantities stay as the policy says.",
    FindingKind.ENVIRONMENT: "Trials run, and on machines that can be compared.",
    FindingKind.SATURATION: "A metric has room to show a difference.",
    FindingKind.POWER: "The trials have to be able to show what is asked.",
    FindingKind.CONFLICT: "The branch merges into its base.",
    FindingKind.TESTS: "The repository's own tests pass.",
    FindingKind.TRUST: "Somebody has to accept a change to the policy.",
    FindingKind.BUDGET: "The plan of the policy fits its budget.",
    FindingKind.PARTIAL: "All of the policy's plan is run, to its end.",
}
"""What each kind of finding is held against."""


def not_met(count: int) -> str:
    """How many conditions hold the merge up."""
    verb = "is" if count == 1 else "are"
    return f"{numbers.counted(count, 'condition')} {verb} not met."


def asked(place: str, rule: str) -> str:
    """What is asked of one metric."""
    return f"For {place}: {rule}."


def lift(verb: Verb) -> str:
    """Who can lift it with that verb, before the line that does it."""
    return f"{_LIFT[verb]} ({who(TABLE[verb])}):"


_LIFT: dict[Verb, str] = {
    Verb.ACCEPT: "Or accept it, and say why in the quotes",
    Verb.TARGET: "Or, if that is meant, name the mode as a target",
    Verb.RUN: "Then have all of it judged",
    Verb.RETRY: "Repeat the trials that were lost to machines",
    Verb.MORE: "Or add seeds, which may decide it",
}


def earlier(sha: str) -> str:
    """The baseline is that of a report on another head."""
    return f"As it was measured for commit {sha}, which is not the head any more."


def since(oldest_s: float, newest_s: float) -> str:
    """How old the runs are, from the newest to the oldest."""
    newest, oldest = age(newest_s), age(oldest_s)
    return newest if newest == oldest else f"{newest} to {oldest}"


def age(seconds: float) -> str:
    """`3 h 10 min`, `12 days`; a time that lies ahead counts as now."""
    whole = max(0.0, seconds)
    if whole < _DAYS_FROM * _DAY:
        return numbers.duration(whole)
    return numbers.counted(int(whole // _DAY), "day")
