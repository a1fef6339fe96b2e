"""The answer in one line: merge or not, why, and what to do next."""

from collections.abc import Iterable

from bot.domain.policy import Role
from bot.domain.verdict import Finding, Reason, Report, Ruling
from bot.presentation import numbers
from bot.presentation.changes import hidden_harm
from bot.presentation.words import words

ANSWERS = {
    Ruling.PASS: "Safe to merge",
    Ruling.BLOCK: "Do not merge",
    Ruling.UNDECIDED: "Undecided",
    Ruling.INFO: "For information",
}
_ORDER = (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS, Ruling.INFO)
_MOST_CLAUSES = 2
_MOST_STEPS = 3
_MOST_MODES = 4
_SHA_DIGITS = 10


def all_findings(report: Report) -> tuple[Finding, ...]:
    """Every finding once, what decides first; else in the order found."""
    of_modes = (one for mode in report.verdict.modes for one in mode.findings)
    found = (*report.verdict.findings, *of_modes)
    unique = {one.id: one for one in found}.values()
    return tuple(sorted(unique, key=lambda one: _ORDER.index(one.state)))


def answer(state: Ruling) -> str:
    """`Do not merge`, `Safe to merge` or `Undecided`."""
    return ANSWERS[state]


def headline(report: Report) -> str:
    """One line that a researcher understands in ten seconds, without a full stop."""
    return f"{answer(report.verdict.state)}: {why(report)}"


def because(report: Report) -> str:
    """The same as a sentence of its own, for below the answer."""
    return f"Because {why(report)}."


def why(report: Report) -> str:
    """The clause behind the answer."""
    if report.verdict.state is Ruling.PASS:
        return _why_pass(report)
    clauses = _distinct(
        f"{words(one).short}{_waiting(report, one)}" for one in deciding(report)
    )
    if not clauses:
        return "the trials so far do not decide it"
    return _and_more(clauses)


def _waiting(report: Report, finding: Finding) -> str:
    """` (open: val_loss)`: the metrics for which a mode needs further looks.

    A guardrail needs them only where it could not be tested at all.
    """
    if finding.reason is not Reason.MORE_LOOKS_LEFT:
        return ""
    names = [
        metric.name
        for mode in report.verdict.modes
        for metric in mode.metrics
        if mode.name == finding.mode
        and metric.state is Ruling.UNDECIDED
        and (metric.role is not Role.GUARDRAIL or metric.d is None)
    ]
    return f" (open: {numbers.some(names, _MOST_MODES)})" if names else ""


def deciding(report: Report) -> tuple[Finding, ...]:
    """The findings that made the verdict what it is."""
    state = report.verdict.state
    return tuple(one for one in all_findings(report) if one.state is state)


def next_steps(report: Report) -> tuple[str, ...]:
    """What to do now, at most three sentences."""
    if report.verdict.state is Ruling.PASS:
        steps = (_merge(report), *_hidden(report), *_warnings(report))
        return steps[:_MOST_STEPS]
    mends = _distinct(words(one).mend for one in deciding(report))
    return mends[:_MOST_STEPS] or ("Start the same command again to go on.",)


def _merge(report: Report) -> str:
    provenance = report.provenance
    head, base = provenance.head_commit, provenance.base_commit
    if not head or not base:
        return "Merge it."
    return (
        f"Merge it. The verdict is for commit {head[:_SHA_DIGITS]} on "
        f"{base[:_SHA_DIGITS]} alone; after any further change, judge again."
    )


def _hidden(report: Report) -> tuple[str, ...]:
    """The harm of single changes that the policy only reports, in one step."""
    found = _distinct(words(one).short for one in hidden_harm(report.verdict))
    if not found:
        return ()
    what = _and_more(found)
    return (
        f"But {what}. The policy only reports that (shadowed: report): the branch is "
        "better without it.",
    )


_WORTH_SAYING = (
    Reason.DIRTY_COMMITTED,
    Reason.SEED_HAS_NO_EFFECT,
    Reason.NO_SANDBOX,
    Reason.MIXED_MACHINES,
    Reason.SATURATED,
    Reason.TEST_SET_SMALL,
    Reason.TOLERANCE_SPENT,
)


def _warnings(report: Report) -> tuple[str, ...]:
    found = (one for one in all_findings(report) if one.reason in _WORTH_SAYING)
    return _distinct(words(one).mend for one in found)


def _why_pass(report: Report) -> str:
    good = (Reason.BETTER, Reason.IMPROVEMENT_SHOWN, Reason.TARGET_SHOWN)
    found = [words(one).short for one in all_findings(report) if one.reason in good]
    clauses = [*_distinct(found)[:_MOST_CLAUSES], *_nothing_worse(report)]
    clauses += _guarded(report)
    if clauses:
        return numbers.joined(clauses)
    nothing = (words(one).short for one in deciding(report))
    return _and_more(_distinct(nothing)) or "every rule of the policy holds"


def _nothing_worse(report: Report) -> tuple[str, ...]:
    """`nothing got worse beyond its tolerance in mlp and conv (4 to 6 seeds ...)`."""
    primaries = [
        (mode.name, metric)
        for mode in report.verdict.modes
        for metric in mode.metrics
        if metric.role is Role.PRIMARY and metric.state is Ruling.PASS
    ]
    if not primaries:
        return ()
    names = numbers.some(_distinct(name for name, _ in primaries), _MOST_MODES)
    if all(metric.reason is Reason.BIT_IDENTICAL for _, metric in primaries):
        return (f"training is bit-identical in {names}",)
    looks = sorted({metric.look for _, metric in primaries})
    seeds = f"{looks[0]} to {looks[-1]}" if len(looks) > 1 else f"{looks[0]}"
    where = f"in {names} ({seeds} seeds per arm)"
    return (f"nothing is worse than its tolerance allows {where}",)


def _guarded(report: Report) -> tuple[str, ...]:
    """`none of 21 guardrails and slices is shown worse`; empty where none is kept."""
    kept = [
        metric.name
        for mode in report.verdict.modes
        for metric in mode.metrics
        if metric.reason is Reason.GUARDRAIL_KEPT
    ]
    if not kept:
        return ()
    count = len(kept)
    many = f"none of {count} guardrails and slices is shown worse"
    return (many if count > 1 else f"{kept[0]} is not shown worse",)


def _and_more(clauses: tuple[str, ...]) -> str:
    shown, left = clauses[:_MOST_CLAUSES], len(clauses) - _MOST_CLAUSES
    more = f"; and {numbers.counted(left, 'more reason')}" if left > 0 else ""
    return "; ".join(shown) + more


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in texts if one))
