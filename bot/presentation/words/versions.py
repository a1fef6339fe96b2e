"""Words for what defines a metric, and who says its value."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason, Ruling
from bot.presentation import numbers
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words, begun

Versions = Literal[
    Reason.METRIC_VERSION_CHANGED,
    Reason.SELF_REPORT_DIFFERS,
]


def versions(reason: Versions, facts: Facts) -> Words:
    """Metric versions."""
    match reason:
        case Reason.METRIC_VERSION_CHANGED:
            return _changed(facts)
        case Reason.SELF_REPORT_DIFFERS:
            return _self_report_differs(facts)
        case _:
            assert_never(reason)


def _changed(facts: Facts) -> Words:
    gone = facts.listed("gone")
    if gone:
        return _gone(gone, facts)
    is_whole = facts.finding.metric is None and bool(facts.text("after"))
    return _new_definition(facts) if is_whole else _metric_version_changed(facts)


def _new_definition(facts: Facts) -> Words:
    """Of all metrics at once: what a person has to accept."""
    files = facts.listed("files")
    named = f" ({numbers.some(files, MOST_NAMES)})" if files else ""
    return Words(
        "the branch changes what defines the metrics",
        f"The branch changes what defines the metrics{named}, and both arms are judged "
        "by its definition. No trial can tell whether that is fair.",
        "Read the change of the definition; have a maintainer accept this finding, or "
        "take the change out of the branch.",
    )


def _metric_version_changed(facts: Facts) -> Words:
    files = facts.listed("files")
    named = f" ({numbers.some(files, MOST_NAMES)})" if files else ""
    old, new = facts.real("old_mean"), facts.real("new_mean")
    moved = ""
    if old is not None and new is not None:
        digits = numbers.places(abs(new - old) or abs(new), None)
        moved = (
            f" Over {numbers.counted(facts.count('n'), 'seed')} the unchanged baseline "
            f"is {numbers.fixed(new, digits)} by the branch's definition, and was "
            f"{numbers.fixed(old, digits)} by its own."
        )
    was = "was" if new is not None else "is to be"
    how = "scored again" if facts.flag("rescored") else "trained anew with those files"
    return Words(
        f"the branch changes what defines {facts.metric}{facts.here}",
        begun(
            f"{facts.lead}the branch changes what defines {facts.metric}{named}: both "
            f"arms are judged by its definition, and the baseline {was} {how}.{moved} "
            "History starts anew."
        ),
        "Look at the change of the definition itself: no trial can tell whether it is "
        "fair.",
    )


def _gone(gone: tuple[str, ...], facts: Facts) -> Words:
    named = numbers.some(gone, MOST_NAMES)
    return Words(
        f"the branch removes what defines the metrics{facts.here}",
        begun(
            f"{facts.lead}the branch leaves nothing of {named}, which defines the "
            "metrics: the baseline cannot be judged by the branch's definition, nor "
            "the branch by the baseline's."
        ),
        "Keep the files at their paths (one that is there may call a new one), or land "
        "the move by itself, together with the policy that names it.",
    )


def _self_report_differs(facts: Facts) -> Words:
    own, scored = facts.real("own"), facts.real("scored")
    between = None if own is None or scored is None else abs(own - scored)
    digits = numbers.places(between, None)
    base_own = facts.real("baseline_own")
    base_scored = facts.real("baseline_scored")
    return Words(
        f"the branch reports another {facts.metric}{facts.here} than is scored",
        f"{facts.lead}the branch's training reports {facts.metric} "
        f"{numbers.fixed(own, digits)}, and the evaluation command scores its "
        f"checkpoints {numbers.fixed(scored, digits)}"
        f"{_of_the_base(base_own, base_scored, digits)}. Only the score is judged.",
        _MEND if facts.finding.state is Ruling.UNDECIDED else "",
    )


_MEND = (
    "Look at how the branch comes by its own number, and at what it saves. Let it "
    "report what is scored, or nothing by that name."
)


def _of_the_base(own: float | None, scored: float | None, digits: int) -> str:
    if own is None or scored is None:
        return "; the base reports none itself"
    return (
        f"; of the base they are {numbers.fixed(own, digits)} and "
        f"{numbers.fixed(scored, digits)}"
    )
