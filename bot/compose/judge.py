"""`seedgate judge` wired: files in, a report out."""

import dataclasses
import hashlib
from importlib.metadata import version
from pathlib import Path

from bot.adapters.policy_file import load_policy
from bot.adapters.trials_file import load_trials
from bot.app.refusals import judged, refuse
from bot.domain.errors import UserFault
from bot.domain.evaluation import node_effects
from bot.domain.history import resolve
from bot.domain.judgement import judge_given
from bot.domain.judgement.attempts import per_attempt
from bot.domain.judgement.changes import judge_changes, with_changes
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import unsupported
from bot.domain.verdict import Provenance, Report


def judge_file(policy_file: Path, trials_file: Path) -> Report:
    """`seedgate judge`: the report on results that are there."""
    policy = load_policy(read_policy(policy_file), str(policy_file))
    file = load_trials(trials_file)
    mode, stage = file.place(policy)
    refuse([one for one in unsupported(policy, [mode.name]) if judged(one)])
    mode = resolve(mode, {})
    verdict = judge_given(mode, policy.decision, stage.looks, file.given(mode))
    rules = Rulebook(*per_attempt(mode, policy.decision), stage.looks)
    changes = judge_changes(
        rules, file.changes(mode), verdict.state, shadowed=policy.shadowed
    )
    trials = file.trials(mode)
    verdict = with_changes(verdict, changes)
    notes = tuple(node_effects((mode,), trials))
    text = f"{policy.sha256}{file.sha256}"
    return Report(
        evaluation=hashlib.sha256(text.encode()).hexdigest()[:16],
        stages=(stage.name,),
        provenance=Provenance(
            policy_source=str(policy_file),
            policy_sha256=policy.sha256,
            seedgate_version=version("seedgate"),
        ),
        verdict=dataclasses.replace(verdict, findings=(*verdict.findings, *notes)),
        trials=trials,
    )


def read_policy(path: Path) -> bytes:
    """The text of a policy file that was named on the command line."""
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"The policy file {path} cannot be read: {error.strerror}."
        raise UserFault(problem, "Check --policy.") from None
