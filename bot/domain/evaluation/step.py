"""The next step: judge every mode on what is there, then want what is missing."""

from bot.domain.evaluation.ablation import ablations
from bot.domain.evaluation.concluding import concluded
from bot.domain.evaluation.ending import budget_spent, final, lost
from bot.domain.evaluation.facts import Facts, Step, running
from bot.domain.evaluation.judging import judge_mode
from bot.domain.evaluation.notes import attempts_spent
from bot.domain.evaluation.originals import open_originals
from bot.domain.evaluation.reuse import distrust
from bot.domain.evaluation.wanting import unneeded, wanted


def next_step(facts: Facts) -> Step:
    """The next step of an evaluation; safe to compute at any time, any number of times.

    Modes are judged apart: each stops as soon as its own answer is known, so that an
    author learns of every mode in one evaluation. Where that answer asks for it, the
    mode goes on with the changes of the branch.
    """
    refused = attempts_spent(facts.plan)
    if refused:
        return Step((), running(facts), (), refused)
    doubts = distrust(facts)
    if doubts:
        return Step((), (), (), None, doubts)
    modes = tuple(judge_mode(facts, mode) for mode in facts.plan.modes)
    parts = ablations(facts, modes)
    spent, gone = budget_spent(facts), lost(facts, modes)
    open_modes = [one for one in modes if not (one.decided or one.name in gone)]
    open_parts = [one for one in parts if one.open]
    if spent or not (open_modes or open_parts or open_originals(facts)):
        verdict = concluded(facts, final(facts, modes, spent, gone), parts, spent)
        return Step((), running(facts), modes, verdict)
    refine = tuple(dict.fromkeys(id for one in parts for id in one.refine))
    if refine:
        return Step((), (), modes, None, refine=refine)
    cancel = unneeded(facts, open_modes, open_parts)
    return Step(wanted(facts, open_modes, open_parts), cancel, modes, None)
