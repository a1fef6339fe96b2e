"""Which base branches are gated at all."""

from bot.domain.policy import Policy

_HEADS = "refs/heads/"


def gated(policy: Policy, default_branch: str, base_ref: str) -> bool:
    """Whether pull requests onto `base_ref` are judged.

    `policy` has to be the one on the default branch: a lax policy on another base could
    name itself. Names of branches are compared as they are, letter by letter.
    """
    names = policy.branches or (default_branch,)
    return _short(base_ref) in {_short(one) for one in names}


def _short(name: str) -> str:
    return name.removeprefix(_HEADS)
