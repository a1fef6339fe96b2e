"""Which branch a change is meant to be merged into, where nobody said."""

from collections.abc import Collection, Iterable, Sequence

from bot.adapters.repository.revisions import Ref, listed
from bot.domain.errors import UserFault

_LOCAL = "refs/heads/"
_REMOTE = "refs/remotes/"
_CANNOT_TELL = "Cannot tell which branch to compare with"
_MOST = 5
"""Names in one sentence."""


def main_branch(refs: Sequence[Ref], preferred: Sequence[str]) -> str | None:
    """The short name of the branch that is known as the main one, if one is.

    First what the remote calls so, then `preferred` in that order. A local branch goes
    before its twin on the remote; but who stands on that branch itself wants to know
    what the commits not yet pushed do, and gets the twin where the two differ.
    """
    local = _named(refs, _LOCAL)
    remote = _remote(refs)
    twins = _named(refs, f"{_REMOTE}{remote}/")
    for name in (*_declared(refs, remote), *preferred):
        pair = [branches[name] for branches in (local, twins) if name in branches]
        if pair:
            return _nearer(pair).short
    return None


def only_other(refs: Sequence[Ref], commit: str, holding: Collection[str]) -> str:
    """The short name of the only branch beside the one that is judged.

    `commit` is its tip, and `holding` are the full names of all that lack nothing of
    it. None of these is guessed, whatever it is called: it may be what is judged, which
    would pass as a branch that changes nothing.
    """
    local = list(_named(refs, _LOCAL).values())
    if all(ref.name in holding for ref in local):
        every = listed([ref.short for ref in local][:_MOST])
        known = f"every local branch ({every}) holds all that is judged"
        raise UserFault(
            f"{_CANNOT_TELL}: {known if local else 'there is no local branch'}.",
            "Name it with --base. If it is on the remote alone, fetch it first: "
            "`git fetch origin NAME:NAME`.",
        )
    return _single(refs, [ref for ref in local if ref.object_name != commit])


def only_base(refs: Sequence[Ref]) -> str:
    """The short name of the only branch beside the one checked out, or of that alone.

    For a base that is wanted by itself, where nothing is judged.
    """
    local = list(_named(refs, _LOCAL).values())
    return _single(refs, [ref for ref in local if not ref.checked_out] or local)


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


def _single(refs: Sequence[Ref], choice: Sequence[Ref]) -> str:
    if len(choice) == 1:
        return choice[0].short
    local, twins = _named(refs, _LOCAL), _named(refs, f"{_REMOTE}{_remote(refs)}/")
    names = [ref.short for ref in (*local.values(), *twins.values())]
    known = (
        f"there are {listed(names[:_MOST])}" if names else "there is no branch at all"
    )
    raise UserFault(
        f"{_CANNOT_TELL}: {known}.",
        "Name it with --base, or let git know it: `git remote set-head origin --auto`.",
    )
