"""A checkup gathers: every look is taken, and one that fails is a fact like others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.app.github import GitHub
from bot.domain.doctor import (
    AppSeen,
    BranchSeen,
    Expected,
    Facts,
    Faulty,
    InstallationSeen,
    Missing,
    Outside,
    PolicySeen,
    RepositorySeen,
    Sound,
    StoreSeen,
)
from bot.domain.errors import PolicyFaults
from bot.domain.github import Failure, GitHubError, Installation, Place, Repository
from bot.domain.github.rates import Budget
from bot.domain.policy import Policy

POLICY = ".github/seedgate.yml"
DAY_S = 86_400.0
MOST_BRANCHES = 20
T = TypeVar("T")


class CheckupGitHub(GitHub, Protocol):
    """GitHub, and what only a checkup asks of it."""

    def clock(self) -> float:
        """GitHub's time, in seconds since the epoch."""
        ...

    def budget(self, installation: int) -> Budget | None:
        """What is left of an installation's hour; None where nothing is counted."""
        ...

    def head(self, place: Place, branch: str) -> str:
        """The commit at the end of a branch."""
        ...

    def text(self, place: Place, branch: str, path: str) -> bytes | None:
        """A file at the end of a branch; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a checkup looks with; `now` in seconds since the epoch by our clock.

    `knock` asks for our health at the public address; `load` reads a policy, or raises
    `PolicyFaults`; `store` looks at the store.
    """

    github: CheckupGitHub
    knock: Callable[[], Outside]
    load: Callable[[bytes, str], Policy]
    store: Callable[[], StoreSeen]
    now: Callable[[], float]


def gathered(tools: Instruments, expected: Expected, most: int) -> Facts:
    """All facts; at most so many repositories of each installation are looked at."""
    github, now = tools.github, tools.now
    seen = AppSeen(
        profile=_looked(github.app),
        clock_ahead_s=_looked(lambda: now() - github.clock()),
        hook=_looked(github.hook_address),
        deliveries=_looked(lambda: tuple(github.deliveries(now() - DAY_S))),
        outside=tools.knock(),
        installations=_looked(lambda: _installations(tools, most)),
    )
    return Facts(expected, seen, tools.store())


def _looked(look: Callable[[], T]) -> T | Failure:
    try:
        return look()
    except GitHubError as fault:
        return fault.failure


def _installations(tools: Instruments, most: int) -> tuple[InstallationSeen, ...]:
    return tuple(
        _installation(tools, one, most) for one in tools.github.installations()
    )


def _installation(tools: Instruments, one: Installation, most: int) -> InstallationSeen:
    if one.suspended:
        return InstallationSeen(one)
    found = _looked(lambda: tuple(tools.github.repositories(one.id)))
    budget = _looked(lambda: tools.github.budget(one.id))
    if not isinstance(found, tuple):
        return InstallationSeen(one, found, 0, budget)
    here = sorted(found, key=lambda each: each.full_name)
    looked_at = tuple(_repository(tools, one, each) for each in here[:most])
    return InstallationSeen(one, looked_at, max(0, len(here) - most), budget)


def _repository(
    tools: Instruments, installation: Installation, one: Repository
) -> RepositorySeen:
    if one.archived:
        return RepositorySeen(one, Missing(), ())
    place = Place(installation.id, one.id)
    policy = _looked(lambda: _policy(tools, place, one))
    names = _gated(policy, one.default_branch)
    branches = tuple(_branch(tools, place, name) for name in names[:MOST_BRANCHES])
    return RepositorySeen(one, policy, branches, len(names) - len(branches))


def _branch(tools: Instruments, place: Place, name: str) -> BranchSeen:
    return BranchSeen(name, _looked(lambda: tools.github.branch_rules(place, name)))


def _policy(tools: Instruments, place: Place, one: Repository) -> PolicySeen:
    text = tools.github.text(place, one.default_branch, POLICY)
    if text is None:
        return Missing()
    try:
        return Sound(tools.load(text, POLICY).branches)
    except PolicyFaults as faults:
        first = faults.faults[0]
        said = f"line {first.line}: {first.path}: {first.problem}"
        return Faulty(len(faults.faults), said)


def _gated(policy: PolicySeen, default: str) -> Sequence[str]:
    named = policy.branches if isinstance(policy, Sound) else ()
    return named or (default,)
