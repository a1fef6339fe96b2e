"""Judging results that somebody else has: one look, no trial is run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import UserFault
from bot.domain.judgement.attempts import per_attempt
from bot.domain.judgement.evidence import (
    ArmEvidence,
    Evidence,
    Look,
    Rulebook,
    needs_baseline,
)
from bot.domain.judgement.findings import finding
from bot.domain.judgement.mode import judge_look
from bot.domain.judgement.too_many import judge_too_many
from bot.domain.policy import Decision, Mode, Seeding
from bot.domain.stats.choice import Chosen
from bot.domain.trials import Observation
from bot.domain.verdict import Finding, ModeVerdict, Reason, Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Given:
    """Results from outside: both arms in the order given, and the looks made before.

    `looks_made` None means: every scheduled look below the number of trials was made.
    """

    baseline: tuple[Observation, ...]
    branch: tuple[Observation, ...]
    looks_made: tuple[int, ...] | None = None


def judge_given(
    mode: Mode,
    decision: Decision,
    looks: tuple[int, ...],
    given: Given,
    chosen: Mapping[str, Chosen] | None = None,
) -> Verdict:
    """The verdict at the look that the given trials reach; all of them count.

    A number between two looks is an extra look at its information. Beyond the last
    planned look nothing may be extended: UNDECIDED, with the e-values that `more` would
    go by. `chosen` is what history chose of how metrics are compared.
    """
    mode, decision = per_attempt(mode, decision)
    evidence = _evidence(mode, given)
    _require_both(mode, evidence)
    n = _reached(mode, evidence)
    look = Look(n, _earlier(n, looks, given), looks[-1], n >= looks[-1])
    rules = Rulebook(mode, decision, looks, chosen=chosen or {})
    if n > looks[-1]:
        judged = judge_too_many(rules, evidence, look)
    else:
        judged = judge_look(rules, evidence, look, targeted=True)
    notes = (*_notes(mode, n, looks, judged), *_unpaired(mode, given, evidence))
    return Verdict(judged.state, (*judged.findings, *notes), (judged,))


def _require_both(mode: Mode, evidence: Evidence) -> None:
    empty = not evidence.branch.n, needs_baseline(mode) and not evidence.baseline.n
    for name, missing in zip(("branch", "baseline"), empty, strict=True):
        if missing:
            problem = f"The mode `{mode.name}` has no trials in its arm `{name}`."
            raise UserFault(problem, "Both arms must have been run to be compared.")


def _evidence(mode: Mode, given: Given) -> Evidence:
    branch = ArmEvidence(given.branch)
    if not needs_baseline(mode):
        return Evidence(ArmEvidence(), branch, paired=False)
    order = {one.seed: one for one in given.baseline}
    if mode.seeding is Seeding.SHARED and _same_seeds(given):
        baseline = ArmEvidence(tuple(order[one.seed] for one in given.branch))
        return Evidence(baseline, branch, paired=True)
    return Evidence(ArmEvidence(given.baseline), branch, paired=False)


def _same_seeds(given: Given) -> bool:
    """Whether both arms list the same seeds, each once."""
    seeds = _seeds(given.branch)
    return _seeds(given.baseline) == seeds != [] and len(set(seeds)) == len(seeds)


def _unpaired(mode: Mode, given: Given, evidence: Evidence) -> tuple[Finding, ...]:
    """A note where both arms list seeds, and not the same: a slip costs the pairs."""
    baseline, branch = (set(_seeds(one)) for one in (given.baseline, given.branch))
    unmatched = len(baseline ^ branch)
    wanted = mode.seeding is Seeding.SHARED and needs_baseline(mode)
    if evidence.paired or not (wanted and baseline and branch and unmatched):
        return ()
    facts = {"unmatched": unmatched}
    return (finding(Reason.SEEDS_DIFFER, Ruling.INFO, facts, mode=mode.name),)


def _seeds(observations: Sequence[Observation]) -> list[int]:
    listed = [one.seed for one in observations if one.seed is not None]
    return sorted(listed) if len(listed) == len(observations) else []


def _reached(mode: Mode, evidence: Evidence) -> float:
    """Seeds per arm; the harmonic mean where arms are unequal (their information)."""
    branch, baseline = evidence.branch.n, evidence.baseline.n
    if not needs_baseline(mode) or branch == baseline:
        return float(branch)
    return 2 / (1 / branch + 1 / baseline)


def _earlier(n: float, looks: tuple[int, ...], given: Given) -> tuple[float, ...]:
    made = looks if given.looks_made is None else given.looks_made
    return tuple(float(one) for one in made if one < n)


def _notes(
    mode: Mode, n: float, looks: tuple[int, ...], judged: ModeVerdict
) -> tuple[Finding, ...]:
    notes: list[Finding] = []
    later = [one for one in looks if one > n]
    if n not in looks and n < looks[-1]:
        facts = {"n_given": round(n, 2), "n_next": later[0]}
        notes.append(finding(Reason.BETWEEN_LOOKS, Ruling.INFO, facts, mode=mode.name))
    if later and not judged.decided:
        facts = {"n_given": round(n, 2), "n_next": later[0], "n_max": looks[-1]}
        one = finding(Reason.MORE_LOOKS_LEFT, Ruling.UNDECIDED, facts, mode=mode.name)
        notes.append(one)
    return tuple(notes)
