"""From what was seen to what is said of it: installations, and their repositories."""

from collections.abc import Iterator

from bot.domain.doctor.facts import (
    BranchSeen,
    Expected,
    Faulty,
    InstallationSeen,
    Missing,
    PolicySeen,
    RepositorySeen,
    Sound,
)
from bot.domain.doctor.findings import Evidence, Finding, Kind
from bot.domain.github import BranchRules, Failure, Installation
from bot.domain.github.needs import lacking, unheard
from bot.domain.github.rates import Budget

LOW = 0.2
"""Less than this share of the hour's calls is little."""


def installations(
    seen: tuple[InstallationSeen, ...] | Failure, expected: Expected
) -> Iterator[Finding]:
    """Every installation with what it reaches."""
    if not isinstance(seen, tuple):
        yield Finding(Kind.INSTALLATIONS_UNKNOWN, failure=seen)
        return
    if not seen:
        yield Finding(Kind.INSTALLED_NOWHERE)
    for one in seen:
        yield from _installation(one, expected)


def _installation(seen: InstallationSeen, expected: Expected) -> Iterator[Finding]:
    account = seen.installation.owner
    if seen.installation.suspended:
        yield Finding(Kind.INSTALLATION_SUSPENDED, account)
        return
    if not isinstance(seen.repositories, tuple):
        yield Finding(Kind.REPOSITORIES_UNKNOWN, account, failure=seen.repositories)
        return
    count = len(seen.repositories) + seen.left_out
    yield Finding(Kind.INSTALLED, account, {"repositories": count})
    yield from _accepted(seen.installation)
    yield _budget(account, seen.budget)
    for one in seen.repositories:
        if not one.repository.archived:
            yield from _repository(one, expected)
    if seen.left_out:
        yield Finding(Kind.REPOSITORIES_LEFT_OUT, account, {"count": seen.left_out})


def _accepted(installation: Installation) -> Iterator[Finding]:
    """What the App asks for is in force only where the account has accepted it."""
    account = installation.owner
    for one in lacking(installation.permissions):
        seen = {"name": one.name, "needs": one.needs, "has": one.has}
        yield Finding(Kind.INSTALLATION_LACKS, account, seen)
    for name in unheard(installation.events):
        yield Finding(Kind.INSTALLATION_DEAF, account, {"name": name})


def _budget(account: str, budget: Budget | Failure | None) -> Finding:
    if budget is None:
        return Finding(Kind.BUDGET_UNLIMITED, account)
    if not isinstance(budget, Budget):
        return Finding(Kind.BUDGET_UNKNOWN, account, failure=budget)
    seen = {"remaining": budget.remaining, "limit": budget.limit}
    low = budget.remaining < LOW * budget.limit
    return Finding(Kind.BUDGET_LOW if low else Kind.BUDGET, account, seen)


def _repository(seen: RepositorySeen, expected: Expected) -> Iterator[Finding]:
    name = seen.repository.full_name
    yield _policy(name, seen.policy)
    missing = isinstance(seen.policy, Missing)
    for branch in seen.branches:
        yield from _branch(name, branch, expected, ungated=missing)
    if seen.left_out:
        left: Evidence = {"count": seen.left_out, "check": expected.check}
        yield Finding(Kind.BRANCHES_LEFT_OUT, name, left)


def _policy(name: str, policy: PolicySeen) -> Finding:
    match policy:
        case Sound():
            return Finding(Kind.POLICY, name)
        case Missing():
            return Finding(Kind.POLICY_MISSING, name)
        case Faulty(count, first):
            return Finding(Kind.POLICY_FAULTY, name, {"count": count, "first": first})
        case failure:
            return Finding(Kind.POLICY_UNKNOWN, name, failure=failure)


def _branch(
    name: str, branch: BranchSeen, expected: Expected, *, ungated: bool
) -> Iterator[Finding]:
    rules = branch.rules
    at: Evidence = {
        "branch": branch.name,
        "check": expected.check,
        "app": expected.app,
    }
    if not isinstance(rules, BranchRules):
        yield Finding(Kind.RULES_UNKNOWN, name, at, rules)
        return
    kind = _required(rules, expected, ungated=ungated)
    if kind is not None:
        yield Finding(kind, name, at)
    if rules.strict and not ungated:
        yield Finding(Kind.STRICT, name, at)
    if rules.queue_minutes is not None and not ungated:
        yield Finding(Kind.QUEUE, name, {**at, "minutes": rules.queue_minutes})


def _required(rules: BranchRules, expected: Expected, *, ungated: bool) -> Kind | None:
    """How our check is required; every rule has to be met, so the worst one counts."""
    apps = {one.app for one in rules.required if one.name == expected.check}
    if ungated:
        return Kind.REQUIRED_IN_VAIN if apps else None
    if apps - {None, expected.app}:
        return Kind.REQUIRED_OF_ANOTHER
    if expected.app in apps:
        return Kind.REQUIRED
    return Kind.REQUIRED_UNPINNED if apps else Kind.REQUIRED_NOT
