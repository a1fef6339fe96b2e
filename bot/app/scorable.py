"""What a policy with a scoring command must say, so that a score can be believed."""

import re
from collections.abc import Mapping, Sequence

from bot.domain.errors import UserFault
from bot.domain.metric_version import programs
from bot.domain.policy import Policy, StageKind
from workers.contract import CHECKPOINT

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def require_scorable(policy: Policy) -> None:
    """Refuse a scoring command that would have nothing to score; nothing without one.

    Raises `UserFault` with the mend.
    """
    command = policy.evaluation.command
    if not command:
        return
    if not any(f"{{{CHECKPOINT}}}" in word for word in command):
        problem = "`evaluation.command` does not say where it takes the checkpoint."
        mend = 'Put "{checkpoint}" where it expects the path.'
        raise UserFault(problem, mend)
    _require_checkpoints(policy)
    _require_parameters(policy)


def _require_checkpoints(policy: Policy) -> None:
    without = [f"`{mode.name}`" for mode in policy.modes if mode.checkpoint is None]
    if without:
        problem = (
            "`evaluation.command` scores checkpoints, and nothing says where one is "
            f"written by {'modes' if len(without) > 1 else 'the mode'} "
            f"{', '.join(without)}."
        )
        mend = "Add `checkpoint: PATH` there, a path in its output directory."
        raise UserFault(problem, mend)


def _require_parameters(policy: Policy) -> None:
    """Every parameter that the command names must be defined where it is used."""
    words = " ".join(policy.evaluation.command)
    named = dict.fromkeys(_PLACEHOLDER.findall(words))
    training = [one for one in policy.stages if one.kind is StageKind.TRAINING]
    for name in named:
        lacking = [one.name for one in training if name not in one.params]
        if 0 < len(lacking) < len(training):
            problem = (
                f"`evaluation.command` uses `{{{name}}}`, which is not defined in the "
                f"stage `{lacking[0]}`."
            )
            raise UserFault(problem, f"Add `params: {{{name}: ...}}` there.")


def require_matches(
    patterns: Mapping[str, Sequence[str]], found: Mapping[str, Mapping[str, str]]
) -> None:
    """Refuse patterns of the policy that match nothing on the base.

    `patterns` are by the key of the policy that holds them, `found` is what each
    matches there.
    """
    for key, many in patterns.items():
        for pattern in many:
            if not found[pattern]:
                problem = f"`{key}` names {pattern}, and the base has no such file."
                mend = "Correct the pattern, or remove it; data outside of git is named"
                raise UserFault(problem, f"{mend} by `data.version`.")


def require_watched(
    command: Sequence[str], there: Mapping[str, str], watched: Mapping[str, str]
) -> str | None:
    """The program of the base that scores, None where it is none of the repository's.

    `there` holds the programs that exist on the base, `watched` the evaluation files.
    Raises `UserFault` for one that a branch could change unseen.
    """
    program = next((one for one in programs(command) if one in there), None)
    if program is not None and program not in watched:
        problem = (
            f"`evaluation.command` runs {program}, which no pattern of "
            "`evaluation.paths` matches: a branch could grade itself with it."
        )
        mend = f"Add {program} to `evaluation.paths`, and all that it imports to score."
        raise UserFault(problem, mend)
    return program
