"""Every operation the fake answers, by GitHub's operation id."""

from tests.fakegithub.operations import (
    apps,
    checks,
    deliveries,
    issues,
    pulls,
    reactions,
    repos,
    rules,
    statuses,
)
from tests.fakegithub.operations.call import Handler

OPERATIONS: dict[str, Handler] = (
    apps.OPERATIONS
    | checks.OPERATIONS
    | deliveries.OPERATIONS
    | issues.OPERATIONS
    | pulls.OPERATIONS
    | reactions.OPERATIONS
    | repos.OPERATIONS
    | rules.OPERATIONS
    | statuses.OPERATIONS
)
