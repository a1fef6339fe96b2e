"""The answer in one line: merge or not, and why."""

from collections.abc import Iterable

from bot.domain.policy import Role
from bot.domain.verdict import (
    Finding,
    Reason,
    Report,
    Ruling,
    findings_of,
    outdone,
)
from bot.presentation import numbers
from bot.presentation.words import around, words

ANSWERS = {
    Ruling.PASS: "Safe to merge",
    Ruling.BLOCK: "Do not merge",
    Ruling.UNDECIDED: "Undecided",
    Ruling.INFO: "For information",
}
_ORDER = (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS, Ruling.INFO)
_MOST_CLAUSES = 2
_MOST_MODES = 4


def all_findings(report: Report) -> tuple[Finding, ...]:
    """Every finding once, what decides first; else in the order found."""
    found = findings_of(report.verdict)
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.state)))


def answer(state: Ruling) -> str:
    """`Do not merge`, `Safe to merge` or `Undecided`."""
    return ANSWERS[state]


def answered(report: Report) -> str:
    """The answer, with how many findings were accepted for it."""
    return answer(report.verdict.state) + around.accepted(len(report.accepted))


def headline(report: Report) -> str:
    """One line that a researcher understands in ten seconds, without a full stop."""
    return f"{answered(report)}: {why(report)}"


def because(report: Report) -> str:
    """The same as a sentence of its own, for below the answer."""
    return f"Because {why(report)}."


def why(report: Report) -> str:
    """The clause behind the answer."""
    if report.verdict.state is Ruling.PASS:
        return _why_pass(report)
    clauses = distinct(
        f"{words(one).short}{_waiting(report, one)}" for one in deciding(report)
    )
    if not clauses:
        return "the trials so far do not decide it"
    return and_more(clauses)


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
    """The findings that made the verdict what it is; of groups the innermost alone."""
    state, beyond = report.verdict.state, nested(report)
    return tuple(
        one
        for one in all_findings(report)
        if one.state is state and one.key not in beyond
    )


def nested(report: Report) -> frozenset[str]:
    """Keys of findings on groups of changes that findings on their parts outdo."""
    return outdone(all_findings(report))


def _why_pass(report: Report) -> str:
    good = (Reason.BETTER, Reason.IMPROVEMENT_SHOWN, Reason.TARGET_SHOWN)
    found = [words(one).short for one in all_findings(report) if one.reason in good]
    clauses = [*distinct(found)[:_MOST_CLAUSES], *_nothing_worse(report)]
    clauses += _guarded(report)
    if clauses:
        return numbers.joined([*clauses, *_redefined(report)])
    nothing = (words(one).short for one in deciding(report))
    holds = "every rule of the policy holds"
    if _lifted(report):
        holds = "every rule of the policy holds but what was accepted"
    return and_more(distinct(nothing)) or holds


def _lifted(report: Report) -> bool:
    """Whether a metric would decide, had nobody accepted what was found of it."""
    return any(
        metric.state is Ruling.INFO and metric.reason is not None
        for mode in report.verdict.modes
        for metric in mode.metrics
    )


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
    names = numbers.some(distinct(name for name, _ in primaries), _MOST_MODES)
    if all(metric.reason is Reason.BIT_IDENTICAL for _, metric in primaries):
        return (f"training is bit-identical in {names}",)
    looks = sorted({metric.look for _, metric in primaries})
    seeds = f"{looks[0]} to {looks[-1]}" if len(looks) > 1 else f"{looks[0]}"
    where = f"in {names} ({seeds} seeds per arm)"
    what = "nothing but what was accepted" if _lifted(report) else "nothing"
    return (f"{what} is worse than its tolerance allows {where}",)


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


def _redefined(report: Report) -> tuple[str, ...]:
    """What a better number may mean: the branch itself says how it is made."""
    reason = Reason.METRIC_VERSION_CHANGED
    found = (one.metric for one in all_findings(report) if one.reason is reason)
    names = distinct(name or "" for name in found)
    if not names:
        return ()
    return (f"the branch changes what defines {numbers.some(names, _MOST_MODES)}",)


def and_more(clauses: tuple[str, ...]) -> str:
    """The first clauses; the others are counted."""
    shown, left = clauses[:_MOST_CLAUSES], len(clauses) - _MOST_CLAUSES
    more = f"; and {numbers.counted(left, 'more reason')}" if left > 0 else ""
    return "; ".join(shown) + more


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that say something, each once."""
    return tuple(dict.fromkeys(one for one in texts if one))
