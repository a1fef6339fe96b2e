"""Words for where the trials differ from what the policy plans."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words, quoted

Plans = Literal[
    Reason.NARROWED,
    Reason.BETWEEN_LOOKS,
    Reason.BEYOND_LAST_LOOK,
    Reason.MORE_LOOKS_LEFT,
    Reason.SEEDS_DIFFER,
    Reason.BUDGET_SPENT,
]


def plans(reason: Plans, facts: Facts) -> Words:
    """Where the trials differ from what the policy plans."""
    match reason:
        case Reason.NARROWED:
            return _narrowed(facts)
        case Reason.BETWEEN_LOOKS:
            return _between_looks(facts)
        case Reason.BEYOND_LAST_LOOK:
            return _beyond_last_look(facts)
        case Reason.MORE_LOOKS_LEFT:
            return _more_looks_left(facts)
        case Reason.SEEDS_DIFFER:
            return _seeds_differ(facts)
        case Reason.BUDGET_SPENT:
            return _budget_spent(facts)
        case _:
            assert_never(reason)


def _seeds_differ(facts: Facts) -> Words:
    unmatched = numbers.counted(facts.count("unmatched"), "trial")
    return Words(
        "the arms do not list the same seeds",
        f"{facts.lead}the arms do not list the same seeds ({unmatched} without the "
        "other arm's), so no runs were paired: differences are harder to see.",
        "If that is a slip, correct the seeds in the trials file.",
    )


def _narrowed(facts: Facts) -> Words:
    left_out = numbers.some(facts.listed("narrowed"), MOST_NAMES)
    return Words(
        f"only a part of the policy's plan was run (left out: {left_out})",
        f"Only a part of the policy's plan was run; left out: {left_out}. A part is "
        "never enough for a merge.",
        "Run again without the options that narrow the plan: finished trials are "
        "reused.",
    )


def _per_arm(facts: Facts, key: str) -> str:
    n = facts.real(key)
    if n is None or n == 1:
        return f"{numbers.counted(facts.count(key), 'seed')} per arm"
    return f"{numbers.number(n)} seeds per arm"  # a harmonic mean may be no whole


def _between_looks(facts: Facts) -> Words:
    given, following = _per_arm(facts, "n_given"), facts.count("n_next")
    return Words(
        f"the number of seeds ({given}) is no planned look",
        f"{facts.lead}the number of seeds ({given}) is no planned look, so it was "
        "judged as an extra one. The error rates hold for one such call; repeated "
        "calls as seeds come in are not covered.",
        f"Come back with {_per_arm(facts, 'n_next')}." if following else "",
    )


def _beyond_last_look(facts: Facts) -> Words:
    given, most = _per_arm(facts, "n_given"), facts.count("n_max")
    return Words(
        f"there are more seeds than the plan's {most} ({given})",
        f"{facts.lead}there are more seeds ({given}) than the last planned look at "
        f"{most}: no promised error rate is left to spend on the others."
        f"{_weighed(facts)}",
        f"Judge the first {most} seeds, or plan more of them before looking.",
    )


def _weighed(facts: Facts) -> str:
    """What the e-values say, as the odds of a bet (Shafer 2021); empty without any."""
    unhurt, worse = facts.real("e_ni"), facts.real("e_harm")
    if unhurt is None or worse is None:
        return ""
    needed = facts.real("needed")
    decides = f"; {numbers.odds(needed)} is needed" if needed else ""
    return (
        " Weighed in a way that holds at any number of seeds, the evidence is "
        f"{numbers.odds(unhurt)} that {facts.metric} is not worse than tolerated and "
        f"{numbers.odds(worse)} that it got worse{decides}."
    )


def _more_looks_left(facts: Facts) -> Words:
    given, following = _per_arm(facts, "n_given"), facts.count("n_next")
    until = f"; the next look is at {following}" if following else ""
    are = "is" if facts.real("n_given") == 1 else "are"
    return Words(
        f"{given} {are} not enough to decide",
        f"{facts.lead}{given} {are} not enough to decide{until}.",
        f"Run up to {_per_arm(facts, 'n_next')} and judge again."
        if following
        else "Run more seeds and judge again.",
    )


def _budget_spent(facts: Facts) -> Words:
    what = facts.text("what") or "trials"
    spent, limit = facts.real("spent"), facts.real("limit")
    amount = f"{numbers.number(spent)} of {numbers.number(limit)} {what}"
    key = "budget.gpu_hours" if what == "GPU hours" else "budget.trials"
    return Words(
        f"the budget is spent ({amount})",
        f"The budget is spent before {_left_open(facts)}: {amount} (`{key}`).",
        f"Raise `{key}` in the policy on the base branch, or ask for fewer modes or "
        "seeds, and judge again: finished trials are kept.",
        queued=f"Raise `{key}` in the policy on the base branch.",
    )


def _left_open(facts: Facts) -> str:
    """What the budget ended: the question itself, or how the branch is taken apart."""
    changes, groups = facts.listed("changes"), facts.listed("groups")
    if changes:
        named = numbers.some(tuple(map(quoted, changes)), MOST_NAMES)
        return f"every change of the branch was judged (open: {named})"
    if groups:
        named = numbers.some(tuple(map(quoted, groups)), MOST_NAMES)
        return f"the changes in {named} were told apart"
    if "changes" in facts.finding.evidence:
        return "flagged changes were run alone as well"
    return "the question was decided"
