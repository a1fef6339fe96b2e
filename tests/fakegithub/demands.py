"""What the rules of a branch demand: rulesets and classic protection together."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fakegithub.records import Json, Protection, Repository, Rule, Ruleset


@dataclass(frozen=True, slots=True)
class Required:
    """A check that must pass, from the App of this id, or from anybody."""

    context: str
    app_id: int | None


@dataclass(frozen=True, slots=True)
class Demands:
    """The rules for one branch, without those that somebody bypasses."""

    repository: Repository
    branch: str
    bypassing: int | None

    def rules(self, kind: str) -> Iterator[dict[str, Json]]:
        """Parameters of the active rules of a kind."""
        for ruleset in self.repository.rulesets.values():
            if self._counts(ruleset):
                for rule in ruleset.rules:
                    if rule.type == kind:
                        yield rule.parameters

    def _counts(self, ruleset: Ruleset) -> bool:
        return (
            ruleset.enforcement == "active"
            and self.bypassing not in ruleset.bypass_account_ids
            and any(applies(self.repository, p, self.branch) for p in ruleset.include)
        )

    def protection(self) -> Protection | None:
        """Classic protection; administrators may be let through."""
        found = self.repository.protections.get(self.branch)
        if found is None or self.bypassing is None or found.enforce_admins:
            return found
        admin = role_of(self.repository, self.bypassing) == "admin"
        return None if admin else found

    def checks(self) -> list[Required]:
        """All required checks, each once, in the order of the rules."""
        found = [
            Required(check["context"], check.get("integration_id"))
            for parameters in self.rules("required_status_checks")
            for check in parameters["required_status_checks"]
        ]
        protection = self.protection()
        classic = protection.checks if protection else []
        found += [Required(check.context, _pinned(check.app_id)) for check in classic]
        return list(dict.fromkeys(found))

    def strict(self) -> bool:
        """Whether the branch must contain the base's tip."""
        protection = self.protection()
        return bool(protection and protection.strict) or any(
            parameters.get("strict_required_status_checks_policy")
            for parameters in self.rules("required_status_checks")
        )

    def approvals(self) -> int:
        """How many approving reviews it takes."""
        protection = self.protection()
        asked = [
            parameters.get("required_approving_review_count", 0)
            for parameters in self.rules("pull_request")
        ]
        return max([*asked, protection.approvals if protection else 0], default=0)


def applies(repository: Repository, pattern: str, branch: str) -> bool:
    """Whether a ruleset's pattern takes a branch."""
    match pattern:
        case "~ALL":
            return True
        case "~DEFAULT_BRANCH":
            return branch == repository.default_branch
        case _:
            return _expression(pattern).fullmatch(f"refs/heads/{branch}") is not None


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    """GitHub matches by Ruby's `File.fnmatch` with FNM_PATHNAME.

    A `**` spans folders only where a slash follows it; elsewhere it is a `*`.
    """
    parts = re.split(r"(\*\*/|\*+|\?|\[[^\]/]+\])", pattern)
    return re.compile("".join(_part(one) for one in parts))


def _part(part: str) -> str:
    if part == "**/":
        return "(?:[^/]+/)*"
    if part.startswith("*"):
        return "[^/]*"
    if part.startswith("["):
        return part.replace("[!", "[^", 1)
    return "[^/]" if part == "?" else re.escape(part)


def rules_for(repository: Repository, branch: str) -> list[tuple[Ruleset, Rule]]:
    """The active rules of a branch with their rulesets, as the API lists them."""
    return [
        (ruleset, rule)
        for ruleset in repository.rulesets.values()
        if ruleset.enforcement == "active"
        and any(applies(repository, one, branch) for one in ruleset.include)
        for rule in ruleset.rules
    ]


def _pinned(app_id: int | None) -> int | None:
    return None if app_id == -1 else app_id  # -1: any source, said out loud


def role_of(repository: Repository, account_id: int) -> str:
    """Somebody's role; who can read at all can read."""
    if account_id == repository.owner_id:
        return "admin"
    return repository.collaborators.get(account_id, "read")
