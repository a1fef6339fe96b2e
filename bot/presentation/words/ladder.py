"""Words for the rungs of the ladder."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

Rungs = Literal[
    Reason.TESTS_PASSED,
    Reason.TESTS_FAILED,
    Reason.TESTS_BROKEN,
    Reason.SANITY_PASSED,
    Reason.SANITY_FAILED,
    Reason.SANITY_AS_BEFORE,
    Reason.SANITY_UNSEEN,
    Reason.RUNG_SKIPPED,
    Reason.PROVISIONAL,
    Reason.FIDELITY,
]


def rungs(  # noqa: C901, PLR0911, PLR0912 - a closed list, read down
    reason: Rungs, facts: Facts
) -> Words:
    """Tests, sanity of the network, and how far a fast stage can be trusted."""
    match reason:
        case Reason.TESTS_PASSED:
            return _tests_passed(facts)
        case Reason.TESTS_FAILED:
            return _tests_failed(facts)
        case Reason.TESTS_BROKEN:
            return _tests_broken(facts)
        case Reason.SANITY_PASSED:
            return _sanity_passed(facts)
        case Reason.SANITY_FAILED:
            return _sanity_failed(facts)
        case Reason.SANITY_AS_BEFORE:
            return _sanity_as_before(facts)
        case Reason.SANITY_UNSEEN:
            return _sanity_unseen(facts)
        case Reason.RUNG_SKIPPED:
            return _rung_skipped(facts)
        case Reason.PROVISIONAL:
            return _provisional(facts)
        case Reason.FIDELITY:
            return _fidelity(facts)
        case _:
            assert_never(reason)


def _tests_passed(_: Facts) -> Words:
    return Words(
        "the repository's own tests pass",
        "The repository's own tests pass.",
    )


def _tests_failed(facts: Facts) -> Words:
    return Words(
        "the repository's own tests fail",
        f"The repository's own tests fail on the branch: {facts.text('last')}",
        "Mend them, then judge again.",
    )


def _tests_broken(facts: Facts) -> Words:
    return Words(
        "the repository's own tests fail on the base as well",
        f"The repository's own tests fail on the base as well: {facts.text('last')}",
        "Mend them on the base first.",
    )


def _sanity_passed(facts: Facts) -> Words:
    return Words(
        f"{facts.text('check')} holds{facts.here}",
        f"{facts.lead}{facts.text('check')} holds: {facts.text('saw')}.",
    )


def _sanity_failed(facts: Facts) -> Words:
    return Words(
        f"{facts.text('check')} does not hold{facts.here}",
        f"{facts.lead}{facts.text('check')} does not hold: {facts.text('saw')}.",
        "Mend the network, then judge again.",
    )


def _sanity_as_before(facts: Facts) -> Words:
    return Words(
        f"{facts.text('check')} does not hold{facts.here}, nor on the base",
        f"{facts.lead}{facts.text('check')} does not hold, nor "
        f"does it on the base: {facts.text('saw')}.",
    )


def _sanity_unseen(facts: Facts) -> Words:
    return Words(
        f"{facts.text('check')} could not be checked{facts.here}",
        f"{facts.lead}{facts.text('check')} could not be checked: {facts.text('saw')}.",
    )


def _rung_skipped(facts: Facts) -> Words:
    return Words(
        f"the stage {facts.text('stage')} was not started",
        f"The stage {facts.text('stage')} was not started, because "
        f"{facts.text('before')} did not pass.",
    )


def _provisional(facts: Facts) -> Words:
    return Words(
        "the verdict is provisional",
        f"How well {facts.text('stage')} foretells {facts.text('later')} "
        f"is not known yet: {facts.count('pairs')} of {facts.count('needed')} "
        "pairs.",
    )


def _fidelity(facts: Facts) -> Words:
    return Words(
        f"how well {facts.text('stage')} foretells {facts.text('later')}{facts.here}",
        f"{facts.lead}over {facts.count('pairs')} branches {facts.text('stage')} "
        f"and {facts.text('later')} agree on the sign of {facts.metric} "
        f"in {facts.real('agreement') or 0.0:.0%}.",
    )
