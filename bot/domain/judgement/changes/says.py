"""What is said of single changes: findings that block, and findings that inform."""

from bot.domain.judgement.case import Case, finite, orientation
from bot.domain.judgement.changes.arms import ChangeArms
from bot.domain.judgement.changes.effects import Answer
from bot.domain.judgement.changes.testing import crash_p
from bot.domain.judgement.evidence import Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.stats.failures import failure_upper_bound
from bot.domain.verdict import Evidence, Finding, Reason, Ruling


def about(arms: ChangeArms, change: str) -> Evidence:
    """What the change is, for every finding on it."""
    every: Evidence = {
        "title": arms.titles.get(change, ""),
        "parts": arms.groups.get(change),
        "inside": arms.inside.get(change),
    }
    return {name: one for name, one in every.items() if one is not None}


def of_loss(answer: Answer, known: Evidence, proven: Ruling) -> Finding:
    """A loss that was shown; `proven` is the state of one that is harm.

    `known` is what the change is, here and below.
    """
    effect, tested = answer.effect, answer.tested
    facts: Evidence = {
        "d": effect.d,
        "low": effect.low,
        "high": effect.high,
        "tolerance": effect.tolerance,
        "p_harm": effect.p_harm,
        "level": effect.level,
        "family": answer.family,
        "share": answer.share,
        "look": round(tested.case.look.n),
        "n_branch": effect.n,
        "full_mean": finite(tested.found.branch_mean),
        "without_mean": finite(tested.found.baseline_mean),
        "orientation": orientation(tested.metric),
        **known,
    }
    reason = effect.reason or Reason.CHANGE_TOLERATED
    state = proven if reason is Reason.CHANGE_HARMFUL else Ruling.INFO
    place = {"mode": effect.mode, "metric": effect.metric, "change": tested.change}
    return finding(reason, state, facts, **place)


def of_crashes(
    case: Case, change: str, known: Evidence, level: float, state: Ruling
) -> Finding:
    """The whole branch fails more often than without the change.

    In the evidence the arm without the change is called the baseline.
    """
    full, without = case.evidence.branch, case.evidence.baseline
    first = full.crashed[0]
    facts: Evidence = {
        "failed_branch": len(full.crashed),
        "n_branch": full.n,
        "failed_baseline": len(without.crashed),
        "n_baseline": without.n,
        "p": crash_p(case),
        "level": level,
        "upper": failure_upper_bound(len(full.crashed), full.n),
        "first": ": ".join(filter(None, (first.reason, first.detail))),
        **known,
    }
    mode = case.rules.mode.name
    return finding(Reason.MORE_FAILURES, state, facts, mode=mode, change=change)


def of_none(
    rules: Rulebook, change: str, known: Evidence, why: str, metric: str | None = None
) -> Finding:
    """A change that cannot be judged by itself, on a metric or at all."""
    facts: Evidence = {"why": why, **known}
    reason, mode = Reason.CHANGE_NOT_ESTIMABLE, rules.mode.name
    return finding(reason, Ruling.INFO, facts, mode=mode, metric=metric, change=change)
