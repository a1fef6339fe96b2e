"""Words for what surrounds the numbers: machines, the commits."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words

Machines = Literal[
    Reason.SEED_HAS_NO_EFFECT,
    Reason.TRIALS_LOST,
    Reason.NO_SANDBOX,
]
Commits = Literal[
    Reason.MERGE_CONFLICT,
    Reason.NOTHING_CHANGED,
    Reason.NOTHING_RELEVANT,
    Reason.DIRTY_COMMITTED,
]


def machines(reason: Machines, facts: Facts) -> Words:
    """What happened to the runs."""
    match reason:
        case Reason.SEED_HAS_NO_EFFECT:
            return _seed_has_no_effect(facts)
        case Reason.TRIALS_LOST:
            return _trials_lost(facts)
        case Reason.NO_SANDBOX:
            return _no_sandbox()
        case _:
            assert_never(reason)


def commits(reason: Commits, facts: Facts) -> Words:
    """What was judged at all."""
    match reason:
        case Reason.MERGE_CONFLICT:
            return _merge_conflict(facts)
        case Reason.NOTHING_CHANGED:
            return _nothing_changed()
        case Reason.NOTHING_RELEVANT:
            return _nothing_relevant(facts)
        case Reason.DIRTY_COMMITTED:
            return _dirty_committed(facts)
        case _:
            assert_never(reason)


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
        "Mend that; finished trials are kept.",
        local="Then start the same command again.",
        pull="Then comment `/gate retry`.",
    )


def _no_sandbox() -> Words:
    return Words(
        "trials ran without a sandbox",
        "Trials ran without a sandbox: the code of the branch had all rights of the "
        "account that runs trials.",
        "Let only code be judged that may do what that account may.",
    )


def _merge_conflict(facts: Facts) -> Words:
    files = numbers.some(facts.listed("files"), MOST_NAMES)
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


def _nothing_relevant(facts: Facts) -> Words:
    files = numbers.some(facts.listed("files"), MOST_NAMES)
    patterns = numbers.some(facts.listed("patterns"), MOST_NAMES)
    rule = f"by `relevant: {patterns}`" if patterns else "being documentation"
    mend = (
        "add it to `relevant` in the policy."
        if patterns
        else "name it under `data: {paths}` in the policy, or let every file count by "
        '`relevant: ["**"]`.'
    )
    return Words(
        "nothing that training depends on changed",
        f"Nothing that training depends on changed: what differs ({files}) does not "
        f"matter to it, {rule}, and all other files are the baseline's own, by their "
        "hash. So no trial was run.",
        f"If training does read one of these files, {mend}",
    )


def _dirty_committed(facts: Facts) -> Words:
    ref = facts.text("ref") or "a scratch ref"
    return Words(
        "uncommitted changes were judged",
        f"The working copy had uncommitted changes; they were committed to {ref} and "
        "judged as such.",
        "Commit them to your branch before you rely on this verdict.",
    )
