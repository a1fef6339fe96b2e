"""Words for what surrounds the numbers: power, machines, the plan, the commits."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import Facts, Words

Machines = Literal[
    Reason.DETECTABLE,
    Reason.SEED_HAS_NO_EFFECT,
    Reason.TRIALS_LOST,
    Reason.NO_SANDBOX,
]
Plans = Literal[
    Reason.NARROWED,
    Reason.BETWEEN_LOOKS,
    Reason.BEYOND_LAST_LOOK,
    Reason.MORE_LOOKS_LEFT,
    Reason.BUDGET_SPENT,
]
Commits = Literal[Reason.MERGE_CONFLICT, Reason.NOTHING_CHANGED, Reason.DIRTY_COMMITTED]

_MOST_NAMES = 12
"""Names in one sentence; further ones are counted."""


def machines(reason: Machines, facts: Facts) -> Words:
    """What the runs could show, and what happened to them."""
    match reason:
        case Reason.DETECTABLE:
            return _detectable(facts)
        case Reason.SEED_HAS_NO_EFFECT:
            return _seed_has_no_effect(facts)
        case Reason.TRIALS_LOST:
            return _trials_lost(facts)
        case Reason.NO_SANDBOX:
            return _no_sandbox()
        case _:
            assert_never(reason)


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
        case Reason.BUDGET_SPENT:
            return _budget_spent(facts)
        case _:
            assert_never(reason)


def commits(reason: Commits, facts: Facts) -> Words:
    """What was judged at all."""
    match reason:
        case Reason.MERGE_CONFLICT:
            return _merge_conflict(facts)
        case Reason.NOTHING_CHANGED:
            return _nothing_changed()
        case Reason.DIRTY_COMMITTED:
            return _dirty_committed(facts)
        case _:
            assert_never(reason)


def _detectable(facts: Facts) -> Words:
    detectable, tolerance = facts.real("detectable"), facts.real("tolerance")
    power = numbers.percent(facts.real("power"))
    coarse = detectable is not None and detectable > (tolerance or 0.0)
    loss = numbers.rough(detectable)
    return Words(
        f"{facts.metric} can be judged down to {loss}{facts.here}",
        f"{facts.lead}{numbers.counted(facts.count('n'), 'seed')} per arm would "
        f"show a worsening of {facts.metric} by {loss} with {power} probability; the "
        f"tolerance is {numbers.number(tolerance)}.",
        "Losses between the two can stay undecided: allow more seeds or widen the "
        "tolerance."
        if coarse
        else "",
    )


def _seed_has_no_effect(facts: Facts) -> Words:
    value = numbers.number(facts.real("value"))
    seeds = numbers.counted(facts.count("seeds"), "seed")
    return Words(
        f"the seed has no effect on {facts.metric}{facts.here}",
        f"{facts.lead}the seed has no effect: {seeds} gave one and the same "
        f"{facts.metric}, {value}.",
        "Pass {seed} to the training command or read SEEDGATE_SEED in it. If the code "
        "has no seed at all, set seeding: none.",
    )


def _trials_lost(facts: Facts) -> Words:
    lost = numbers.counted(facts.count("lost"), "trial")
    first = facts.text("first").rstrip(".")
    note = f" The first: {first}." if first else ""
    return Words(
        f"{lost} got lost to the machine",
        f"{facts.lead}{lost} got lost to the machine, not by any doing of the "
        f"branch.{note}",
        "Mend that and start the same command again: finished trials are kept.",
    )


def _no_sandbox() -> Words:
    return Words(
        "trials ran without a sandbox",
        "Trials ran without a sandbox: the code of the branch had your rights on this "
        "machine.",
        "Judge only branches that you would run yourself.",
    )


def _narrowed(facts: Facts) -> Words:
    left_out = numbers.some(facts.listed("narrowed"), _MOST_NAMES)
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
        f"{most}: no promised error rate is left to spend on the others.",
        f"Judge the first {most} seeds, or plan more of them before looking.",
    )


def _more_looks_left(facts: Facts) -> Words:
    given, following = _per_arm(facts, "n_given"), facts.count("n_next")
    until = f"; the next look is at {following}" if following else ""
    return Words(
        f"{given} are not enough to decide",
        f"{facts.lead}{given} are not enough to decide{until}.",
        f"Run up to {_per_arm(facts, 'n_next')} and judge again."
        if following
        else "Run more seeds and judge again.",
    )


def _budget_spent(facts: Facts) -> Words:
    what = facts.text("what") or "trials"
    spent, limit = facts.real("spent"), facts.real("limit")
    amount = f"{numbers.number(spent)} of {numbers.number(limit)} {what}"
    return Words(
        f"the budget is spent ({amount})",
        f"The budget is spent before the question was decided: {amount}.",
        "Raise budget in the policy on the base branch, or ask for fewer modes or "
        "seeds.",
    )


def _merge_conflict(facts: Facts) -> Words:
    files = numbers.some(facts.listed("files"), _MOST_NAMES)
    return Words(
        f"the branch does not merge into its base (conflicts in {files})",
        f"The branch does not merge into its base, so there is no tree to judge. "
        f"Conflicts in {files}.",
        "Merge or rebase the base branch into yours, resolve the conflicts, commit, "
        "and judge again.",
    )


def _nothing_changed() -> Words:
    return Words(
        "the branch changes nothing",
        "The tree that would land is the baseline's own: the branch changes nothing.",
    )


def _dirty_committed(facts: Facts) -> Words:
    ref = facts.text("ref") or "a scratch ref"
    return Words(
        "uncommitted changes were judged",
        f"The working copy had uncommitted changes; they were committed to {ref} and "
        "judged as such.",
        "Commit them to your branch before you rely on this verdict.",
    )
