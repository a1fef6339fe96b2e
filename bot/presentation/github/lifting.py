"""What lifts a condition on a pull request, with the exact line that does it."""

from collections.abc import Iterator

from bot.domain.commands import USUAL_MORE, Accept, CommandLine, Verb, parse
from bot.domain.pulls.ordering import liftable
from bot.domain.verdict import Finding, Reason
from bot.presentation.github.commands import target_line
from bot.presentation.steps import Step
from bot.presentation.words import answers, words

_WHY, _FILLED = "...", "why"
_LINES = {
    Verb.RUN: "/gate run",
    Verb.RETRY: "/gate retry",
    Verb.MORE: f"/gate more {USUAL_MORE}",
}
_BY: dict[Reason, Verb] = {
    Reason.NARROWED: Verb.RUN,
    Reason.BUDGET_SPENT: Verb.RUN,
    Reason.MORE_LOOKS_LEFT: Verb.RUN,
    Reason.RUNG_SKIPPED: Verb.RUN,
    Reason.MIXED_MACHINES: Verb.RUN,
    Reason.TRIALS_LOST: Verb.RETRY,
    Reason.BEYOND_LAST_LOOK: Verb.MORE,
    Reason.NOT_SHOWN: Verb.MORE,
    Reason.IMPROVEMENT_NOT_SHOWN: Verb.MORE,
    Reason.TARGET_NOT_SHOWN: Verb.MORE,
    Reason.ANCHOR_OPEN: Verb.MORE,
}


def lifts(found: Finding, *, seeds: bool = True) -> Iterator[Step]:
    """What mends it, and what can be said; names in the steps are raw.

    `seeds` is whether further ones would be run, if somebody asked for them.
    """
    if mend := words(found).mend:
        yield Step(f"{answers.MEND}: {mend}")
    verb = _BY.get(found.reason)
    if verb is not None and (seeds or verb is not Verb.MORE):
        yield Step(answers.lift(verb), _LINES[verb])
    meant = found.reason is Reason.MODE_INVASIVE
    if meant and (line := target_line((found.mode or "",))):
        yield Step(answers.lift(Verb.TARGET), line)
    if liftable(found) and (line := accept_line(found.id)):
        yield Step(answers.lift(Verb.ACCEPT), line)


def accept_line(finding: str) -> str:
    """`/gate accept ID reason="..."`; empty where it could not be read back.

    As it stands it is refused: whoever copies it has to say why.
    """
    filled = _accepting(finding, _FILLED)
    readable = parse(CommandLine(filled)) == Accept(finding, _FILLED)
    return _accepting(finding, _WHY) if readable else ""


def _accepting(finding: str, reason: str) -> str:
    return f'/gate accept {finding} reason="{reason}"'
