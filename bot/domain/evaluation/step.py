"""The next step: judge every mode on what is there, then want what is missing."""

from bot.domain.evaluation.ending import budget_spent, final, lost
from bot.domain.evaluation.facts import Facts, Step, running
from bot.domain.evaluation.judging import judge_mode
from bot.domain.evaluation.notes import attempts_spent
from bot.domain.evaluation.reuse import distrust
from bot.domain.evaluation.wanting import wanted


def next_step(facts: Facts) -> Step:
    """The next step of an evaluation; safe to compute at any time, any number of times.

    Modes are judged apart: each stops as soon as its own answer is known, so that an
    author learns of every mode in one evaluation.
    """
    refused = attempts_spent(facts.plan)
    if refused:
        return Step((), running(facts), (), refused)
    doubts = distrust(facts)
    if doubts:
        return Step((), (), (), None, doubts)
    modes = tuple(judge_mode(facts, mode) for mode in facts.plan.modes)
    spent, gone = budget_spent(facts), lost(facts, modes)
    open_modes = [one for one in modes if not (one.decided or one.name in gone)]
    if spent or not open_modes:
        verdict = final(facts, modes, spent, gone)
        return Step((), running(facts), modes, verdict)
    closed = {mode.name for mode in modes} - {mode.name for mode in open_modes}
    cancel = tuple(slot for slot in running(facts) if slot.mode in closed)
    return Step(wanted(facts, open_modes), cancel, modes, None)
