"""Words for what keeps a metric from being judged: too few values, or failed trials."""

from bot.presentation.words.phrase import Facts, Words

MEND_FAILURES = "Mend what makes trials fail, then judge again."

_FEWEST, _OF_ONE_SIZE = 4, 5  # values of each arm: to test, and without any spread
_TOO_FEW = "too few trials of both arms ended with a value"
_EITHER = f"{_TOO_FEW}, or fewer than five pairs differ by one and the same amount"
_MEND_EITHER = (
    "Mend what makes trials fail, or run five seeds or more; then judge again."
)
_MORE_SEEDS = "Run five seeds or more, then judge again."


def too_few(facts: Facts) -> str:
    """A sentence for a metric of which no effect is known."""
    return (
        f"{facts.lead}nothing can be said of {facts.oriented}: {_why(facts)[0]}, "
        f"{facts.seeds}."
    )


def hindered(facts: Facts, enough: str, but: str) -> Words | None:
    """Why nothing can be said, or that only failures speak against it; else None.

    The p-value `enough` decides the latter; `but` is said of the values then.
    """
    if facts.real("d") is None:
        return Words(
            f"nothing can be said of {facts.metric}{facts.here} ({facts.seeds})",
            too_few(facts),
            _why(facts)[1],
        )
    if facts.less(enough):
        return kept(facts, f"the values of {facts.oriented} {but}")
    return None


def kept(facts: Facts, sentence: str, local: str = "") -> Words:
    """That only failed trials keep a metric from passing."""
    return Words(
        f"failed trials keep {facts.metric} from passing{facts.here}",
        f"{facts.lead}{sentence}",
        MEND_FAILURES,
        local,
    )


def _why(facts: Facts) -> tuple[str, str]:
    """Why no effect is known, and the mend; either of two where it is not told."""
    if silent := _silent(facts):
        return f"no trial of {silent} ended with a value", MEND_FAILURES
    complete = facts.real("complete")
    if complete is None or complete >= _OF_ONE_SIZE:
        return _EITHER, _MEND_EITHER
    if complete < _FEWEST:
        few = f"{_TOO_FEW} ({facts.count('complete')} of each can be compared)"
        started = min(facts.count("n_baseline"), facts.count("n_branch"))
        return few, MEND_FAILURES if started >= _FEWEST else _MEND_EITHER
    return (
        "the four values of each arm that can be compared differ by one and the same "
        "amount, which says something from five on",
        _MORE_SEEDS,
    )


def _silent(facts: Facts) -> str:
    """The arm of which no trial had a value, so that no number of seeds is enough."""
    evidence = facts.finding.evidence
    arms = ("baseline", "branch")
    silent = [
        one
        for one in arms
        if f"{one}_mean" in evidence and evidence[f"{one}_mean"] is None
    ]
    return "either arm" if len(silent) > 1 else "".join(f"the {one}" for one in silent)
