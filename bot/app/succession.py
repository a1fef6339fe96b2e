"""The policy that a branch would leave behind: what it changes, and whether it holds.

The base's own one judges the branch; the next branch is judged by this one.
"""

from dataclasses import dataclass

from bot.app.local import ParsePolicy
from bot.app.ports import SourceRepository
from bot.app.relevance import require_relevant
from bot.app.versioning import version_of
from bot.domain.errors import PolicyFaults, UserFault
from bot.domain.policy import POLICY_PATH, Policy, unsupported
from bot.domain.policy.differing import Setting, differing
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.findings import finding

MOST = 5
"""Faults, and settings, that one finding carries; the others are counted."""


@dataclass(frozen=True, slots=True)
class Succession:
    """The two trees, and the policy that judges the branch: its name in reports."""

    base_tree: str
    merged_tree: str
    judge: str


def succession(
    repository: SourceRepository, parse: ParsePolicy, asked: Succession
) -> tuple[Finding, ...]:
    """What a branch does to the policy; nothing where its text stays the same.

    A policy by which nobody could be judged after the merge blocks: one that is
    deleted, that cannot be read, or that asks for what would be refused (and was not
    before). A change that leaves it whole is only told.
    """
    old = repository.read_file(asked.base_tree, POLICY_PATH)
    new = repository.read_file(asked.merged_tree, POLICY_PATH)
    if old == new:
        return ()
    if new is None:
        return (_found(asked, Ruling.BLOCK, {"what": "deleted"}),)
    try:
        after = parse(new, POLICY_PATH)
    except UserFault as fault:
        return (_found(asked, Ruling.BLOCK, _unreadable(fault)),)
    before = None if old is None else _read(old, parse)
    refused = _refusals(repository, after, asked.merged_tree)
    known = _refusals(repository, before, asked.base_tree) if before else ()
    if fresh := tuple(one for one in refused if one not in known):
        said: Evidence = {"what": "refused", **_faults(fresh)}
        return (_found(asked, Ruling.BLOCK, said),)
    if before is None:
        what = "added" if old is None else "mended"
        return (_found(asked, Ruling.INFO, {"what": what}),)
    shown = {"what": "changed", **_settings(differing(before, after))}
    return (_found(asked, Ruling.INFO, shown),)


def _read(text: bytes, parse: ParsePolicy) -> Policy | None:
    """The policy of the base; None where it could not be read (another one judges)."""
    try:
        return parse(text, POLICY_PATH)
    except UserFault:
        return None


def _found(asked: Succession, state: Ruling, more: Evidence) -> Finding:
    said = {"path": POLICY_PATH, "judge": asked.judge, **more}
    return finding(Reason.POLICY_TOUCHED, state, said)


def _refusals(
    repository: SourceRepository, policy: Policy, tree: str
) -> tuple[str, ...]:
    """Why every evaluation by a policy would be refused on the tree that has it.

    What only pull requests are judged by is no fault of a policy.
    """
    missing = tuple(one.sentence for one in unsupported(policy, on_github=True))
    try:
        require_relevant(repository, policy, tree)
        version_of(repository, policy, tree, tree)
    except UserFault as fault:
        return (*missing, str(fault))
    return missing


def _unreadable(fault: UserFault) -> Evidence:
    if not isinstance(fault, PolicyFaults):
        return {"what": "unreadable", **_faults((str(fault),))}
    many = tuple(one.problem for one in fault.faults)
    lines = tuple(one.line for one in fault.faults[:MOST])
    return {"what": "unreadable", "lines": lines, **_faults(many)}


def _faults(many: tuple[str, ...]) -> Evidence:
    return {"faults": many[:MOST], "count": len(many)}


def _settings(many: tuple[Setting, ...]) -> Evidence:
    some = many[:MOST]
    return {
        "settings": tuple(one.name for one in some),
        "before": tuple(one.before for one in some),
        "after": tuple(one.after for one in some),
        "count": len(many),
    }
