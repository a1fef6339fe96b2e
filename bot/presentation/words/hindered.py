"""Words for what keeps a metric from being judged: too few values, or failed trials."""

from bot.presentation.words.phrase import Facts, Words

_TOO_FEW = (
    "too few trials of both arms ended with a value, or fewer than five pairs differ "
    "by one and the same amount"
)
_MEND_TOO_FEW = (
    "Mend what makes trials fail, or run five seeds or more; then judge again."
)
_MEND_FAILURES = "Mend what makes trials fail, then judge again."


def too_few(facts: Facts) -> str:
    """A sentence for a metric of which no effect is known."""
    return (
        f"{facts.lead}nothing can be said of {facts.oriented}: {_TOO_FEW}, "
        f"{facts.seeds}."
    )


def hindered(facts: Facts, short: str, enough: str, but: str) -> Words | None:
    """Why nothing can be said, or that only failures speak against it; else None.

    The p-value `enough` decides the latter; `but` is said of the values then.
    """
    if facts.real("d") is None:
        mend = _MEND_FAILURES if _silent(facts) else _MEND_TOO_FEW
        return Words(short, too_few(facts), mend)
    if facts.less(enough):
        return Words(
            f"failed trials keep {facts.metric} from passing{facts.here}",
            f"{facts.lead}the values of {facts.oriented} {but}",
            _MEND_FAILURES,
        )
    return None


def _silent(facts: Facts) -> bool:
    """Whether no trial of an arm had a value, so that no number of seeds is enough."""
    evidence = facts.finding.evidence
    means = ("baseline_mean", "branch_mean")
    return any(one in evidence and evidence[one] is None for one in means)
