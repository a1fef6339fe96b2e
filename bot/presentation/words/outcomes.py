"""Words for failed trials, limits and targets."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words
from workers.contract import FailureReason

Failures = Literal[
    Reason.MORE_FAILURES,
    Reason.FAILURES_LEFT,
    Reason.FAILURES_SEEN,
    Reason.BASELINE_BROKEN,
]
Limits = Literal[Reason.LIMIT_BROKEN, Reason.LIMIT_KEPT, Reason.LIMIT_UNSEEN]
Targets = Literal[Reason.TARGET_SHOWN, Reason.TARGET_MISSED, Reason.TARGET_NOT_SHOWN]

_READ_LOG = (
    "Read the log of a failed trial and repeat it with its repro line; both are in "
    "the report."
)
_SOME_SEEDS = " A crash on some seeds is a defect of the change."
_BOTH_NAMES = (
    " Where the branch renames a metric, write it under both names until the policy "
    "of the base reads the new one."
)
_LONGER = (
    " Where the branch is meant to take longer, raise `resources.timeout` in the "
    "policy of the base."
)
_MEND_BASE = (
    "Mend the base branch or the policy's training command first, then judge again."
)
_FIND_METRIC = (
    "Mend the metric's `source` in the policy of the base, or what the training prints "
    "or writes, so that the one finds the other; then judge again."
)
_ENVIRONMENT = (
    "Install what is missing in the environment that trains: the one that is active "
    "(`VIRTUAL_ENV`, else `CONDA_PREFIX`) where Seedgate, or the Ray that it joins, is "
    "started; with none it is Seedgate's own. A module of the repository itself is "
    "found by `PYTHONPATH` in the training command;"
)
_ONCE_INSTALLED = (
    "Or activate the environment that has it; then judge again.",
    "Whoever runs Seedgate starts it again after that; then comment `/gate run`.",
)
_INSTALL = f"{_ENVIRONMENT} where the base branch lacks it, mend that first."
_INSTALL_FOR_RELEASE = (
    f"{_ENVIRONMENT} where the release lacks it, pin a later one as `anchor` on the "
    "base branch."
)
_PIN_READABLE = (
    "A release stays as it is: pin a later one, whose training prints or writes what "
    "the metric's `source` finds, as `anchor` on the base branch; then judge again."
)
_PIN_LATER = (
    "A release stays as it is: install what it needs where trials run, or pin a later "
    "one as `anchor` on the base branch; then judge again."
)
_LAID_OVER = (
    " Trials of a release take the evaluation files of the branch, where the policy "
    "names any."
)
_WATCH_MORE = (
    "Let the policy of the base name every file that the evaluation needs "
    "(`evaluation.paths`), or keep the evaluation such that"
)
_FIT_BASE = f"{_WATCH_MORE} the base can be judged by it."
_FIT_RELEASE = (
    f"{_WATCH_MORE} the release can be judged by it. If it fails with its own, too, "
    "pin a later one as `anchor` on the base branch."
)


def failures(reason: Failures, facts: Facts) -> Words:
    """Trials that ended badly by their own doing."""
    match reason:
        case Reason.MORE_FAILURES:
            return _more_failures(facts)
        case Reason.FAILURES_LEFT:
            return _failures_left(facts)
        case Reason.FAILURES_SEEN:
            return _failures_seen(facts)
        case Reason.BASELINE_BROKEN:
            return _baseline_broken(facts)
        case _:
            assert_never(reason)


def limits(reason: Limits, facts: Facts) -> Words:
    """Bounds that every single trial must keep."""
    match reason:
        case Reason.LIMIT_BROKEN:
            return _limit_broken(facts)
        case Reason.LIMIT_KEPT:
            return _limit_kept(facts)
        case Reason.LIMIT_UNSEEN:
            return _limit_unseen(facts)
        case _:
            assert_never(reason)


def targets(reason: Targets, facts: Facts) -> Words:
    """A fixed number that the mean of the branch must reach."""
    match reason:
        case Reason.TARGET_SHOWN:
            return _target(facts, "reaches")
        case Reason.TARGET_MISSED:
            return _target(facts, "misses")
        case Reason.TARGET_NOT_SHOWN:
            return _target_open(facts)
        case _:
            assert_never(reason)


def _of_arm(facts: Facts, arm: str) -> str:
    return f"{facts.count(f'failed_{arm}')} of {facts.count(f'n_{arm}')}"


def _first(facts: Facts) -> str:
    first = facts.text("first")
    return f" The first (self-reported): {first.rstrip('.')}." if first else ""


def _counts(facts: Facts) -> str:
    branch, name = f"{_of_arm(facts, 'branch')} branch trials", facts.text("anchor")
    compared = f"trials of the release {name}" if name else "baseline trials"
    return f"{branch} against {_of_arm(facts, 'baseline')} {compared}"


def _more_failures(facts: Facts) -> Words:
    p = numbers.p_value(facts.real("p"))
    if facts.finding.change:
        return _change_fails(facts, p)
    return Words(
        f"trials fail{facts.here}: {_counts(facts)}",
        f"{facts.lead}trials of the branch fail more often: {_counts(facts)} "
        f"(p {p}).{_first(facts)}",
        _failures_mend(facts),
    )


def _failures_mend(facts: Facts) -> str:
    """By what the first of them failed for, and whether any trial ended well."""
    match facts.text("first").partition(":")[0]:
        case FailureReason.MISSING_METRIC:
            return _READ_LOG + _BOTH_NAMES
        case FailureReason.TIMEOUT:
            return _READ_LOG + _LONGER
        case _:
            every = facts.count("failed_branch") == facts.count("n_branch")
            return _READ_LOG if every else _READ_LOG + _SOME_SEEDS


def _change_fails(facts: Facts, p: str) -> Words:
    """Of an ablation: the arm without the change stands in the baseline's place."""
    counts = f"{_of_arm(facts, 'branch')} trials with it"
    counts += f" against {_of_arm(facts, 'baseline')} without it"
    return Words(
        f"{facts.change} makes trials fail{facts.here}: {counts}",
        f"{facts.lead}{facts.titled} makes trials fail: {counts} "
        f"(p {p}).{_first(facts)}{facts.undivided}",
        "Take the change out and keep the rest, or mend it; then judge again.",
    )


