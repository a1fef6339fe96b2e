"""What the App needs of GitHub, and no more: permissions, and events to hear of.

Permissions as GitHub names them (docs.github.com, "Permissions required for GitHub
Apps"). Some events come by themselves and cannot be asked for: `installation` and
`installation_repositories` to every App, `check_run` and `check_suite` to those that
may write checks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "checks": "write",
        "contents": "read",
        "issues": "write",
        "merge_queues": "read",
        "metadata": "read",
        "pull_requests": "write",
    }
)
EVENTS = (
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
)
_RANK = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Lack:
    """A permission that is missing or too low; `has` is empty where there is none."""

    name: str
    needs: str
    has: str


def lacking(
    granted: Mapping[str, str], needed: Mapping[str, str] = PERMISSIONS
) -> tuple[Lack, ...]:
    """What is needed beyond what is granted, by name."""
    return tuple(
        Lack(name, level, granted.get(name, ""))
        for name, level in sorted(needed.items())
        if _rank(granted.get(name, "")) < _rank(level)
    )


def beyond(granted: Mapping[str, str]) -> tuple[Lack, ...]:
    """What is granted beyond what is needed: each is one more thing to lose."""
    return tuple(
        Lack(name, PERMISSIONS.get(name, ""), level)
        for name, level in sorted(granted.items())
        if _rank(level) > _rank(PERMISSIONS.get(name, ""))
    )


def unheard(events: Iterable[str]) -> tuple[str, ...]:
    """Events that are needed and not among these."""
    return tuple(sorted(set(EVENTS) - set(events)))


def _rank(level: str) -> int:
    return _RANK.get(level, 0)
