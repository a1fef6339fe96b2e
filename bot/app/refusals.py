"""What is refused by name, because running it would give a wrong answer."""

from collections.abc import Sequence
from pathlib import PurePath

from bot.domain.errors import UserFault
from bot.domain.policy import Unsupported
from workers.contract import Node


def refuse(missing: Sequence[Unsupported]) -> None:
    """Refuse by name what this version would have to ignore; nothing if empty."""
    if missing:
        sentences = " ".join(one.sentence for one in missing)
        problem = f"The policy asks for more than this version does. {sentences}"
        raise UserFault(problem, "Nothing of a policy is ignored in silence.")


def require_own_code(node: Node, repository: PurePath) -> None:
    """Refuse an environment in which every arm would import the working copy.

    A package of the judged repository that is installed in editable mode is imported
    from there, whatever tree a trial runs in: a regression would look identical.
    """
    inside = [one for one in node.editables if PurePath(one).is_relative_to(repository)]
    if inside:
        problem = (
            f"The environment imports a package from {inside[0]}, the working copy of "
            "the judged repository (an editable install): both arms would run its code."
        )
        mend = (
            "Uninstall it there, and let the command find the code of its own tree, as "
            "in `train: [env, PYTHONPATH=src, python, ...]`."
        )
        raise UserFault(problem, mend)


def judged(missing: Unsupported) -> bool:
    """Whether a feature would change how given results are judged, not how they ran."""
    parts = missing.name.split(".")
    return parts[0] in ("decision", "anchor", "tolerance_budget") or "metrics" in parts