def _failures_left(facts: Facts) -> Words:
    return Words(
        f"trials fail{facts.here}: {_counts(facts)}",
        f"{facts.lead}{_counts(facts)} failed: too many to pass, too few to prove a "
        f"defect.{_first(facts)}",
        _failures_mend(facts),
    )


def _failures_seen(facts: Facts) -> Words:
    bound = numbers.percent(facts.real("upper"))
    return Words(
        f"some trials failed{facts.here}",
        f"{facts.lead}{_counts(facts)} failed. The branch's true failure rate is at "
        f"most {bound} (95 % bound).{_first(facts)}",
    )


def _baseline_broken(facts: Facts) -> Words:
    if facts.text("anchor"):
        return _release_broken(facts)
    failed = f"{_of_arm(facts, 'baseline')} baseline trials"
    files = facts.listed("files")
    if files:
        named = numbers.some(files, MOST_NAMES)
        what = f"the baseline does not run with the branch's {named}"
        return Words(
            f"{what}{facts.here}: {failed} failed",
            f"{facts.lead}{what}, and runs with its own: {failed} failed, so there is "
            f"nothing to compare with.{_first(facts)}",
            _FIT_BASE,
        )
    return Words(
        f"the baseline itself is broken{facts.here}: {failed} failed",
        f"{facts.lead}the baseline itself is broken: {failed} failed, so there is "
        f"nothing to compare with.{_first(facts)}",
        *_baseline_mend(facts.text("broken_by")),
    )


def _baseline_mend(by: str) -> tuple[str, str, str]:
    """What to do for what most baseline trials failed for; then locally, and on GitHub.

    A report of an earlier version does not tell it.
    """
    match by:
        case "missing_module":
            return _INSTALL, *_ONCE_INSTALLED
        case FailureReason.MISSING_METRIC | FailureReason.UNPARSABLE_METRIC:
            return _FIND_METRIC, "", ""
        case _:
            return _MEND_BASE, "", ""


