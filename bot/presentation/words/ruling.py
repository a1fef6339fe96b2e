"""Words for whether a policy rules a base branch at all."""

from collections.abc import Sequence

from bot.domain.errors import PolicyFault
from bot.domain.policy import POLICY_PATH

_MOST = 5

NO_POLICY = f"the default branch has no {POLICY_PATH}"


def not_gated(base: str) -> str:
    """The default branch's policy does not name this base."""
    return f"the policy does not name {base} among its branches"


def absent(base: str) -> tuple[str, str]:
    """A base that is to be gated has no policy of its own: problem and mend."""
    return (
        f"The base {base} is to be gated and has no {POLICY_PATH}.",
        f"Commit one to {base}, or take {base} out of `branches` on the default "
        "branch.",
    )


def broken(faults: Sequence[PolicyFault]) -> tuple[str, str]:
    """No policy of the base can be read, and none before it: problem and mend."""
    return (
        f"{POLICY_PATH} on the base cannot be read, nor any that was there before: "
        f"{_shown(faults)}",
        f"Mend it on the base; `seedgate check {POLICY_PATH}` lists every fault.",
    )


def instead(base: str, source: str, faults: Sequence[PolicyFault]) -> str:
    """An earlier policy rules, because the base's own cannot be read."""
    return (
        f"The policy on {base} cannot be read, so the last one that can be rules "
        f"({source}). Mend it on {base}: {_shown(faults)}"
    )


def _shown(faults: Sequence[PolicyFault]) -> str:
    shown = [f"line {one.line}: {one.problem}" for one in faults[:_MOST]]
    more = len(faults) - _MOST
    rest = f" And {more} more." if more > 0 else ""
    return f"{' '.join(shown)}{rest}"
