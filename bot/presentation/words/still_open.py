"""Words for a primary metric that all planned seeds leave open, and how to go on."""

from bot.domain.stats.method import Method
from bot.presentation import numbers
from bot.presentation.words.hindered import hindered, kept
from bot.presentation.words.phrase import MORE_EVIDENCE, Facts, Words

_FAILS_MORE = "the branch fails more often than the baseline"
_MEND_FIRST = (
    f"Mend what makes trials fail first: while {_FAILS_MORE}, it passes at no number "
    "of seeds. Then judge again."
)


def still_open(facts: Facts) -> Words:
    """Neither passed nor blocked; more seeds are advised only where they can help."""
    but = f"would pass, {facts.effect}, {facts.seeds}, but {_FAILS_MORE}."
    held = hindered(facts, "p_ni", but)
    if held:
        return held
    if facts.text("method") == Method.EQUAL:
        return _equal(facts)
    return _open(facts)


def _equal(facts: Facts) -> Words:
    """Equal values pass at the last look where no trial failed, so some did."""
    why = _FAILS_MORE if facts.flag("failing") else "failed trials leave others out"
    no_more_than_baseline = facts.finding.evidence.get("failing") is False
    return kept(
        facts,
        f"{facts.metric} has the same value on branch and baseline for every seed "
        f"that has both, {facts.seeds}, but {why}.",
        _beyond(facts) if no_more_than_baseline else "",
    )


def _open(facts: Facts) -> Words:
    tolerance = numbers.number(facts.real("tolerance"))
    short = (
        f"it is still open whether {facts.metric} got worse by more than "
        f"{tolerance}{facts.here} ({facts.seeds})"
    )
    sentence = (
        f"{facts.lead}it is still open whether {facts.oriented} got worse by more "
        f"than the tolerance of {tolerance}: {facts.effect}, "
        f"{facts.seeds}.{facts.seen('loss')}{facts.any_time}"
    )
    if facts.flag("failing"):
        return Words(short, f"{sentence} And {_FAILS_MORE}.", _MEND_FIRST)
    return Words(short, sentence, MORE_EVIDENCE, local=_beyond(facts))


def _beyond(facts: Facts) -> str:
    """How the command line goes on past the last look; it may have done so already."""
    if facts.real("e_ni") is not None:
        return (
            "On the command line, seedgate local --more N with a larger N goes on from "
            "here, judged by e-values."
        )
    return (
        "Or, on the command line, seedgate local --more N adds N seeds past the last "
        "look, which are judged by e-values."
    )
