"""The policy in force at a base: its own, or the last one that could be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.app.local import ParsePolicy
from bot.app.ports import Revision, SourceRepository
from bot.domain.errors import PolicyFault, PolicyFaults, UserFault
from bot.domain.policy import POLICY_PATH, Policy

MOST_VERSIONS = 50
"""Versions of a policy that are looked at for one that can be read."""

_SHORT = 10


@dataclass(frozen=True, slots=True)
class Found:
    """The base's own policy. `source` is its name in reports."""

    policy: Policy
    text: bytes
    source: str


@dataclass(frozen=True, slots=True)
class LastGood:
    """The base's policy cannot be read; this is the last one that could.

    `source` names the commit that it was read at, `broken_since` is the commit after
    which none could be read, `faults` are those of the base's own one.
    """

    policy: Policy
    text: bytes
    source: str
    broken_since: str
    faults: tuple[PolicyFault, ...]


@dataclass(frozen=True, slots=True)
class NoPolicy:
    """The base has none: nothing is judged here."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The base's policy cannot be read, and there is no earlier one to go by."""

    faults: tuple[PolicyFault, ...]


InForce = Found | LastGood | NoPolicy | Broken


def policy_in_force(
    repository: SourceRepository,
    base: Revision,
    parse: ParsePolicy,
    most: int = MOST_VERSIONS,
) -> InForce:
    """The policy by which pull requests onto `base` are judged.

    Where the one at the base cannot be read, up to `most` versions of it on the first
    parents of the base are looked at, the latest first. A commit that took the policy
    away ends the search: what was withdrawn is in force no more.
    """
    text = repository.read_file(base.commit, POLICY_PATH)
    if text is None:
        return NoPolicy()
    source = f"{_short(base)}:{POLICY_PATH}"
    match _read(text, source, parse):
        case Policy() as policy:
            return Found(policy, text, source)
        case faults:
            return _last_good(repository, base, parse, faults, most)


def _last_good(
    repository: SourceRepository,
    base: Revision,
    parse: ParsePolicy,
    faults: tuple[PolicyFault, ...],
    most: int,
) -> LastGood | Broken:
    broken_since = base.commit
    for commit, text in _earlier(repository, base.commit, most):
        source = f"{commit[:_SHORT]}:{POLICY_PATH}"
        policy = _read(text, source, parse)
        if isinstance(policy, Policy):
            return LastGood(policy, text, source, broken_since, faults)
        broken_since = commit
    return Broken(faults)


def _earlier(
    repository: SourceRepository, base: str, most: int
) -> Iterator[tuple[str, bytes]]:
    """The versions from the latest one on, down to where there was none."""
    for commit in repository.versions(POLICY_PATH, base, most):
        text = repository.read_file(commit, POLICY_PATH)
        if text is None:
            return
        yield commit, text


def _read(
    text: bytes, source: str, parse: ParsePolicy
) -> Policy | tuple[PolicyFault, ...]:
    try:
        return parse(text, source)
    except PolicyFaults as fault:
        return fault.faults
    except UserFault as fault:
        return (PolicyFault(1, 1, "", fault.problem, fault.mend),)


def _short(base: Revision) -> str:
    """A branch by its name, a commit by its first digits."""
    return base.commit[:_SHORT] if base.name == base.commit else base.name
