"""What each operation needs, from GitHub's table of permissions of Apps.

Source: `server-to-server-permissions.json` of github/docs. Where reports disagree the
stricter reading is taken: who writes a comment or a label on a pull request needs
`pull_requests`, on an issue `issues`; reactions are listed under `issues` alone.
"""

from dataclasses import dataclass
from typing import Literal

from tests.fakegithub.records import Level

Credential = Literal["jwt", "token", "none"]
RANK = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Need:
    """One permission at a level."""

    permission: str
    level: Level

    def met(self, granted: dict[str, str]) -> bool:
        """Whether these permissions include it."""
        return RANK.get(granted.get(self.permission, ""), 0) >= RANK[self.level]

    def words(self) -> str:
        """As in `x-accepted-github-permissions`."""
        return f"{self.permission}={self.level}"


# Any one of the needs is enough.
Needs = tuple[Need, ...]

JWT = frozenset(
    {
        "apps/get-authenticated",
        "apps/list-installations",
        "apps/get-installation",
        "apps/create-installation-access-token",
        "apps/list-webhook-deliveries",
        "apps/get-webhook-delivery",
        "apps/redeliver-webhook-delivery",
        "apps/get-webhook-config-for-app",
        "apps/update-webhook-config-for-app",
        "apps/get-repo-installation",
    }
)
WITHOUT = frozenset({"apps/create-from-manifest"})


def _needs(permission: str, level: Level, *operations: str) -> dict[str, Needs]:
    return dict.fromkeys(operations, (Need(permission, level),))


_READ_THREAD = (Need("issues", "read"), Need("pull_requests", "read"))
_ISSUE = (Need("issues", "write"),)
_PULL = (Need("pull_requests", "write"),)

NEEDS: dict[str, Needs] = (
    _needs(
        "metadata",
        "read",
        "repos/get",
        "repos/get-collaborator-permission-level",
        "repos/get-branch-rules",
        "repos/get-repo-rulesets",
        "repos/get-repo-ruleset",
        "apps/list-repos-accessible-to-installation",
    )
    | _needs(
        "contents",
        "read",
        "repos/get-commit",
        "repos/list-commits",
        "repos/get-branch",
        "repos/compare-commits-with-basehead",
        "repos/get-content",
        "git/get-ref",
    )
    | _needs("contents", "write", "git/create-ref")
    | _needs("administration", "read", "repos/get-branch-protection")
    | _needs(
        "checks",
        "read",
        "checks/get",
        "checks/list-annotations",
        "checks/list-for-ref",
        "checks/list-suites-for-ref",
        "checks/get-suite",
        "checks/list-for-suite",
    )
    | _needs(
        "checks",
        "write",
        "checks/create",
        "checks/update",
        "checks/rerequest-run",
        "checks/rerequest-suite",
    )
    | _needs(
        "pull_requests",
        "read",
        "pulls/list",
        "pulls/get",
        "pulls/list-commits",
        "pulls/list-files",
        "pulls/list-reviews",
        "repos/list-pull-requests-associated-with-commit",
    )
    | _needs("issues", "write", "issues/create")
    | _needs("issues", "read", "issues/list-for-repo")
    | _needs(
        "issues",
        "write",
        "reactions/create-for-issue-comment",
        "reactions/delete-for-issue-comment",
    )
    | _needs("issues", "read", "reactions/list-for-issue-comment")
    | _needs(
        "statuses",
        "read",
        "repos/list-commit-statuses-for-ref",
        "repos/get-combined-status-for-ref",
    )
    | _needs("statuses", "write", "repos/create-commit-status")
    | {
        "issues/get": _READ_THREAD,
        "issues/list-comments": _READ_THREAD,
        "issues/list-comments-for-repo": _READ_THREAD,
        "issues/get-comment": _READ_THREAD,
    }
)
# Judged by what the number in the path, or the comment's thread, is.
BY_TARGET = frozenset(
    {
        "issues/update",
        "issues/create-comment",
        "issues/update-comment",
        "issues/delete-comment",
        "issues/add-labels",
        "graphql/minimize-comment",
    }
)
# For any valid installation token.
ANYONE = frozenset(
    {
        "apps/revoke-installation-access-token",
        "rate-limit/get",
        "users/get-by-username",
        "graphql",
    }
)


def credential(operation: str) -> Credential:
    """What kind of credential an operation takes."""
    if operation in JWT:
        return "jwt"
    return "none" if operation in WITHOUT else "token"


def needs(operation: str, *, on_pull: bool) -> Needs:
    """The permissions of which one is needed; none for what anyone may do."""
    if operation in BY_TARGET:
        return _PULL if on_pull else _ISSUE
    return NEEDS.get(operation, ())


def accepted(wanted: Needs) -> str:
    """The header that names what would have been enough."""
    return "; ".join(need.words() for need in wanted)


def exceeding(asked: dict[str, str], granted: dict[str, str]) -> list[str]:
    """Permissions asked for beyond those granted."""
    return [
        name
        for name, level in asked.items()
        if RANK.get(level, 9) > RANK.get(granted.get(name, ""), 0)
    ]