def _release_broken(facts: Facts) -> Words:
    """Of the release that the policy pins, which no commit mends.

    Whether it is broken itself is not known: its trials have the branch's files that
    define the metrics, also where the branch changed none (`files`). What a trial said
    is that of the branch where any of those failed, too.
    """
    files = facts.listed("files")
    release, failed = f"the release {facts.text('anchor')}", _of_arm(facts, "baseline")
    held = f" with the branch's {numbers.some(files, MOST_NAMES)}" if files else ""
    first = "" if facts.count("failed_branch") else _first(facts)
    mend = (_FIT_RELEASE, "", "") if files else _release_mend(facts.text("broken_by"))
    return Words(
        f"trials of {release} fail{held}{facts.here}: {failed}",
        f"{facts.lead}{failed} trials of {release} failed{held}, so the branch cannot "
        f"be held against it.{'' if files else _LAID_OVER}{first}",
        *mend,
    )


def _release_mend(by: str) -> tuple[str, str, str]:
    """As `_baseline_mend`, for a release."""
    match by:
        case "missing_module":
            return _INSTALL_FOR_RELEASE, *_ONCE_INSTALLED
        case FailureReason.MISSING_METRIC | FailureReason.UNPARSABLE_METRIC:
            return _PIN_READABLE, "", ""
        case _:
            return _PIN_LATER, "", ""


def _bound(facts: Facts) -> str:
    side = "at most" if facts.text("side") == "max" else "at least"
    return f"{side} {numbers.number(facts.real('bound'))}"


def _limit_broken(facts: Facts) -> Words:
    value, seed = numbers.number(facts.real("value")), facts.real("seed")
    place = "" if seed is None else f" with seed {facts.count('seed')}"
    share = f"{facts.count('violations')} of {facts.count('n_branch')} trials"
    return Words(
        f"{facts.metric} breaks its limit{facts.here}: {value}, allowed is "
        f"{_bound(facts)}",
        f"{facts.lead}{facts.metric} must be {_bound(facts)} in every trial; it was "
        f"{value}{place}, and {share} break the limit.",
        "Bring it back within the limit, or change the limit on the base branch first.",
    )


def _limit_kept(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} keeps its limit{facts.here}",
        f"{facts.lead}{facts.metric} was {_bound(facts)} in every one of "
        f"{numbers.counted(facts.count('n_branch'), 'trial')}.",
    )


def _limit_unseen(facts: Facts) -> Words:
    unseen = f"{facts.count('unseen')} of {facts.count('n_branch')} trials"
    return Words(
        f"{facts.metric} was not seen in every trial{facts.here}",
        f"{facts.lead}{facts.metric} must be {_bound(facts)} in every trial, but "
        f"{unseen} showed no value.",
        "Mend what keeps those trials from reporting it; their logs are in the report.",
    )


def _mean(facts: Facts) -> str:
    low, high = facts.real("low"), facts.real("high")
    width = None if low is None or high is None else (high - low) / 2
    mean, target = facts.real("mean"), facts.real("target")
    distance = None if mean is None or target is None else mean - target
    digits = numbers.places(width, distance)
    trials = numbers.counted(facts.count("n_branch"), "trial")
    if mean is None:
        return f"no mean could be formed from {trials}"
    shown = f"mean {numbers.fixed(mean, digits)}"
    if low is not None or high is not None:
        shown += f", interval {numbers.plain_interval(low, high, digits)}"
    return f"{shown}, {trials}"


def _target(facts: Facts, verb: str) -> Words:
    target = numbers.number(facts.real("target"))
    short = f"{facts.metric} {verb} its target of {target}{facts.here}"
    p = numbers.p_value(facts.real("p"))
    sentence = (
        f"{facts.lead}{facts.oriented} {verb} its target of {target}: {_mean(facts)}"
    )
    if verb == "reaches":
        return Words(short, f"{sentence} (p {p}).")
    mend = "Improve the branch, or change the target on the base branch first."
    return Words(short, f"{sentence}.", mend)


def _target_open(facts: Facts) -> Words:
    target = numbers.number(facts.real("target"))
    failed = facts.count("failed_branch")
    note = (
        f" {numbers.counted(failed, 'trial')} failed, which forbids it."
        if failed
        else ""
    )
    return Words(
        f"{facts.metric} is not shown to reach its target of {target}{facts.here}",
        f"{facts.lead}{facts.oriented} is not shown to reach its target of {target}: "
        f"{_mean(facts)}.{note}",
        "Allow more seeds (seeds of the stage) or improve the branch, then judge "
        "again.",
    )
