"""Which branch a change is meant to be merged into, where nobody said."""

from collections.abc import Iterable, Mapping, Sequence

from bot.adapters.repository.revisions import Ref, listed
from bot.domain.errors import UserFault

_LOCAL = "refs/heads/"
_REMOTE = "refs/remotes/"


def choose_base(refs: Sequence[Ref], preferred: Sequence[str]) -> str:
    """The short name of the branch to compare with; `UserFault` if nobody can tell.

    First what the remote calls its main branch, then `preferred` in that order, then
    the only branch beside the one checked out. A local branch goes before its twin on
    the remote; but who stands on that branch itself wants to know what the commits not
    yet pushed do, and gets the twin where the two differ.
    """
    local = _named(refs, _LOCAL)
    remote = _remote(refs)
    twins = _named(refs, f"{_REMOTE}{remote}/")
    for name in (*_declared(refs, remote), *preferred):
        pair = [branches[name] for branches in (local, twins) if name in branches]
        if pair:
            return _nearer(pair).short
    return _only_one(local, twins).short


def _named(refs: Iterable[Ref], prefix: str) -> dict[str, Ref]:
    mine = (ref for ref in refs if ref.name.startswith(prefix) and not ref.target)
    return {ref.name.removeprefix(prefix): ref for ref in mine}


def _remote(refs: Iterable[Ref]) -> str:
    names = (ref.name.removeprefix(_REMOTE) for ref in refs if _is_remote(ref))
    remotes = {name.split("/", 1)[0] for name in names}
    return remotes.pop() if len(remotes) == 1 else "origin"


def _is_remote(ref: Ref) -> bool:
    return ref.name.startswith(_REMOTE)


def _declared(refs: Iterable[Ref], remote: str) -> list[str]:
    """What `refs/remotes/<remote>/HEAD` points at; `git clone` sets it."""
    prefix = f"{_REMOTE}{remote}/"
    heads = [ref.target for ref in refs if ref.name == f"{prefix}HEAD" and ref.target]
    return [target.removeprefix(prefix) for target in heads]


def _nearer(pair: Sequence[Ref]) -> Ref:
    first, last = pair[0], pair[-1]
    unpushed = first.checked_out and first.object_name != last.object_name
    return last if unpushed else first


def _only_one(local: Mapping[str, Ref], twins: Mapping[str, Ref]) -> Ref:
    others = [ref for ref in local.values() if not ref.checked_out]
    choice = others or list(local.values())
    if len(choice) == 1:
        return choice[0]
    names = [ref.short for ref in (*local.values(), *twins.values())]
    known = f"there are {listed(names[:5])}" if names else "there is no branch at all"
    raise UserFault(
        f"Cannot tell which branch to compare with: {known}.",
        "Name it with --base, or let git know it: `git remote set-head origin --auto`.",
    )
